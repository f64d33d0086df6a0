// The list of links: menus, copying without words, files that are pasted, pages that look again.

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
