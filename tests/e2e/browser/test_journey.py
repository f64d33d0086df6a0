"""The first visit: from signing in to a printed code, and the first scans of it."""

import io
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from infra.local import LocalStack
from tests.e2e.browser.signing_in import sign_in
from tests.e2e.browser.things import DESTINATION

GREEN: Final = "#0B5D3B"
GREEN_PIXEL: Final = (0x0B, 0x5D, 0x3B)
LABEL: Final = "Poster in the window"


def test_a_first_visit_goes_from_signing_in_to_a_printed_code_and_its_scans(page: Page, stack: LocalStack) -> None:
    page.goto("/dashboard")
    sign_in(page)
    page.goto("/dashboard")
    short_url = create(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(LABEL)
    scan_twice(page, short_url)
    page.get_by_role("link", name="QR code").first.click()
    design(page)
    png = downloaded(page, "png")
    assert held_by(png) == short_url
    with Image.open(io.BytesIO(png)) as image:
        assert GREEN_PIXEL in {colour for _, colour in image.convert("RGB").getcolors(100_000) or []}
    assert GREEN.lower() in downloaded(page, "svg").decode().lower()
    page.get_by_role("link", name="Print").click()
    expect(page.get_by_role("img", name=f"The QR code of {short_url}")).to_be_visible()
    page.goto("/dashboard")
    expect(row_of(page).get_by_role("cell").nth(3)).to_have_text("2")


def create(page: Page) -> str:
    """A new link by the dashboard's dialog; its short URL. Its page is open then."""
    page.get_by_role("link", name="New link").click()
    dialog = page.get_by_role("dialog", name="New link")
    dialog.get_by_label("Destination").fill(DESTINATION)
    dialog.get_by_label("Label").fill(LABEL)
    dialog.get_by_role("button", name="Create link").click()
    short = page.get_by_role("main").get_by_role("link", name="http://")
    expect(page.get_by_text("Your QR code is ready")).to_be_visible()
    return short.get_attribute("href") or ""


def scan_twice(page: Page, short_url: str) -> None:
    """Scan in a second tab: the first one shows it without being loaded again."""
    page.evaluate("window.stays = true")
    visitor = page.context.new_page()
    for scans in ("1", "2"):
        visitor.goto(short_url)
        expect(visitor.get_by_role("heading", name="You have landed")).to_be_visible()
        expect(total(page)).to_have_text(scans)
        expect(total(page)).to_be_visible()
    visitor.close()
    expect(page.get_by_text("Your QR code is ready")).to_be_hidden()
    assert page.evaluate("window.stays")


def design(page: Page) -> None:
    """Make the code one of green dots, see the preview follow, and save it."""
    preview = page.get_by_role("region", name="Preview")
    first = preview.get_by_role("img").get_attribute("src") or ""
    modules = page.get_by_role("group", name="Modules")
    modules.get_by_role("radio", name="Square", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(modules.get_by_role("radio", name="Dots", exact=True)).to_be_checked()
    page.get_by_role("textbox", name="Modules", exact=True).fill(GREEN)
    expect(preview.get_by_role("img")).not_to_have_attribute("src", first)
    expect(preview.get_by_text("Not saved yet")).to_be_visible()
    preview.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="saved")).to_be_visible()
    expect(page.get_by_role("textbox", name="Modules", exact=True)).to_have_value(GREEN)


def downloaded(page: Page, form: str) -> bytes:
    """The file that the designer's button gives in a format."""
    page.get_by_label("Format").select_option(form)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    return Path(waiting.value.path()).read_bytes()


def held_by(picture: bytes) -> str:
    """What a picture holds."""
    with Image.open(io.BytesIO(picture)) as image:
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found.text


def total(page: Page) -> Locator:
    """The number of scans in the page's headline."""
    return page.locator("dl.headline > div").filter(has_text="Total scans").locator(".figure")


def row_of(page: Page) -> Locator:
    return page.get_by_role("row").filter(has_text=LABEL)
