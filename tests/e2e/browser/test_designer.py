"""A QR code is designed by eye, and what is downloaded holds the short link."""

import io
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser.things import DESTINATION
from tests.e2e.conftest import Client

GREEN: Final = "#0B5D3B"


def read(picture: bytes) -> str:
    """What a picture holds."""
    with Image.open(io.BytesIO(picture)) as image:
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found.text


def design(page: Page) -> None:
    """Dots in green; the tiles are moved along by arrows."""
    group = page.get_by_role("group", name="Modules")
    group.get_by_role("radio", name="Square", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(group.get_by_role("radio", name="Dots", exact=True)).to_be_checked()
    page.get_by_role("textbox", name="Modules", exact=True).fill(GREEN)


def downloaded(page: Page, form: str) -> bytes:
    """The file that the page's button gives in a format."""
    page.get_by_label("Format").select_option(form)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    return Path(waiting.value.path()).read_bytes()


def test_the_preview_follows_and_the_files_hold_the_short_link(owner_page: Page, client: Client) -> None:
    page, code = owner_page, client.create("Designed", DESTINATION)
    page.goto(f"/dashboard/links/{code['id']}/qr")
    preview = page.get_by_role("region", name="Preview")
    first = shown(preview)
    design(page)
    expect(preview.get_by_role("img")).not_to_have_attribute("src", first)
    expect(preview.get_by_text("Not saved yet")).to_be_visible()
    preview.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="saved")).to_be_visible()
    expect(page.get_by_role("textbox", name="Modules", exact=True)).to_have_value(GREEN)
    png = downloaded(page, "png")
    assert read(png) == code["short_url"]
    with Image.open(io.BytesIO(png)) as image:
        assert (0x0B, 0x5D, 0x3B) in {colour for _, colour in image.convert("RGB").getcolors(100_000) or []}
    assert GREEN.lower() in downloaded(page, "svg").decode().lower()


def shown(preview: Locator) -> str:
    return preview.get_by_role("img").get_attribute("src") or ""
