"""The gallery: what is committed is what the program writes, every picture can be read, every JSON is taken."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops

from chalicelib import ids
from chalicelib.qr.pictures import draw
from gallery import page
from gallery.examples import Example
from gallery.page import Parts
from gallery.payloads import LINK, LINK_ID
from tests.api.calls import Caller, new_caller
from tests.world import World

DOCS = Path(__file__).parent.parent / "docs"
TEXT = (DOCS / "gallery.md").read_text()
BODIES: list[dict[str, Any]] = [json.loads(body) for body in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
MOST_BYTES = 1_500_000
SEEN = 300
CALLS = 50  # of one key: it may write 60 times a minute


@pytest.fixture(scope="module")
def parts() -> Parts:
    return page.parts()


@pytest.fixture(scope="module")
def pictures(parts: Parts) -> Mapping[str, bytes]:
    return page.pictures(parts)


def test_the_page_is_the_one_that_is_written_today(parts: Parts) -> None:
    assert page.markdown(parts) == TEXT, "run make gallery"


def test_the_pictures_are_those_that_are_drawn_today(pictures: Mapping[str, bytes]) -> None:
    committed = {str(path.relative_to(DOCS)): path.read_bytes() for path in (DOCS / "images" / "gallery").iterdir()}
    assert committed.keys() == pictures.keys()
    assert [path for path in pictures if not alike(path, pictures[path], committed[path])] == [], "run make gallery"
    assert sum(map(len, committed.values())) < MOST_BYTES


def alike(path: str, one: bytes, other: bytes) -> bool:
    """The same bytes, or of PNGs the same pixels: another zlib packs them otherwise."""
    if not path.endswith(".png"):
        return one == other
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        same = first.size == second.size and first.mode == second.mode
        return same and ImageChops.difference(first, second).getbbox() is None


def test_every_picture_is_on_the_page_beside_its_json(parts: Parts, pictures: Mapping[str, bytes]) -> None:
    assert set(re.findall(r'<img src="(.+?)"', TEXT)) == pictures.keys()
    assert [example.body for example in page.examples(parts)] == BODIES


def test_every_picture_holds_what_its_json_says(parts: Parts) -> None:
    assert [shown.name for shown in page.examples(parts) if read(shown) != shown.payload] == []


def read(example: Example) -> str | None:
    """What a picture holds: of a PNG, or of the PNG that is drawn as the SVG is."""
    picture = example.content() if example.file.endswith(".png") else as_png(example)
    with Image.open(io.BytesIO(picture)) as image:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
    found = zxingcpp.read_barcodes(ground.convert("L"))
    return found[0].text if found else None


def as_png(example: Example) -> bytes:
    return draw(example.payload, replace(example.style, format="png", size=SEEN))


def test_every_json_is_taken_and_scores_as_shown(world: World, parts: Parts) -> None:
    standalone = [shown for shown in page.examples(parts) if "data" in shown.body]
    for at in range(0, len(standalone), CALLS):
        caller = new_caller(f"gallery {at}")
        for shown in standalone[at : at + CALLS]:
            made = created(caller, shown.body)
            assert made["qrData"] == shown.payload
            assert shown.logo or made["scannability"]["score"] == shown.score


@pytest.mark.parametrize("body", [body for body in BODIES if "urlId" in body], ids=str)
def test_every_json_of_a_url_is_taken(world: World, body: dict[str, Any]) -> None:
    caller = new_caller()
    url = caller.create(slug=LINK.rsplit("/", 1)[1])
    assert body["urlId"] == LINK_ID
    made = created(caller, {**body, "urlId": ids.parse(url["id"])})
    assert made["qrData"] == (LINK.upper() if body.get("compact") else LINK)


def created(caller: Caller, body: Mapping[str, Any]) -> dict[str, Any]:
    """The QR code that a body makes. Its logo is left out: its address leads nowhere."""
    answer = caller.call("POST", "/api/v1/qr", {name: value for name, value in body.items() if name != "logoUrl"})
    assert answer.status == 201, (body, answer.json)
    data: dict[str, Any] = answer.json["data"]
    return data
