// The list of links: copying without words, fresh numbers, files that are pasted.

import { fetched } from "./again.js";

/** A button that is only an icon keeps it, and says in its name that it has copied. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-quietly]");
  if (!button) return;
  const before = button.getAttribute("aria-label");
  try {
    await navigator.clipboard.writeText(button.dataset.copyQuietly);
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector("a"));
    return;
  }
  button.setAttribute("aria-label", "Copied");
  button.classList.add("copied");
  setTimeout(() => {
    button.setAttribute("aria-label", before);
    button.classList.remove("copied");
  }, 1500);
});

/** A file is read into the field that it fills: what is sent is what is seen. */
for (const chooser of document.querySelectorAll("[data-fills]")) {
  chooser.hidden = false;
  const field = document.getElementById(chooser.dataset.fills);
  chooser.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) field.value = await file.text();
  });
}

/** Numbers are read again while the page is seen, less often while nothing happens; what stands under the same name is
    put in, and nothing else moves. */
const SOON = 10_000;
const LATE = 30_000;
const TRIES = 6; // in a row that fail, until it is given up
const fresh = [...document.querySelectorAll("[data-fresh]")];
let wait = SOON;
let failures = 0;

/** Resolves to whether any number is another one now. */
async function refresh() {
  const page = await fetched();
  let changed = false;
  for (const part of fresh) {
    const other = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (!other || other.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...other.childNodes);
    changed = true;
  }
  return changed;
}

async function turn() {
  if (!document.hidden) {
    try {
      wait = (await refresh()) ? SOON : Math.min(LATE, wait * 1.5);
      failures = 0;
    } catch {
      failures += 1;
      wait = LATE;
    }
  }
  if (failures < TRIES) setTimeout(turn, wait);
}

if (fresh.length) setTimeout(turn, SOON);
