"""Words of strangers that must stay words, whatever place of a page they are written into."""

from typing import Final

from playwright.sync_api import Page

# Elements and a resource that no page of ours has: one of them, and something was taken for markup.
ELEMENT: Final = "x-probe"
RESOURCE: Final = "/x-probe"
NAMES: Final = {
    "markup": (
        f"\"'><{ELEMENT}></{ELEMENT}><img src={RESOURCE} onerror=alert(1)>--></script></title></textarea>"
        f"<{ELEMENT}></{ELEMENT}>\" ' autofocus onfocus=alert(1) style=background:url({RESOURCE}) x="
    ),
    "a template": "{{7*7}}{% raw %}${7*7}<%=7*7%>#{7*7}&lt;b&gt;&#60;",
    "letters from right to left, and a long word": f"שלום مرحبا Z̃̃̃ 🧭 {'W' * 100}",
}
# What runs without being a file of ours: the policy forbids it, but it should not be there at all.
_INJECTED: Final = (
    ELEMENT,
    *(f"[{handler}]" for handler in ("onerror", "onfocus", "onclick", "onload")),
    'script:not([src], [type="application/json"])',
    '[href^="javascript:" i]',
)


def injected(page: Page) -> list[str]:
    """What a page has that only a stranger can have written: elements, handlers, scripts."""
    found: list[str] = page.locator(", ".join(_INJECTED)).evaluate_all(
        "(all) => all.map((it) => it.outerHTML.slice(0, 200))"
    )
    return found
