"""The page that shows a picture to anybody, and lets them take it away in every format."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final
from urllib.parse import urlencode

from chalicelib import ids
from chalicelib.api.dialects import HTML
from chalicelib.core.contents import contents
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import FORMATS, Format

SHOWN_PIXELS: Final = 512
CARD_PIXELS: Final = 1024  # of the picture on the cards that other sites make of the page
# Vector files are sharp at any size; of pixels there is a choice.
SIZES: Final[dict[Format, tuple[int, ...]]] = {"png": (256, 512, 1024, 2048), "webp": (256, 512, 1024, 2048)}
NAMES: Final[dict[Format, str]] = {"png": "PNG", "svg": "SVG", "webp": "WebP", "pdf": "PDF", "eps": "EPS"}

_STYLE: Final = """
:root{color-scheme:light dark}
body{font:17px/1.5 system-ui,sans-serif;margin:0;display:grid;justify-items:center;overflow-wrap:anywhere}
main{box-sizing:border-box;width:100%;max-width:64rem;padding:clamp(1rem,4vw,3rem);gap:clamp(1rem,4vw,3rem)}
main{display:grid;grid-template-columns:minmax(0,1fr)}
figure{margin:0;padding:1rem;border-radius:1rem;background:#fff;display:grid;justify-items:center}
img{display:block;width:100%;max-width:32rem;height:auto}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .75rem}
pre{font:15px/1.5 ui-monospace,monospace;margin:0;white-space:pre-wrap;max-height:20rem;overflow:auto}
h2{font-size:1rem;margin:1.5rem 0 .25rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0}
dt,dd{margin:0}
dd{display:flex;flex-wrap:wrap;gap:0 1rem}
a{color:inherit;text-underline-offset:.2em}
@media(min-width:48rem){main{grid-template-columns:repeat(2,minmax(0,1fr));align-items:center;min-height:100vh}}
"""
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
# There is one style, and nothing that runs.
HEADERS: Final = {
    **HTML,
    "Content-Security-Policy": (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
    ),
}
_PAGE: Final = """<!doctype html>
<html lang="en" prefix="og: https://ogp.me/ns#"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>{title}</title>
<meta property="og:type" content="website"><meta property="og:title" content="{title}">
<meta property="og:description" content="{description}"><meta property="og:url" content="{address}">
<meta property="og:image" content="{card}"><meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="{card_pixels}"><meta property="og:image:height" content="{card_pixels}">
<meta property="og:image:alt" content="{alt}"><meta name="twitter:card" content="summary">
<style>{style}</style></head><body><main>
<figure><img src="{picture}" width="{pixels}" height="{pixels}" alt="{alt}"></figure>
<section><h1>{title}</h1><pre>{text}</pre><h2>Download</h2><dl>{downloads}</dl></section>
</main></body></html>
"""


def page(picture: Picture, base: str) -> str:
    """The page of a picture. `base` is the address of the installation: cards of other sites need whole addresses."""
    spelled, held = ids.spell("qr", picture.number), contents(picture.payload)
    alt = f"QR code: {picture.title}"
    values = {
        "title": picture.title,
        "description": f"QR code: {held.title}",
        "address": f"{base}/qr/{spelled}",
        "card": f"{base}/api/qr/{spelled}/download?{_query('png', CARD_PIXELS)}",
        "card_pixels": str(CARD_PIXELS),
        "alt": alt,
        "picture": _address(picture, "svg"),
        "pixels": str(SHOWN_PIXELS),
        "text": held.text,
    }
    escaped = {name: escape(value) for name, value in values.items()}
    return _PAGE.format(style=_STYLE, downloads="".join(_row(picture, form) for form in FORMATS), **escaped)


def _row(picture: Picture, form: Format) -> str:
    sizes = SIZES.get(form)
    links = [(f"{size} px", size) for size in sizes] if sizes else [("any size", None)]
    anchors = [
        f'<a href="{escape(_address(picture, form, size, saved=True))}">{escape(said)}</a>' for said, size in links
    ]
    return f"<dt>{NAMES[form]}</dt><dd>{''.join(anchors)}</dd>"


def _address(picture: Picture, form: Format, size: int | None = None, *, saved: bool = False) -> str:
    """Relative, so that it leads to the host that the page came from, whatever stands before the path there."""
    return f"../api/qr/{ids.spell('qr', picture.number)}/download?{_query(form, size, saved=saved)}"


def _query(form: Format, size: int | None = None, *, saved: bool = False) -> str:
    given = {"format": form, "size": size, "download": 1 if saved else None}
    return urlencode({name: value for name, value in given.items() if value is not None})
