"""`make screens`: the pictures of the dashboard in docs/images/screens, taken of a local stack with the demo's history.

They differ from day to day, as the history does: it ends today. What is committed is what was taken once.
"""

import io
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gallery.chromium import chromium
from infra import demo
from infra.attached import Attached
from infra.errors import StackError
from infra.history import LINKS, visitor
from infra.local import LocalStack

FOLDER: Final = Path(__file__).parent.parent / "docs" / "images" / "screens"
WIDE: Final = (1280, 800)
TALL: Final = (1280, 1160)
PHONE: Final = (390, 844)
HOST: Final = "qz.example"  # where short links start on the pictures; the browser is told that it is here
LIVE: Final = 60
FREQUENT: Final = 128
MOST_BYTES: Final = 150_000


def _as_it_is(_: Page) -> None:
    """Nothing is done before the picture is taken."""


@dataclass(frozen=True)
class Shot:
    """A picture `name`.png of the page at `path`, of `size` in CSS pixels, after `act` was done there."""

    name: str
    path: str
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"
    act: Callable[[Page], None] = _as_it_is


def _design(page: Page) -> None:
    """Choose one of the looks that are offered, and wait until it is drawn."""
    preview = page.get_by_role("region", name="Preview").get_by_role("img")
    before = preview.get_attribute("src") or ""
    page.get_by_role("button", name="Shop window").click()
    expect(preview).not_to_have_attribute("src", before)


# `{spring-menu}` and the like stand for ids of the demo's links.
SHOTS: Final = (
    Shot("links", "/dashboard"),
    Shot("links-dark", "/dashboard", scheme="dark"),
    Shot("link", "/dashboard/links/{newsletter}", TALL),
    Shot("link-dark", "/dashboard/links/{newsletter}", TALL, "dark"),
    Shot("designer", "/dashboard/links/{spring-menu}/qr", act=_design),
    Shot("phone", "/dashboard/links/{spring-menu}", PHONE),
    Shot("phone-dark", "/dashboard", PHONE, "dark"),
    Shot("docs", "/docs/dynamic"),
)


def main() -> int:
    """Take them all; return the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder, _stack(Path(folder)) as stack:
            os.environ.update(stack.environment)
            demo.fill(Attached(stack.url, stack.api_key))
            _scan_today(stack)
            with chromium({HOST: urlsplit(stack.url).netloc}) as browser:
                for name, picture in _pictures(browser, stack):
                    (FOLDER / f"{name}.png").write_bytes(picture)
                    print(f"docs/images/screens/{name}.png: {len(picture) / 1000:,.0f} KB")
    except (StackError, FileNotFoundError) as error:
        print(f"quietzone: {error}", file=sys.stderr)
        return 1
    return 0


def _stack(folder: Path) -> LocalStack:
    return LocalStack(folder, fresh=True, settings={"PublicUrl": f"http://{HOST}"})


def _scan_today(stack: LocalStack) -> None:
    """Scan the demo's links as people do just now, since a day that has just begun is empty."""
    chance = random.Random(demo.SEED)  # noqa: S311 - the same for everybody
    connection = HTTPConnection(urlsplit(stack.url).netloc)
    for link in chance.choices(LINKS, [link.a_day for link in LINKS], k=LIVE):
        address, headers = visitor(link.audience, chance)
        connection.request("GET", f"/{link.slug}", headers={**headers, "CloudFront-Viewer-Address": f"{address}:1"})
        connection.getresponse().read()
    connection.close()


def _pictures(browser: Browser, stack: LocalStack) -> Iterator[tuple[str, bytes]]:
    from chalicelib.pages import cookies

    name, text, ids = cookies.session_name(f"http://{HOST}"), _session(stack), _ids(stack)
    for shot in SHOTS:
        context = browser.new_context(
            base_url=f"http://{HOST}",
            viewport={"width": shot.size[0], "height": shot.size[1]},
            device_scale_factor=2 if shot.size == PHONE else 1.5,
            color_scheme=shot.scheme,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": name, "value": text, "url": f"http://{HOST}"}])
        page = context.new_page()
        page.goto(shot.path.format(**ids), wait_until="networkidle")
        shot.act(page)
        yield shot.name, packed(page.screenshot())
        context.close()


def _session(stack: LocalStack) -> str:
    """The text of a session of the owner."""
    from chalicelib.services import accounts, sessions

    owner = accounts.authenticate(stack.api_key)
    return sessions.start(owner.organization.number, owner.member, time.time_ns() // 1_000_000)


def _ids(stack: LocalStack) -> dict[str, str]:
    """The ids of all links, by slug."""
    asked = Request(f"{stack.url}/v1/dynamic?limit=50", headers={"Authorization": f"Bearer {stack.api_key}"})  # noqa: S310
    with urlopen(asked) as answer:  # noqa: S310 - the stack's own address
        return {code["short_url"].rpartition("/")[2]: code["id"] for code in json.load(answer)["codes"]}


def packed(picture: bytes) -> bytes:
    """A PNG with a palette. Raises ValueError when it is too large for a README all the same."""
    with Image.open(io.BytesIO(picture)) as image:
        full, small = image.convert("RGB"), io.BytesIO()
    full.quantize(palette=_palette(full), dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    if len(small.getvalue()) > MOST_BYTES:
        raise ValueError(f"{len(small.getvalue()):,} bytes; at most {MOST_BYTES:,}")
    return small.getvalue()


def _palette(full: Image.Image) -> Image.Image:
    """256 colours: the most frequent ones as they are, so that no ground is tinted, and some of every other."""
    counted: list[tuple[int, tuple[int, int, int]]] = full.getcolors(full.width * full.height)  # type: ignore[assignment]
    frequent = [colour for _, colour in sorted(counted, reverse=True)[:FREQUENT]]
    others = full.quantize(256 - FREQUENT, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(
        [
            *(part for colour in frequent if isinstance(colour, tuple) for part in colour),
            *others[: (256 - FREQUENT) * 3],
        ]
    )
    return palette


if __name__ == "__main__":
    sys.exit(main())
