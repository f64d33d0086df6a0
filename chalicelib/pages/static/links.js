// The list of links: menus, copying without words, fresh numbers, files that are pasted, pages that look again.

/** One menu at a time; Escape and a click elsewhere close it. */
const open = () => document.querySelectorAll(".row-menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

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

for (const link of document.querySelectorAll("[data-again]")) {
  setTimeout(() => location.replace(link.href), 1000 * link.dataset.again);
}

/** Numbers are read again while the page is seen; what stands under the same name is put in, and nothing else moves. */
const FRESH_SECONDS = 10;
const TRIES = 6; // in a row that fail, until it is given up
const fresh = [...document.querySelectorAll("[data-fresh]")];
let failures = 0;

async function refresh() {
  const answer = await fetch(location.href, { headers: { "X-Scripted": "1" }, signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of fresh) {
    const other = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (other && other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
  }
}

async function turn() {
  if (!document.hidden) {
    try {
      await refresh();
      failures = 0;
    } catch {
      failures += 1;
    }
  }
  if (failures < TRIES) setTimeout(turn, 1000 * FRESH_SECONDS * (failures + 1));
}

if (fresh.length) setTimeout(turn, 1000 * FRESH_SECONDS);
