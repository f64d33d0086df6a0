// Looks again every few seconds while the page is seen, and shows what changed.

import { fetched } from "./again.js";
import { show } from "./figures.js";

const badge = document.querySelector("[data-live-every]");
const every = Number(badge?.dataset.liveEvery);
const TRIES = 8; // in a row that fail, until it is given up
const LONGEST = 300_000;
let failures = 0;
let timer = 0;
let looking = false;

/** Puts in what another document has under the same names; what is the same stays, with whatever is unfolded in it. */
function replace(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!other) continue;
    for (const open of part.querySelectorAll("details[open][id]")) other.querySelector(`#${open.id}`)?.setAttribute("open", "");
    if (part.innerHTML !== other.innerHTML) part.replaceChildren(...other.childNodes);
  }
}

/** Hides and shows what another document does: a page without scans shows nothing but that. */
function reveal(fresh) {
  for (const part of document.querySelectorAll("[data-live-hidden]")) {
    const other = fresh.querySelector(`[data-live-hidden="${part.dataset.liveHidden}"]`);
    if (other) part.hidden = other.hidden;
  }
}

function say(words) {
  document.querySelector("[data-live-said]").textContent = words;
}

function scans() {
  return JSON.parse(document.getElementById("chart-figures").textContent).scans;
}

async function look() {
  const fresh = await fetched();
  const before = scans();
  reveal(fresh);
  replace(fresh);
  show(fresh);
  if (scans() !== before) say(`${scans().toLocaleString("en")} scans in this period now`);
}

function state(words, isWell) {
  badge.querySelector("[data-live-state]").textContent = words;
  badge.classList.toggle("stopped", !isWell);
}

async function turn() {
  if (looking || document.hidden) return;
  looking = true;
  try {
    await look();
    failures = 0;
    state("Live", true);
  } catch (error) {
    const isOver = error.status >= 400 && error.status < 500 && error.status !== 429; // no other answer will come
    failures = isOver ? TRIES : failures + 1;
    state(failures < TRIES ? "Trying again" : "Stopped: load the page again", false);
  }
  looking = false;
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (failures < TRIES) timer = setTimeout(turn, Math.min(LONGEST, every * 2 ** failures));
}

if (badge) {
  badge.hidden = false;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden && failures < TRIES) turn();
  });
  schedule();
}
