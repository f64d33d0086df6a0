// The designer's live preview: each change asks the server how the code looks now, and how well it can be read.

const desk = document.querySelector("[data-designer]");
const form = document.getElementById("design");
const image = desk.querySelector("[data-image]");
const part = (name) => desk.querySelector(`[data-${name}]`);
const parts = (name) => [...desk.querySelectorAll(`[data-${name}]`)];

const WAIT_MS = 160; // between the last key and the question
const MOST_FILE_BYTES = 1_048_576;
const MOST_HELD = 60;

const answers = new Map(); // what was asked before, so that going back to a look takes no time
let newest = 0; // the number of the question whose answer is wanted
let timer = 0;
let saved = look(form).toString();
let readable = Number(part("score").textContent) > 0;

/** What decides the look, as the server takes it. */
function look(of) {
  return new URLSearchParams([...new FormData(of)].filter(([name]) => name !== "label"));
}

/** Asks for the look of the form. An answer that comes after a newer question was asked is dropped. */
async function ask() {
  const asked = look(form).toString();
  const number = ++newest;
  part("picture-frame").setAttribute("aria-busy", "true");
  let answer = answers.get(asked);
  try {
    answer ??= await fetched(`${desk.dataset.picture}?${asked}`);
  } catch {
    answer = { status: 0, body: { message: "The server cannot be reached. What you see may be older." } };
  }
  if (number !== newest) return;
  part("picture-frame").removeAttribute("aria-busy");
  if (answer.status !== 200) return refuse(answer.body);
  remember(asked, answer);
  await show(answer.body, number);
}

async function fetched(address, options = {}) {
  const response = await fetch(address, { ...options, headers: { "X-Scripted": "1", ...options.headers } });
  return { status: response.status, body: await response.json() };
}

function remember(asked, answer) {
  answers.delete(asked);
  answers.set(asked, answer);
  if (answers.size > MOST_HELD) answers.delete(answers.keys().next().value);
}

/** Shows a look once its picture is there to be shown, so that nothing flickers. */
async function show(found, number) {
  const loading = new Image();
  loading.src = found.source;
  await loading.decode().catch(() => {});
  if (number !== newest) return;
  image.src = found.source;
  clearErrors();
  if (found.field) mark(found.field, found.reasons[0]);
  judge(found.score, found.verdict, found.kind, found.reasons);
  part("finest").textContent = found.finest;
  parts("width").forEach((width, at) => { width.textContent = found.widths[at]; });
}

function judge(score, words, kind, reasons) {
  readable = score > 0;
  part("score").textContent = score;
  part("meter").value = score;
  part("meter").setAttribute("aria-label", `Scannability, ${score} of 100`);
  const said = [words, ...reasons].join();
  if (part("judgement").dataset.said !== said) { // said aloud only when it is another
    part("judgement").dataset.said = said;
    part("verdict").textContent = words;
    part("verdict").className = `badge ${kind}`;
    part("reasons").replaceChildren(...reasons.map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    }));
  }
  settle();
}

/** A form that makes no picture: the last one stays, and what is wrong stands beside its field. */
function refuse(problem) {
  const message = problem.message ?? problem.error?.message ?? "That did not work.";
  clearErrors();
  if (problem.field) mark(problem.field, message);
  judge(0, "No picture", "bad", [message]);
}

function clearErrors() {
  for (const shown of form.querySelectorAll(".error")) { shown.hidden = true; shown.textContent = ""; }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function mark(name, message) {
  const shown = document.getElementById(`${name}-error`);
  if (!shown) return;
  shown.textContent = message;
  shown.hidden = false;
  const field = form.elements[name];
  if (field instanceof Element) field.setAttribute("aria-invalid", "true");
}

/** What may be done now: save what can be read, download and print what is saved. */
function settle() {
  const changed = look(form).toString() !== saved;
  const unsaved = changed || desk.dataset.unsaved !== undefined;
  for (const shown of parts("unsaved")) shown.hidden = !unsaved;
  for (const button of parts("when-saved")) button.disabled = unsaved;
  for (const link of parts("print-link")) link.hidden = unsaved;
  part("save").disabled = !readable;
}

function soon(wait = WAIT_MS) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
  settle();
}

// Colours: the browser's field and the text follow each other.
const WHOLE = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i;
function hex(text) {
  const digits = WHOLE.exec(text.trim())?.[1];
  return digits && `#${digits.length === 3 ? digits.replace(/./g, "$&$&") : digits}`.toLowerCase();
}
function followColours() {
  for (const picker of parts("colour")) {
    const text = form.elements[picker.dataset.colour].value;
    const shown = hex(text || ("usual" in picker.dataset ? form.elements.foreground.value : ""));
    if (shown) picker.value = shown;
  }
}
for (const picker of parts("colour")) {
  picker.hidden = false;
  picker.addEventListener("input", () => { form.elements[picker.dataset.colour].value = picker.value.toUpperCase(); });
}

// Recipes fill the form in; the logo stays.
for (const button of parts("recipe")) {
  button.type = "button";
  button.addEventListener("click", () => {
    for (const [name, value] of Object.entries(JSON.parse(button.dataset.recipe))) {
      const field = form.elements[name];
      if (field.type === "checkbox") field.checked = Boolean(value);
      else field.value = value;
    }
    followColours();
    soon(0);
  });
}

// Logos: the server keeps what is tried for a day, so that a question about a look stays small.
const said = part("logo-said");
for (const field of parts("scripted")) field.hidden = false;
for (const button of parts("unscripted")) button.hidden = true;

async function tryLogo(fields, of) {
  clearErrors();
  said.textContent = "The logo is on its way…";
  let answer;
  try {
    answer = await fetched(desk.dataset.logo, { method: "POST", body: new URLSearchParams(fields) });
  } catch {
    answer = { status: 0, body: { message: "The server cannot be reached." } };
  }
  if (answer.status !== 200) {
    said.textContent = "";
    mark("logo", answer.body.message ?? answer.body.error?.message ?? "That did not work.");
    return;
  }
  said.textContent = "There is a logo in it. With one, error correction is always H.";
  form.elements.logo_image.value = answer.body.digest;
  form.elements.logo_of.value = of;
  form.elements.logo.value = of;
  form.elements.no_logo.checked = false;
  part("no-logo").hidden = false;
  soon(0);
}

document.getElementById("logo-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  if (file.size > MOST_FILE_BYTES) {
    event.target.value = "";
    return mark("logo", "Must be at most 1 MB.");
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let letters = "";
  for (let at = 0; at < bytes.length; at += 32_768) letters += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  await tryLogo({ file: btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") }, "");
});

form.elements.logo.addEventListener("change", (event) => {
  const url = event.target.value.trim();
  if (url && url !== form.elements.logo_of.value) tryLogo({ logo: url }, url);
});

form.addEventListener("input", (event) => {
  if (event.target.type === "file" || event.target.name === "label" || event.target.name === "logo") return settle();
  followColours();
  soon();
});

// A browser that comes back to the page fills the form in as it was left.
addEventListener("pageshow", () => {
  followColours();
  if (look(form).toString() !== saved) soon(0);
});
if (!part("unsaved").hidden) desk.dataset.unsaved = "";
followColours();
settle();
