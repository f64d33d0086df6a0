"""The `dynamic` API: `GET|POST /v1/qr` "renders without storing"."""

import io
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import zxingcpp
from PIL import Image

from chalicelib.api import routes
from chalicelib.core.styles import FORMATS, LEVELS, MEDIA_TYPES, Style
from chalicelib.qr import pictures
from tests.api.calls import Answer, Caller, new_caller
from tests.api.described import DOCUMENT
from tests.world import World

TEXT = "https://example.com/menu?table=7"
DOCUMENTED = Style(size=512, format="svg", foreground="#000000", background="#ffffff", level="M", quiet_zone=4)
METHODS = ("GET", "POST")
WAYS = pytest.mark.parametrize("method", METHODS)


def _ask(caller: Caller, method: str, **asked: Any) -> Answer:
    """The same request, in the query or as a body."""
    if method == "GET":
        return caller.call("GET", f"/v1/qr?{urlencode(asked)}")
    return caller.call("POST", "/v1/qr", asked)


def _image(answer: Answer) -> Image.Image:
    assert answer.status == 200, answer.json
    return Image.open(io.BytesIO(answer.body))


def _read(image: Image.Image) -> Any:
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image.convert("RGBA"))
    (found,) = zxingcpp.read_barcodes(ground.convert("L"))
    return found


# --- What comes out


@WAYS
def test_without_more_it_is_an_svg_as_the_document_says(caller: Caller, method: str) -> None:
    answer = _ask(caller, method, data=TEXT)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.body == pictures.draw(TEXT, DOCUMENTED)
    assert answer.headers["content-disposition"] == 'inline; filename="qr.svg"'
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', answer.headers["etag"])
    assert answer.headers["x-scannability"] == "100"
    assert {"ETag", "X-Scannability"} <= set(answer.headers["access-control-expose-headers"].split(","))


@WAYS
@pytest.mark.parametrize("form", FORMATS)
def test_it_comes_in_every_format_under_its_name(caller: Caller, method: str, form: str) -> None:
    answer = _ask(caller, method, data=TEXT, format=form)
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPES[form])  # type: ignore[index]
    assert answer.headers["content-disposition"] == f'inline; filename="qr.{form}"'
    assert answer.body == pictures.draw(TEXT, Style(format=form, background="#ffffff"))  # type: ignore[arg-type]
    if form in ("png", "webp"):
        assert _read(_image(answer)).text == TEXT


@WAYS
@pytest.mark.parametrize(
    ("asked", "style"),
    [
        pytest.param({"size": 700}, Style(size=700), id="size"),
        pytest.param({"size": 64}, Style(size=64), id="the smallest"),
        pytest.param({"size": 2048}, Style(size=2048), id="the largest"),
        pytest.param({"margin": 1}, Style(quiet_zone=1), id="margin"),
        pytest.param({"margin": 16}, Style(quiet_zone=16), id="the widest margin"),
        pytest.param({"dark": "1A2b3C"}, Style(foreground="#1A2b3C"), id="dark"),
        pytest.param({"dark": "024"}, Style(foreground="#002244"), id="dark, short"),
        pytest.param({"light": "FFEEDD"}, Style(background="#FFEEDD"), id="light"),
        pytest.param({"light": "fed"}, Style(background="#ffeedd"), id="light, short"),
        pytest.param({"light": "transparent"}, Style(background="transparent"), id="no background"),
        *(pytest.param({"level": level}, Style(level=level), id=f"level {level}") for level in LEVELS),
    ],
)
def test_every_parameter_is_seen_in_the_picture(
    caller: Caller, method: str, asked: dict[str, Any], style: Style
) -> None:
    answer = _ask(caller, method, data=TEXT, format="png", **asked)
    image = _image(answer)
    assert image.size == (style.size, style.size)
    found = _read(image)
    assert (found.text, found.ec_level) == (TEXT, style.level)
    assert answer.body == pictures.draw(TEXT, style)


@WAYS
@pytest.mark.parametrize(
    "text",
    ["x", "0", "x" * 2_000, "two\nlines\tand a tab", "Grüße, 世界 🙂", "\x00", "+1 & 2=3?#%", " spaces ", "=1+1"],
    ids=lambda text: ascii(text[:12]),
)
def test_what_goes_in_comes_out(caller: Caller, method: str, text: str) -> None:
    answer = _ask(caller, method, data=text, format="png", size=1024)
    assert _read(_image(answer)).bytes == text.encode()


def test_sizes_and_margins_out_of_range_are_clamped_in_a_query(caller: Caller) -> None:
    sizes = [_image(_ask(caller, "GET", data="x", format="png", size=size)).width for size in (-5, 0, 63, 2049, 10**30)]
    assert sizes == [64, 64, 64, 2048, 2048]
    for margin, clamped in ((99, 16), (-1, 0)):
        asked = _ask(caller, "GET", data="x", margin=margin)
        assert asked.body == _ask(caller, "GET", data="x", margin=clamped).body


def test_empty_parameters_are_as_good_as_none(caller: Caller) -> None:
    asked = dict.fromkeys(("format", "size", "margin", "dark", "light", "level"), "")
    assert _ask(caller, "GET", data=TEXT, **asked).body == pictures.draw(TEXT, DOCUMENTED)


def test_numbers_out_of_range_in_a_body_are_refused_by_name(caller: Caller) -> None:
    cases: list[tuple[str, Any]] = [(n, v) for n in ("size", "margin") for v in (-1, 2049, "512", 4.5, None, True)]
    for name, value in cases:
        answer = _ask(caller, "POST", data="x", **{name: value})
        assert (answer.status, answer.json["field"]) == (400, name), value


# --- What is refused


@WAYS
@pytest.mark.parametrize(
    ("field", "asked"),
    [
        pytest.param("data", {}, id="nothing to draw"),
        pytest.param("data", {"data": ""}, id="an empty text"),
        pytest.param("data", {"data": "x" * 2_001}, id="a long text"),
        pytest.param("data", {"data": "世" * 2_000}, id="a text that no symbol holds"),
        pytest.param("data", {"data": "x" * 1_900, "level": "H"}, id="a text that no symbol of the level holds"),
        pytest.param("format", {"data": "x", "format": "gif"}, id="another format"),
        pytest.param("format", {"data": "x", "format": "PNG"}, id="a format in capitals"),
        pytest.param("level", {"data": "x", "level": "X"}, id="another level"),
        pytest.param("size", {"data": "x" * 400, "format": "png", "size": 64}, id="fewer pixels than modules"),
        *(
            pytest.param(field, {"data": "x", field: colour}, id=f"{field} {colour}")
            for field in ("dark", "light")
            for colour in ("#000000", "#000", "red", "00", "0000", "00000g", "000000ff", "000000\n", "０００")
        ),
        pytest.param("dark", {"data": "x", "dark": "transparent"}, id="nothing dark"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(caller: Caller, method: str, field: str, asked: dict[str, Any]) -> None:
    answer = _ask(caller, method, **asked)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (400, "invalid_request", field)
    assert answer.json["error"].startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        pytest.param("data", b'{"data": "\\ud800"}', id="a lone surrogate"),
        pytest.param("data", b'{"data": 7}', id="a number"),
        pytest.param("data", b'{"data": null}', id="null"),
        pytest.param("dark", b'{"data": "x", "dark": ""}', id="an empty colour"),
        pytest.param("dark", b'{"data": "x", "dark": 0}', id="a number for a colour"),
        pytest.param("body", b"[]", id="no object"),
        pytest.param("body", b"", id="nothing"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_name(caller: Caller, field: str, raw: bytes) -> None:
    answer = caller.call("POST", "/v1/qr", raw=raw)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (400, "invalid_request", field)


@WAYS
@pytest.mark.parametrize(
    ("field", "asked"),
    [
        pytest.param("dark", {"dark": "eee"}, id="light on white"),
        pytest.param("dark", {"dark": "fff", "light": "000"}, id="white on black"),
        pytest.param("dark", {"dark": "fff", "light": "transparent"}, id="white on nothing"),
        pytest.param("dark", {"dark": "777", "light": "777"}, id="grey on the same grey"),
    ],
)
def test_what_nobody_could_read_is_refused(caller: Caller, method: str, field: str, asked: dict[str, str]) -> None:
    for form in ("svg", "png"):
        answer = _ask(caller, method, data=TEXT, format=form, **asked)
        assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "unscannable", field)
        assert answer.json["error"].startswith(f"{field}: ")


def test_what_is_harder_to_read_says_so(caller: Caller) -> None:
    scores = [int(_ask(caller, "GET", data=TEXT, dark=dark).headers["x-scannability"]) for dark in ("000", "777")]
    assert scores[0] == 100 > scores[1] > 0


def test_what_has_no_pixels_may_be_as_small_as_it_likes(caller: Caller) -> None:
    for form in ("svg", "pdf", "eps"):
        answer = _ask(caller, "GET", data="x" * 400, format=form, size=64)
        assert (answer.status, int(answer.headers["x-scannability"]) > 50) == (200, True)


# --- Copies, keys, the document


def test_a_copy_that_is_held_is_not_sent_again(caller: Caller) -> None:
    path = f"/v1/qr?data={TEXT}&format=png"
    first = caller.call("GET", path)
    held = caller.call("GET", path, If_None_Match=first.headers["etag"])
    assert (held.status, held.body) == (304, b"")
    assert held.headers["etag"] == first.headers["etag"]
    for other in ("&size=513", "&margin=3", "&dark=111", "&light=eee", "&level=Q"):
        answer = caller.call("GET", path + other, If_None_Match=first.headers["etag"])
        assert (answer.status, answer.headers["etag"] != first.headers["etag"]) == (200, True)


@WAYS
def test_nothing_is_stored_or_counted(caller: Caller, world: World, method: str) -> None:
    before = world.items("objects")
    for _ in range(25):  # more than an hour's creates
        assert _ask(caller, method, data="x").status == 200
    assert world.items("objects") == before


@WAYS
def test_a_key_that_may_read_is_enough(caller: Caller, method: str) -> None:
    assert _ask(new_caller(scopes=frozenset({"qr:read"})), method, data="x").status == 200
    assert _ask(new_caller(scopes=frozenset({"qr:write"})), method, data="x").status == 403
    assert _ask(Caller("", 0, 0), method, data="x").status == 401


@WAYS
def test_the_document_says_that_it_answers_bytes_and_what_may_be_asked(method: str) -> None:
    operation = DOCUMENT["paths"]["/v1/qr"][method.lower()]
    answer = operation["responses"]["200"]
    assert set(answer["content"]) == set(MEDIA_TYPES.values())
    assert {it["schema"]["format"] for it in answer["content"].values()} == {"binary"}
    assert {"ETag", "X-Scannability"} <= set(answer["headers"])
    if method == "GET":
        asked = {it["name"]: it["schema"] for it in operation["parameters"]}
        assert [it["name"] for it in operation["parameters"] if it["required"]] == ["data"]
    else:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
        schema = DOCUMENT["components"]["schemas"][name]
        asked = schema["properties"]
        assert schema["required"] == ["data"]
    assert (asked["data"]["minLength"], asked["data"]["maxLength"]) == (1, 2_000)
    assert (asked["size"]["minimum"], asked["size"]["maximum"]) == (64, 2_048)
    assert (asked["margin"]["minimum"], asked["margin"]["maximum"]) == (0, 16)
    given = {name: it["default"] for name, it in asked.items() if "default" in it}
    assert given == {
        "format": "svg",
        "size": 512,
        "margin": 4,
        "dark": "000000",
        "light": "ffffff",
        "level": "M",
    }


def test_every_scope_of_a_get_is_that_of_the_post() -> None:
    scopes = {it.method: it.scope for it in routes.OPERATIONS if it.path == "/v1/qr"}
    assert scopes == dict.fromkeys(METHODS, "qr:read")
