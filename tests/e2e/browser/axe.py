"""The accessibility check: axe-core in the page that is open."""

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_OPTIONS: Final = {"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations"]}


def axe(page: Page) -> list[str]:
    """What is wrong with the page as it is shown now: a line for each element, with its rule and how to mend it."""
    found: dict[str, Any] = Axe().run(page, options=_OPTIONS).response
    return [_line(violation, node) for violation in found["violations"] for node in violation["nodes"]]


def _line(violation: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join(node["failureSummary"].split())
    return (
        f"{violation['id']} ({violation['impact']}): {' '.join(map(str, node['target']))}: {why} {node['html'][:200]}"
    )
