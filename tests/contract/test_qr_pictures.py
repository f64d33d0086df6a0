"""Pictures for anybody: what `downloadUrl`, `previewUrl`, `image_url`, `qr_image_url` and `qr_svg_url` lead to."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from chalicelib import ids
from chalicelib.api.picture_page import HEADERS
from chalicelib.core.styles import FORMATS, MEDIA_TYPES
from chalicelib.services import erasing
from tests.api.calls import Answer, Caller
from tests.world import now_ms

BEGINNINGS = {"png": b"\x89PNG", "svg": b"<svg", "webp": b"RIFF", "pdf": b"%PDF-", "eps": b"%!PS-Adobe"}
NOBODY = Caller("", 0, 0)  # calls without a good key
BASE = "https://qz.example"


def _qr(caller: Caller, **body: Any) -> Any:
    answer = caller.call("POST", "/api/v1/qr", body)
    assert answer.status == 201, answer.json
    return answer.json["data"]


def _get(path: str, method: str = "GET", **headers: str) -> Answer:
    return NOBODY.call(method, path.removeprefix(BASE), None, None, **headers)


def _downloads(caller: Caller, made: Any) -> int:
    answer = caller.call("GET", f"/api/v1/qr/{made['id']}")
    (listed,) = [it for it in caller.call("GET", "/api/v1/qr").json["data"] if it["id"] == made["id"]]
    count: int = answer.json["data"]["downloadCount"]
    assert listed["downloadCount"] == count
    return count


def _read(answer: Answer) -> tuple[str, tuple[int, int]]:
    """What a picture of pixels holds, and its size."""
    picture = Image.open(io.BytesIO(answer.body))
    (found,) = zxingcpp.read_barcodes(picture.convert("RGB"))
    return found.text, picture.size


# --- The bytes


def test_a_downloads_bytes_are_the_picture_as_it_was_made(caller: Caller) -> None:
    made = _qr(caller, data="hello", size=300, foregroundColor="#112233", stylePreset="rounded")
    answer = _get(made["downloadUrl"])
    assert answer.status == 200
    assert _read(answer) == ("hello", (300, 300))
    headers = answer.headers
    assert headers["content-type"] == "image/png"
    assert headers["cache-control"] == "public, max-age=300"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert "ETag" in headers["access-control-expose-headers"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["etag"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_comes_in_every_format(caller: Caller, form: str) -> None:
    made = _qr(caller, data="hello")
    answer = _get(f"{made['downloadUrl']}?format={form}")
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])  # type: ignore[index]
    assert BEGINNINGS[form] in answer.body[:60]
    assert answer.headers["content-disposition"] == f'inline; filename="Text.{form}"'
    assert ("content-security-policy" in answer.headers) == (form == "svg")


def test_an_svg_that_is_opened_by_itself_may_run_and_load_nothing(caller: Caller) -> None:
    answer = _get(_qr(caller, data="hello", format="svg")["downloadUrl"])
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert answer.headers["content-security-policy"] == policy


@pytest.mark.parametrize(
    ("query", "pixels"),
    [
        pytest.param("", 300, id="its own"),
        pytest.param("?size=640", 640, id="another"),
        pytest.param("?size=1", 200, id="too small"),
        pytest.param("?size=99999", 2048, id="too large"),
        pytest.param("?size=-5", 200, id="negative"),
        pytest.param("?size=", 300, id="empty"),
    ],
)
def test_a_size_is_exact_and_clamped(caller: Caller, query: str, pixels: int) -> None:
    made = _qr(caller, data="hello", size=300)
    assert _read(_get(made["downloadUrl"] + query)) == ("hello", (pixels, pixels))


@pytest.mark.parametrize(
    ("query", "field"),
    [("size=big", "size"), ("size=1.5", "size"), ("format=gif", "format"), ("download=x", "download")],
)
def test_what_cannot_be_asked_for_is_refused_by_name(caller: Caller, query: str, field: str) -> None:
    answer = _get(f"{_qr(caller, data='hello')['downloadUrl']}?{query}")
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["field"]) == (
        400,
        "invalid_request",
        field,
    )


@pytest.mark.parametrize(
    ("label", "query", "header"),
    [
        pytest.param(None, "", 'inline; filename="spring-sale.png"', id="the slug"),
        pytest.param("Spring poster", "?format=svg", 'inline; filename="Spring-poster.svg"', id="the label"),
        pytest.param(None, "?download=1", 'attachment; filename="spring-sale.png"', id="saved"),
        pytest.param(None, "?download=true", 'attachment; filename="spring-sale.png"', id="saved, in words"),
        pytest.param(None, "?download=0", 'inline; filename="spring-sale.png"', id="not saved"),
        pytest.param(
            "Frühling", "", "inline; filename=\"Fruhling.png\"; filename*=UTF-8''Fr%C3%BChling.png", id="umlauts"
        ),
    ],
)
def test_a_file_is_named_after_what_it_is_of(caller: Caller, label: str | None, query: str, header: str) -> None:
    link = caller.create(slug="spring-sale", label=label)
    for path in (_qr(caller, urlId=link["id"])["downloadUrl"], f"/api/qr/{link['id']}/download"):
        assert _get(path + query).headers["content-disposition"] == header


def test_the_second_qr_code_of_a_link_is_another_file(caller: Caller) -> None:
    link = caller.create(slug="spring-sale")
    _qr(caller, urlId=link["id"])
    second = _get(_qr(caller, urlId=link["id"])["downloadUrl"])
    assert second.headers["content-disposition"] == 'inline; filename="spring-sale-2.png"'
    assert _read(second)[0] == f"{BASE}/spring-sale.2"


# --- Every link's own


def test_the_addresses_that_other_apis_give_lead_to_a_links_picture(caller: Caller) -> None:
    asked = {"destination_url": "https://example.com/", "name": "Menu", "short_code": "menu-card"}
    one = caller.call("POST", "/v1/qrcodes", asked).json
    assert _read(_get(one["image_url"])) == (f"{BASE}/menu-card", (512, 512))
    asked = {"name": "Sticker", "prompt": "p", "destination": "https://example.com/"}
    other = caller.call("POST", "/v1/qpr-codes", asked).json
    assert _read(_get(other["qr_image_url"]))[0] == f"{BASE}/{other['short_id']}"
    assert _get(other["qr_svg_url"]).headers["content-type"] == "image/svg+xml"


def test_a_links_picture_has_the_links_style_as_it_is_now(caller: Caller) -> None:
    asked = {"destination_url": "https://example.com/", "name": "Menu", "style": {"dotsColor": "#aa0000"}}
    made = caller.call("POST", "/v1/qrcodes", asked).json
    first = _get(f"{made['image_url']}?format=svg")
    assert b"#aa0000" in first.body.lower()
    caller.call(
        "PATCH", f"/v1/qrcodes/{made['id']}", {"style": {"dotsColor": "#00aa00", "backgroundColor": "transparent"}}
    )
    second = _get(f"{made['image_url']}?format=svg", If_None_Match=first.headers["etag"])
    assert second.status == 200
    assert b"#00aa00" in second.body.lower()


def test_a_static_code_has_a_picture_and_counts_its_downloads(caller: Caller) -> None:
    asked = {"type": "wifi", "fields": {"ssid": "Cafe", "password": "espresso"}, "label": "Guests"}
    made = caller.call("POST", "/v1/codes", asked).json
    answer = _get(f"/api/qr/{made['id']}/download")
    assert _read(answer)[0] == made["payload"]
    assert answer.headers["content-disposition"] == 'inline; filename="Guests.png"'
    assert caller.call("GET", f"/api/v1/qr/{made['id']}").json["data"]["downloadCount"] == 1


def test_an_id_is_taken_in_every_spelling(caller: Caller) -> None:
    made = _qr(caller, data="hello")
    number = ids.parse(made["id"])
    assert number is not None
    tags = {_get(f"/api/qr/{it}/download").headers["etag"] for it in (number, made["id"], ids.spell("qpr", number))}
    assert len(tags) == 1


# --- Copies


def test_whoever_holds_it_gets_a_304_and_nothing_is_drawn(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _qr(caller, data="hello")["downloadUrl"]
    first = _get(path)
    monkeypatch.setattr("chalicelib.qr.pictures.draw", None)
    for sent in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        answer = _get(path, If_None_Match=sent)
        assert (answer.status, answer.body) == (304, b"")
        kept = ("etag", "cache-control", "content-type", "content-disposition")
        assert {name: answer.headers[name] for name in kept} == {name: first.headers[name] for name in kept}


def test_another_format_or_size_is_another_tag(caller: Caller) -> None:
    path = _qr(caller, data="hello")["downloadUrl"]
    tags = [_get(path + query).headers["etag"] for query in ("", "?format=svg", "?size=300", "?format=svg&size=300")]
    assert len(set(tags)) == len(tags)
    assert _get(f"{path}?format=png&size=512").headers["etag"] == tags[0]


def test_a_new_look_is_a_new_tag(caller: Caller) -> None:
    made = _qr(caller, data="hello")
    tag = _get(made["downloadUrl"]).headers["etag"]
    assert caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"foregroundColor": "#112233"}).status == 200
    answer = _get(made["downloadUrl"], If_None_Match=tag)
    assert answer.status == 200
    assert answer.headers["etag"] != tag


def test_head_is_answered_as_get_without_the_bytes(caller: Caller) -> None:
    made = _qr(caller, data="hello")
    for path, status in (
        (made["downloadUrl"], 200),
        (made["previewUrl"], 200),
        ("/api/qr/5/download", 404),
        ("/qr/5", 404),
    ):
        head, got = _get(path, "HEAD"), _get(path)
        assert (head.status, head.body) == (status, b"")
        assert dict(head.headers) == dict(got.headers)


# --- Counts


def test_what_is_answered_with_a_picture_counts_and_nothing_else_does(caller: Caller) -> None:
    made, other = _qr(caller, data="hello"), _qr(caller, data="another")
    path = made["downloadUrl"]
    tag = _get(path).headers["etag"]
    _get(f"{path}?format=svg&download=1")
    assert _downloads(caller, made) == 2
    _get(path, "HEAD")
    _get(path, If_None_Match=tag)
    _get(f"{path}?size=big")
    _get(made["previewUrl"])
    assert _downloads(caller, made) == 2
    assert _downloads(caller, other) == 0


def test_an_edit_answers_with_the_downloads_too(caller: Caller) -> None:
    made = _qr(caller, data="hello")
    _get(made["downloadUrl"])
    answer = caller.call("PATCH", f"/api/v1/qr/{made['id']}", {"size": 300})
    assert answer.json["data"]["downloadCount"] == 1


# --- What is not there


@pytest.mark.parametrize("spelled", ["5", "qr_5", "nothing", "qr_", "0"])
def test_what_nobody_made_is_not_found(caller: Caller, spelled: str) -> None:
    answer = _get(f"/api/qr/{spelled}/download")
    assert (answer.status, answer.json["success"], answer.json["error"]["code"]) == (404, False, "not_found")
    page = _get(f"/qr/{spelled}")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such picture" in page.json


def test_what_was_deleted_is_gone(caller: Caller) -> None:
    made, url = _qr(caller, data="hello"), caller.create()
    of_url = _qr(caller, urlId=url["id"])
    caller.call("DELETE", f"/api/v1/qr/{made['id']}")
    caller.call("DELETE", f"/api/v1/urls/{url['id']}")
    for spelled in (made["id"], url["id"], of_url["id"]):
        for method in ("GET", "HEAD"):
            answer = _get(f"/api/qr/{spelled}/download", method)
            assert answer.status == 410
            assert _get(f"/qr/{spelled}", method).status == 410
        assert _get(f"/api/qr/{spelled}/download").json["error"]["code"] == "gone"


def test_what_was_erased_is_not_found(caller: Caller) -> None:
    url = caller.create()
    of_url, number = _qr(caller, urlId=url["id"]), ids.parse(url["id"])
    assert number is not None
    caller.call("DELETE", f"/v1/dynamic/{url['id']}")
    erasing.erase(caller.organization, number, now_ms(), lambda: False)
    for spelled in (url["id"], of_url["id"]):
        assert _get(f"/api/qr/{spelled}/download").status == 404
        assert _get(f"/qr/{spelled}").status == 404


# --- The page


class _Page(HTMLParser):
    """The elements of a page, each with its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def meta(self) -> dict[str, str]:
        return {str(it.get("property") or it.get("name")): str(it.get("content")) for it in self.of("meta")}


def _page(made: Any) -> _Page:
    answer = _get(made["previewUrl"])
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return _Page(answer.json)


def _followed(address: str | None) -> str:
    """Where an address on a preview page leads."""
    assert address is not None
    assert address.startswith("../api/qr/")
    return address.removeprefix("..")


def test_a_preview_shows_the_picture_and_links_to_every_format(caller: Caller) -> None:
    page = _page(_qr(caller, data="hello"))
    (shown,) = page.of("img")
    assert _get(_followed(shown["src"])).headers["content-type"] == "image/svg+xml"
    assert (shown["width"], shown["height"], shown["alt"]) == ("512", "512", "QR code: Text")
    saved = [_get(_followed(link["href"])) for link in page.of("a")]
    assert {it.status for it in saved} == {200}
    assert {it.headers["content-type"] for it in saved} == set(MEDIA_TYPES.values())
    assert all(it.headers["content-disposition"].startswith("attachment; ") for it in saved)
    sizes = {Image.open(io.BytesIO(it.body)).width for it in saved if it.headers["content-type"] == "image/png"}
    assert sizes == {256, 512, 1024, 2048}


def test_a_preview_has_a_card_for_other_sites(caller: Caller) -> None:
    link = caller.create(slug="spring", label="Spring poster")
    made = _qr(caller, urlId=link["id"])
    meta = _page(made).meta
    assert meta["og:title"] == "Spring poster"
    assert meta["og:type"] == "website"
    assert meta["og:url"] == f"{BASE}/qr/{made['id']}"
    assert (meta["twitter:card"], meta["robots"]) == ("summary", "noindex")
    assert meta["og:image"].startswith(BASE)
    card = _get(meta["og:image"])
    assert _read(card) == (f"{BASE}/spring", (1024, 1024))
    assert (meta["og:image:type"], meta["og:image:width"]) == (card.headers["content-type"], "1024")


def test_a_link_has_a_preview_too(caller: Caller) -> None:
    link = caller.create(slug="spring")
    page = _page({"previewUrl": f"/qr/{link['id']}"})
    assert page.meta["og:title"] == "qz.example/spring"
    assert f"{BASE}/spring" in page.text
    assert f"{BASE}/spring" not in {it.get("href") for it in page.of("a")}


def test_a_preview_says_what_the_qr_code_holds_but_no_password(caller: Caller) -> None:
    asked = {"type": "wifi", "fields": {"ssid": "Cafe", "password": "espresso"}}
    made = caller.call("POST", "/v1/codes", asked).json
    for path in (f"/qr/{made['id']}", _qr(caller, data=made["payload"])["previewUrl"]):
        answer = _get(path)
        page = _Page(answer.json)
        assert page.meta["og:title"] == "Wi-Fi"
        assert "Network: Cafe" in page.text
        assert b"espresso" not in answer.body
    assert "FN:Tosh" in _page(_qr(caller, data="BEGIN:VCARD\nVERSION:3.0\nFN:Tosh\nEND:VCARD")).text


HOSTILE = "\"'></pre></title></style><script>alert(1)</script><img src=x onerror=alert(1)>{title}{0}"


def test_nothing_that_a_user_wrote_is_markup(caller: Caller) -> None:
    innocent = [tag for tag, _ in _page(_qr(caller, data="hello")).elements]
    labelled = caller.create(label=HOSTILE)
    asked = {"type": "text", "fields": {"text": HOSTILE}, "label": HOSTILE}
    static = caller.call("POST", "/v1/codes", asked).json
    network = {"type": "wifi", "fields": {"ssid": HOSTILE, "password": "espresso"}}
    pages = [
        _qr(caller, data=HOSTILE),
        _qr(caller, data=f"https://example.com/{HOSTILE.replace(' ', '')}"),
        _qr(caller, urlId=labelled["id"]),
        {"previewUrl": f"/qr/{labelled['id']}"},
        {"previewUrl": f"/qr/{static['id']}"},
        {"previewUrl": f"/qr/{caller.call('POST', '/v1/codes', network).json['id']}"},
    ]
    for made in pages:
        page = _page(made)
        assert [tag for tag, _ in page.elements] == innocent
        assert "alert(1)" in page.text + page.meta["og:title"]


def test_a_preview_runs_nothing_and_asks_nobody_else(caller: Caller) -> None:
    answer = _get(_qr(caller, data="hello")["previewUrl"])
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= dict(answer.headers).items()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = _Page(answer.json)
    assert not page.of("script")
    assert not any("style" in attributes for _, attributes in page.elements)
