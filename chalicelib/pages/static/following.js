// A page about work that goes on: looks again every two seconds, until that is done.

import { fetched } from "./again.js";

const EVERY = 2_000;
const TRIES = 8; // in a row that fail, until it is given up: the link "Look again" is still there
let failures = 0;

async function look(part) {
  const fresh = (await fetched()).getElementById(part.id);
  if (part.innerHTML !== fresh.innerHTML) part.replaceChildren(...fresh.childNodes);
  if (!("follow" in fresh.dataset)) delete part.dataset.follow;
}

async function turn() {
  const part = document.querySelector("[data-follow]");
  if (!part || failures >= TRIES) return;
  try {
    if (!document.hidden) await look(part);
    failures = 0;
  } catch {
    failures += 1;
  }
  setTimeout(turn, EVERY * 2 ** failures);
}

setTimeout(turn, EVERY);
