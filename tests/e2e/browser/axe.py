"""The accessibility check: axe-core in the page that is open."""

from collections.abc import Sequence
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Those that may say something else in other colours, or on a screen of another size.
OF_COLOURS: Final = ("color-contrast", "link-in-text-block")
OF_SIZES: Final = (*OF_COLOURS, "target-size", "scrollable-region-focusable")
_RUN: Final = """(runOnly) => axe.run(document, {runOnly, resultTypes: ["violations"], elementRef: false})"""


def axe(page: Page) -> list[str]:
    """What is wrong with the page as it is shown now: a line for each element, with its rule and how to mend it."""
    page.evaluate(Axe().axe_script)
    return _found(page, {"type": "tag", "values": list(TAGS)})


def axe_again(page: Page, rules: Sequence[str]) -> list[str]:
    """The same by some rules when only the look has changed since; it takes a fraction of the time."""
    return _found(page, {"type": "rule", "values": list(rules)})


def _found(page: Page, only: dict[str, Any]) -> list[str]:
    violations = page.evaluate(_RUN, only)["violations"]
    return [_line(violation, node) for violation in violations for node in violation["nodes"]]


def _line(violation: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join(node["failureSummary"].split())
    return (
        f"{violation['id']} ({violation['impact']}): {' '.join(map(str, node['target']))}: {why} {node['html'][:200]}"
    )
