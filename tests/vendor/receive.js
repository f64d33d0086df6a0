"use strict";
// Hands each delivery on standard input (a JSON list) to the receiver that is written beside it: what it returned, or
// why it refused.
const { readFileSync } = require("node:fs");

function outcome({ receiver, headers, body, secret }) {
  const receive = new Function("require", `${receiver}\nreturn receive;`)(require);
  try {
    return { event: receive(headers, Buffer.from(body, "base64"), secret) };
  } catch (error) {
    return { refused: error.message };
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(outcome)));
