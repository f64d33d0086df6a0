"""The QR designer: what is shown is what is saved, and what is saved is what is downloaded."""

import json
import re
from base64 import urlsafe_b64encode
from io import BytesIO
from urllib.parse import urlencode

import pytest
from PIL import Image

from chalicelib import ids
from chalicelib.core.codes import QrCode
from chalicelib.core.links import Link
from chalicelib.core.plans import PLANS, Plan
from chalicelib.core.styles import CORNERS, DOTS, Style
from chalicelib.outbound import fetching
from chalicelib.pages import designs
from chalicelib.pages.designer import MOST_LOGO_FORM_BYTES
from chalicelib.pages.recipes import RECIPES
from chalicelib.qr import proof
from chalicelib.services import links, logos, qr_codes
from chalicelib.services.accounts import Caller
from tests.pages.browsing import Browser, Seen, new_browser
from tests.qr.scanners import plain_text
from tests.services.account import new_link
from tests.web import Web
from tests.web import picture as image_file
from tests.world import now_ms

HOSTILE = "</script><img src=x onerror=alert(1)>'\""
LOGO = "https://cdn.example.com/logo.png"
GREEN = {
    "dots": "dots",
    "corner_squares": "rounded",
    "corner_dots": "dot",
    "foreground": "#14532d",
    "background": "F4FAEF",
    "corner_squares_colour": "",
    "corner_dots_colour": "#050",
    "quiet_zone": "5",
    "level": "Q",
}
GREEN_STYLE = Style(
    dots="dots",
    corner_squares="rounded",
    corner_dots="dot",
    foreground="#14532D",
    background="#F4FAEF",
    corner_dots_colour="#005500",
    quiet_zone=5,
    level="Q",
)


@pytest.fixture
def link(browser: Browser) -> Link:
    return links.seed(caller_of(browser), new_link(), now_ms())


def caller_of(browser: Browser) -> Caller:
    assert browser.caller
    return browser.caller


def path_of(link: Link) -> str:
    return f"/dashboard/links/{ids.spell('dc', link.number)}/qr"


def codes_of(browser: Browser, link: Link) -> list[QrCode]:
    """Oldest first."""
    return qr_codes.page(caller_of(browser), 100, 0, None, link.number).codes[::-1]


def save(browser: Browser, link: Link, code: str = "new", **fields: str) -> Seen:
    return browser.post(path_of(link), {"code": code, **GREEN, **fields})


def saved(browser: Browser, link: Link, code: str = "new", **fields: str) -> str:
    """The id of a code that was saved."""
    found = re.fullmatch(
        rf"{path_of(link)}\?code=(qr_\w+)&said=code-saved", save(browser, link, code, **fields).location
    )
    assert found
    return found[1]


def download(browser: Browser, link: Link, **query: str) -> Image.Image:
    seen = browser.get(f"{path_of(link)}/file?{urlencode(query)}")
    assert seen.status == 200
    return Image.open(BytesIO(seen.body))


def asked(browser: Browser, link: Link, **fields: str) -> tuple[int, dict[str, object]]:
    """What the script gets."""
    seen = browser.get(f"{path_of(link)}/picture?{urlencode({**GREEN, **fields})}", X_Scripted="1")
    return seen.status, json.loads(seen.text)


def try_file(browser: Browser, link: Link, content: bytes) -> Seen:
    letters = urlsafe_b64encode(content).decode().rstrip("=")
    return browser.post(f"{path_of(link)}/logo", {"file": letters}, X_Scripted="1")


def test_a_link_has_a_picture_to_download_before_anything_is_saved(browser: Browser, link: Link) -> None:
    seen = browser.get(path_of(link))
    assert "Scans anywhere" in seen.words
    assert "not saved yet" in seen.words
    assert plain_text(download(browser, link, code="")) == f"https://qz.example/{link.slug}"
    assert codes_of(browser, link) == []


def test_what_is_saved_is_what_the_download_is_drawn_with(browser: Browser, link: Link) -> None:
    number = saved(browser, link)
    [code] = codes_of(browser, link)
    assert code.style == GREEN_STYLE
    shown = download(browser, link, code=number, format="png", size="512")
    assert plain_text(shown) == f"https://qz.example/{link.slug}"
    assert shown.size == (512, 512)
    colours = {colour for _, colour in shown.convert("RGB").getcolors(1 << 16) or []}
    assert {(0x14, 0x53, 0x2D), (0xF4, 0xFA, 0xEF), (0x00, 0x55, 0x00)} <= colours
    assert qr_codes.download_counts([code]) == {code.number: 1}


def test_the_first_codes_look_is_the_links_own_too(browser: Browser, link: Link) -> None:
    first = saved(browser, link)
    style = links.get(caller_of(browser), str(link.number)).details.style
    assert (style["dotsType"], style["dotsColor"], style["backgroundColor"]) == ("dots", "#14532D", "#F4FAEF")
    assert "cornersSquareColor" not in style
    saved(browser, link, foreground="#000000", label="Poster")
    assert links.get(caller_of(browser), str(link.number)).details.style == style
    saved(browser, link, first, foreground="#101010")
    assert links.get(caller_of(browser), str(link.number)).details.style["dotsColor"] == "#101010"


@pytest.mark.parametrize("code", ["new", ""], ids=["a first code", "a code that is there"])
def test_of_a_look_that_is_refused_nothing_is_saved(browser: Browser, link: Link, code: str) -> None:
    if not code:
        saved(browser, link)
    before = links.get(caller_of(browser), str(link.number)).details.style
    seen = save(browser, link, code, foreground="#3B0764", logo=LOGO, logo_of=LOGO, logo_image="0" * 64)
    assert (seen.status, "Is no longer here" in seen.words) == (400, True), seen.words
    assert links.get(caller_of(browser), str(link.number)).details.style == before


def test_a_first_code_that_is_sent_twice_is_made_once(browser: Browser, link: Link) -> None:
    assert save(browser, link, "new", once="a text of the form").location
    assert save(browser, link, "new", once="a text of the form").location
    assert len(codes_of(browser, link)) == 1


def test_each_further_code_has_a_marker_and_a_name(browser: Browser, link: Link) -> None:
    saved(browser, link)
    poster = saved(browser, link, label="Poster")
    assert plain_text(download(browser, link, code=poster)) == f"https://qz.example/{link.slug}.2"
    saved(browser, link, poster, label="Window", foreground="#000000")
    assert [(code.label, code.marker) for code in codes_of(browser, link)] == [(None, 1), ("Window", 2)]
    words = browser.get(path_of(link)).words
    assert "Main code 0 scans" in words
    assert "Window 0 scans" in words
    saved(browser, link, poster, label="")
    assert "Code 2 0 scans" in browser.get(path_of(link)).words


def test_a_further_code_begins_with_the_look_of_the_first(browser: Browser, link: Link) -> None:
    saved(browser, link, label="Menu")
    words = browser.get(f"{path_of(link)}?code=new").text
    for field, value in {"foreground": "#14532D", "quiet_zone": "5", "label": ""}.items():
        assert re.search(rf'<input id="{field}" name="{field}"[^>]* value="{value}"', words)


def test_a_deleted_code_is_off_the_list_and_shown_no_more(browser: Browser, link: Link) -> None:
    saved(browser, link)
    poster = saved(browser, link, label="Poster")
    assert browser.post(f"{path_of(link)}/delete", {"code": poster}).location == f"{path_of(link)}?said=code-deleted"
    assert [code.marker for code in codes_of(browser, link)] == [1]
    for path in (f"?code={poster}", f"/file?code={poster}", f"/print?code={poster}", f"/picture?code={poster}"):
        assert browser.get(path_of(link) + path).status == 404, path
    assert save(browser, link, poster).status == 404


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("foreground", "red", "Must be a hex colour"),
        ("background", "#12345", "Must be a hex colour"),
        ("background", "", "Must be a hex colour"),
        ("corner_squares_colour", HOSTILE, "Must be a hex colour"),
        ("corner_dots_colour", "#gggggg", "Must be a hex colour"),
        ("quiet_zone", "17", "Must be a whole number from 0 to 16"),
        ("quiet_zone", "\u0664", "Must be a whole number from 0 to 16"),
        ("level", "X", "Must be one of L, M, Q, H"),
        ("dots", "stars", "Must be one of square"),
        ("corner_squares", "", "Must be one of square"),
        ("corner_dots", "ring", "Must be one of square"),
        ("label", "x" * 201, "Must be 0 to 200 printable characters"),
        ("logo", "http://cdn.example.com/logo.png", "Must be an https URL"),
        ("logo_image", HOSTILE, "Cannot be read: choose the file again"),
        ("logo_image", "ab" * 32, "Is no longer here: choose the file again"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser: Browser, link: Link, field: str, value: str, problem: str
) -> None:
    seen = save(browser, link, **{"label": "Flyer", field: value})
    assert seen.status == 400
    name = "logo" if field == "logo_image" else field
    assert re.search(rf'id="{name}-error">{problem}', seen.text)
    assert field == "label" or 'value="Flyer"' in seen.text
    assert "<img src=x" not in seen.text
    assert codes_of(browser, link) == []


def test_a_look_that_nobody_can_read_says_why_and_is_not_saved(browser: Browser, link: Link) -> None:
    seen = save(browser, link, foreground="#FFFFFF", background="#000000")
    assert seen.status == 400
    assert re.search(r'id="foreground-error">Must be darker than the background', seen.text)
    assert "Cannot be scanned" in seen.words
    assert "The colour of the modules must be darker than the background" in seen.words
    assert codes_of(browser, link) == []
    assert links.get(caller_of(browser), str(link.number)).details.style == {}
    status, found = asked(browser, link, foreground="#FFFFFF", background="#000000")
    assert (status, found["score"], found["field"]) == (200, 0, "foreground")


def test_the_script_gets_the_picture_the_score_and_the_reasons(browser: Browser, link: Link) -> None:
    status, found = asked(browser, link)
    assert (status, found["verdict"], found["reasons"]) == (200, "Scans anywhere", [])
    status, found = asked(browser, link, foreground="#7A9A7A", quiet_zone="1")
    assert status == 200
    assert isinstance(found["score"], int)
    assert 0 < found["score"] < 80
    assert any("contrast" in reason for reason in json.loads(json.dumps(found["reasons"])))
    assert str(found["source"]).startswith("data:image/svg+xml;base64,")
    assert asked(browser, link, foreground="red")[1]["field"] == "foreground"


def test_a_preview_without_a_script_shows_what_is_in_the_address(browser: Browser, link: Link) -> None:
    seen = browser.get(f"{path_of(link)}?{urlencode({**GREEN, 'code': 'new', 'label': HOSTILE})}")
    assert 'value="#14532d"' in seen.text
    assert "<img src=x" not in seen.text
    assert "save what you changed first" in seen.words
    chosen = browser.get(f"{path_of(link)}?{urlencode({**GREEN, 'recipe': 'evening'})}")
    assert 'value="#3B0764"' in chosen.text
    bad = browser.get(f"{path_of(link)}?{urlencode({**GREEN, 'foreground': 'red'})}")
    assert bad.status == 400
    assert re.search(r'id="foreground-error">Must be a hex colour', bad.text)


def test_a_logo_from_a_file_is_in_what_is_saved_until_it_is_left_out(browser: Browser, link: Link) -> None:
    digest = json.loads(try_file(browser, link, image_file("#C03030")).text)["digest"]
    assert any("logo" in str(reason) for reason in [asked(browser, link, logo_image=digest)[1]["reasons"]])
    number = saved(browser, link, logo_image=digest)
    shown = download(browser, link, code=number)
    assert plain_text(shown) == f"https://qz.example/{link.slug}"
    assert (0xC0, 0x30, 0x30) in {colour for _, colour in shown.convert("RGB").getcolors(1 << 20) or []}
    assert f'name="logo_image" value="{digest}"' in browser.get(path_of(link)).text
    saved(browser, link, number, logo_image=digest, no_logo="on")
    assert codes_of(browser, link)[0].style == GREEN_STYLE


def test_a_logo_of_an_address_is_fetched_once(browser: Browser, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    monkeypatch.setattr(fetching, "get", web.get)
    tried = browser.post(f"{path_of(link)}/logo", {"logo": LOGO}, X_Scripted="1")
    digest = json.loads(tried.text)["digest"]
    number = saved(browser, link, logo=LOGO, logo_of=LOGO, logo_image=digest)
    assert web.asked == [LOGO]
    saved(browser, link, number, logo=f"{LOGO}?2", logo_of=LOGO, logo_image=digest)
    assert web.asked == [LOGO, f"{LOGO}?2"]
    saved(browser, link, number, logo="", logo_of=f"{LOGO}?2", logo_image=digest)
    assert codes_of(browser, link)[0].style == GREEN_STYLE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<svg onload=alert(1)>", "Must be a PNG, JPEG or WebP image."),
        (image_file()[:-30], "Is a broken image, or cut off."),
        (b"x" * (logos.LIMITS.most_bytes + 1), "Must be at most 1 MB."),
    ],
)
def test_what_is_no_logo_is_refused_beside_its_field(
    browser: Browser, link: Link, content: bytes, problem: str
) -> None:
    seen = try_file(browser, link, content)
    assert (seen.status, json.loads(seen.text)) == (400, {"field": "logo", "message": problem})


def test_a_form_that_is_far_too_large_is_not_read(browser: Browser, link: Link) -> None:
    seen = try_file(browser, link, b"x" * MOST_LOGO_FORM_BYTES)
    assert (seen.status, json.loads(seen.text)["message"]) == (413, "Must be at most 1 MB.")


@pytest.mark.parametrize("form", ["png", "svg", "pdf", "eps", "webp"])
def test_files_are_called_after_the_link_and_the_code(browser: Browser, link: Link, form: str) -> None:
    number = saved(browser, link, label="Poster/..\\<x>")
    seen = browser.get(f"{path_of(link)}/file?code={number}&format={form}&size=256")
    size = "-256" if form in ("png", "webp") else ""
    assert seen.headers["content-disposition"] == f'attachment; filename="{link.slug}-Poster-..-x{size}.{form}"'


@pytest.mark.parametrize("query", ["format=exe", "size=0", "size=4096", "size=x", "size=\u0665"])
def test_files_come_in_known_formats_and_sizes(browser: Browser, link: Link, query: str) -> None:
    assert browser.get(f"{path_of(link)}/file?{query}").status == 400


def test_a_code_is_printed_in_millimetres(browser: Browser, link: Link) -> None:
    seen = browser.get(f"{path_of(link)}/print?code={saved(browser, link, label=HOSTILE)}&width=42")
    assert 'width="42mm"' in seen.text
    assert f"https://qz.example/{link.slug}" in seen.words
    assert "<img src=x" not in seen.text
    assert browser.get(f"{path_of(link)}/print?width=1000").status == 400
    assert browser.get(f"{path_of(link)}/print?code=new").status == 404  # nobody made it yet


def test_hostile_names_are_text(browser: Browser, link: Link) -> None:
    links.edit(caller_of(browser), str(link.number), links.Edit(frozenset({"label"}), label=HOSTILE), now_ms())
    number = saved(browser, link, label=HOSTILE)
    seen = browser.get(f"{path_of(link)}?code={number}")
    assert "<img src=x" not in seen.text
    assert HOSTILE in seen.words


def test_anothers_links_codes_and_logos_are_not_there(browser: Browser, link: Link) -> None:
    number, other = saved(browser, link), new_browser("Other")
    for path in ("", "/file", "/print", "/picture"):
        assert other.get(f"{path_of(link)}{path}?{urlencode(GREEN)}").status == 404
    for path in ("", "/delete", "/logo"):
        assert other.post(path_of(link) + path, {"code": number, **GREEN}).status == 404
    theirs = links.seed(caller_of(other), new_link(), now_ms())
    for path in ("", "/file", "/print", "/picture"):
        assert other.get(f"{path_of(theirs)}{path}?{urlencode({**GREEN, 'code': number})}").status == 404
    digest = json.loads(try_file(browser, link, image_file()).text)["digest"]
    assert asked(other, theirs, logo_image=digest)[0] == 400


def test_a_code_of_another_link_is_not_this_ones(browser: Browser, link: Link) -> None:
    number = saved(browser, link)
    other = links.seed(caller_of(browser), new_link(), now_ms())
    assert browser.get(f"{path_of(other)}?code={number}").status == 404
    assert browser.post(f"{path_of(other)}/delete", {"code": number}).status == 404


def test_a_plan_that_is_used_up_says_so_and_keeps_what_was_typed(
    browser: Browser, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = saved(browser, link)
    monkeypatch.setitem(PLANS, "enterprise", Plan("enterprise", qr_codes_a_month=1, hard=True))
    seen = save(browser, link, label="Flyer")
    assert seen.status == 409
    assert "The enterprise plan allows 1 QR codes a month" in seen.words
    assert 'value="Flyer"' in seen.text
    assert len(codes_of(browser, link)) == 1
    assert saved(browser, link, first, label="Menu") == first


def test_a_deleted_link_has_no_designer(browser: Browser, link: Link) -> None:
    links.delete(caller_of(browser), str(link.number), now_ms())
    assert browser.get(path_of(link)).status == 404


def test_who_is_not_signed_in_signs_in_first(stranger: Browser) -> None:
    assert stranger.get("/dashboard/links/dc_1/qr").location.startswith("/sign-in")


@pytest.mark.parametrize("name", RECIPES)
def test_every_phone_reads_a_recipe(name: str) -> None:
    assert proof.examine("https://qz.example/abc1234", RECIPES[name].style).score >= 95


@pytest.mark.parametrize(
    "style",
    [*[Style(dots=dots) for dots in DOTS], *[Style(corner_squares=it) for it in CORNERS], Style(preset="classy")],
)
def test_a_form_says_all_that_a_style_does(style: Style) -> None:
    read = designs.read(designs.fields_of(style), Style())
    assert read.shapes == style.shapes
    assert designs.fields_of(read) == designs.fields_of(style)
