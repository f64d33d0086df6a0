"""A walk through a page by the Tab key alone."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Page

MOST_STOPS: Final = 400
# Some pages focus a field when they open, from which Tab would go on.
_TO_THE_BEGINNING: Final = (
    "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
)
# What the focus is on. An element is marked when it had the focus, so that those left out can be told.
_STOP: Final = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect(), again = at.dataset.walked === "yes";
  at.dataset.walked = "yes";
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  const inside = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return {html: at.outerHTML.slice(0, 120), shows: ring && inside, again};
}"""
# A group of radio buttons is one stop, whose arrows move within it.
_MISSED: Final = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden], [type=radio]), select, textarea, summary")]
  .filter((it) => !it.disabled && it.tabIndex >= 0 && it.checkVisibility({visibilityProperty: true})
    && !it.closest("[inert]") && it.dataset.walked !== "yes").map((it) => it.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Walk:
    """Where the focus went, as HTML: `unseen` are stops at which nobody sees it, `missed` what it never came to."""

    stops: list[str]
    unseen: list[str]
    missed: list[str]


def walk(page: Page) -> Walk:
    """Press Tab from the page's beginning to its end."""
    page.evaluate(_TO_THE_BEGINNING)
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop: dict[str, Any] | None = page.evaluate(_STOP)
        if stop is None or stop["again"]:
            break
        stops.append(stop)
    unseen = [stop["html"] for stop in stops if not stop["shows"]]
    return Walk([stop["html"] for stop in stops], unseen, page.evaluate(_MISSED))
