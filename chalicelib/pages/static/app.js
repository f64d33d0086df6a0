// What every page can do beyond its HTML. Each part looks for elements that ask for it by an attribute.

const wide = matchMedia("(min-width: 62rem)");

/** The navigation is always open where there is room for it. */
for (const menu of document.querySelectorAll("[data-wide-open]")) {
  const follow = () => { menu.open = wide.matches; };
  follow();
  wide.addEventListener("change", follow);
}

/** Light, dark, or as the system likes it; remembered in a cookie, so that the server draws it right at once. */
for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const shown = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset.theme = shown === "dark" ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=34560000; SameSite=Lax`;
  });
}

/** Copies a text, and says so for a while in the button's words and in its name, which may be another one. */
async function copy(button) {
  if (button.copied) return;
  button.copied = true;
  const before = [...button.childNodes];
  const name = button.getAttribute("aria-label");
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    said = "Press Ctrl+C";
    const shown = button.parentElement.querySelector("code, a");
    if (shown) getSelection().selectAllChildren(shown);
  }
  button.replaceChildren(said);
  if (name) button.setAttribute("aria-label", said);
  setTimeout(() => {
    button.replaceChildren(...before);
    if (name) button.setAttribute("aria-label", name);
    button.copied = false;
  }, 1500);
}

/** Asks before a form is sent that cannot be undone; the answer has the words of the button. Resolves to whether to go on. */
function confirmed(question, asking) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = question;
  text.id = "question";
  dialog.setAttribute("aria-labelledby", text.id);
  dialog.setAttribute("role", "alertdialog");
  const row = document.createElement("form");
  row.method = "dialog";
  row.className = "row";
  const act = asking?.textContent.trim() || "Go on";
  const kind = asking?.classList.contains("danger") ? "danger" : "primary";
  for (const [value, label, looks] of [["yes", act, kind], ["", "Cancel", ""]]) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = label;
    button.className = `button ${looks}`;
    row.append(button);
  }
  dialog.append(text, row);
  document.body.append(dialog);
  dialog.showModal();
  row.lastChild.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.confirm && !form.dataset.sure) {
    event.preventDefault();
    if (await confirmed(form.dataset.confirm, event.submitter)) {
      form.dataset.sure = "yes";
      form.requestSubmit(event.submitter);
    }
    return;
  }
  if ("repeats" in form.dataset) return; // a download, as often as one likes
  if (form.dataset.sent) event.preventDefault(); // a second click sends nothing twice
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Whoever comes back to a page by the browser's history may send its forms again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    delete form.dataset.sure;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

document.addEventListener("click", (event) => {
  const copying = event.target.closest("[data-copy]");
  if (copying) copy(copying);
  const opening = event.target.closest("[data-opens]");
  if (opening) {
    event.preventDefault(); // without scripts it may be a link to a page of its own
    document.getElementById(opening.dataset.opens).showModal();
  }
  const closing = event.target.closest("[data-closes]");
  if (closing) closing.closest("dialog").close();
});

/** One menu at a time; Escape and a click elsewhere close it. */
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/** A select that chooses what is shown sends its form by itself. */
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});

// Whoever sent a form that was refused goes on where it is wrong.
document.querySelector('[aria-invalid="true"]')?.focus();

// A message is of the answer to one form: it does not come again when the page is loaded anew.
const shown = new URL(location.href);
if (shown.searchParams.has("said")) {
  shown.searchParams.delete("said");
  history.replaceState(null, "", shown);
}

/** The browser's time zone, for pages that show local days; the server takes UTC until it knows. Whoever is shown a
    report by somebody else keeps nothing of it. */
if (!/(^|; )zone=/.test(document.cookie) && !document.querySelector("[data-keeps-nothing]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=34560000; SameSite=Lax`;
}
