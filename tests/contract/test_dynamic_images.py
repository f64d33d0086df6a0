"""The `dynamic` API: "a zip of images for up to 500 codes"."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
import zxingcpp
from PIL import Image

from chalicelib import ids
from chalicelib.core.bundles import MOST
from chalicelib.core.styles import FORMATS, Style
from chalicelib.qr import pictures as drawing
from chalicelib.qr.logos import normalise
from chalicelib.services import bundling
from chalicelib.store import logos as stored_logos
from tests.api.calls import Answer, Caller, new_caller
from tests.api.described import DOCUMENT
from tests.web import Web, picture
from tests.world import World, now_ms

PATH = "/v1/dynamic/images"
BASE = "https://qz.example"


@pytest.fixture
def spring(caller: Caller) -> dict[str, Any]:
    return caller.create(slug="spring", label="Spring poster")


@pytest.fixture
def wifi(caller: Caller) -> dict[str, Any]:
    asked = {"type": "wifi", "fields": {"ssid": "Cafe", "password": "espresso"}, "label": "Guest wifi"}
    made: dict[str, Any] = caller.call("POST", "/v1/codes", asked).json
    return made


@pytest.fixture
def ordered(caller: Caller, spring: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Answer:
    """The answer about images that are too many to be drawn at once."""
    monkeypatch.setattr(bundling, "MOST_BYTES", 1)
    return caller.call("POST", PATH, {"ids": [spring["id"]]})


def _zip(answer: Answer) -> ZipFile:
    assert answer.status == 200, answer.json
    return ZipFile(io.BytesIO(answer.body))


def _rows(zipped: ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(zipped.read("codes.csv").decode(), newline="")))


def _decoded(content: bytes) -> tuple[str, tuple[int, int]]:
    image = Image.open(io.BytesIO(content))
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found.text, image.size


def _work(caller: Caller, answer: Answer) -> None:
    assert bundling.bundle(caller.organization, int(answer.json["id"]), now_ms(), lambda: False)


def _path(answer: Answer) -> str:
    return str(urlsplit(answer.json["status_url"]).path)


# --- What comes out


def test_a_zip_has_a_picture_of_each_code_and_a_table(
    caller: Caller, spring: dict[str, Any], wifi: dict[str, Any]
) -> None:
    answer = caller.call("POST", PATH, {"ids": [spring["id"], wifi["id"]]})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="qr-codes.zip"'
    zipped = _zip(answer)
    assert zipped.testzip() is None
    assert zipped.namelist() == ["codes.csv", "Spring-poster.png", "Guest-wifi.png"]
    assert _rows(zipped) == [
        {
            "id": spring["id"],
            "file": "Spring-poster.png",
            "label": "Spring poster",
            "short_url": f"{BASE}/spring",
            "payload": f"{BASE}/spring",
            "destination": "https://example.com/",
        },
        {
            "id": wifi["id"],
            "file": "Guest-wifi.png",
            "label": "Guest wifi",
            "short_url": "",
            "payload": wifi["payload"],
            "destination": "",
        },
    ]
    for row in _rows(zipped):
        assert _decoded(zipped.read(row["file"])) == (row["payload"], (1024, 1024))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [200, 2048])
def test_pictures_come_in_the_format_and_size_asked_for(
    caller: Caller, spring: dict[str, Any], form: str, size: int
) -> None:
    zipped = _zip(caller.call("POST", PATH, {"ids": [spring["id"]], "format": form, "size": size}))
    downloaded = caller.call("GET", f"/api/qr/{spring['id']}/download?format={form}&size={size}")
    assert zipped.read(f"Spring-poster.{form}") == downloaded.body
    if form in ("png", "webp"):
        assert _decoded(downloaded.body) == (f"{BASE}/spring", (size, size))


def test_every_code_keeps_its_own_look(caller: Caller) -> None:
    asked = {"destination_url": "https://example.com/", "name": "Dots", "style": {"dotsType": "dots"}}
    made = [
        caller.call("POST", "/v1/qrcodes", asked).json["id"],
        caller.call("POST", "/api/v1/qr", {"data": "hello", "foregroundColor": "#112233"}).json["data"]["id"],
    ]
    zipped = _zip(caller.call("POST", PATH, {"ids": made}))
    for number, name in zip(made, zipped.namelist()[1:], strict=True):
        assert zipped.read(name) == caller.call("GET", f"/api/qr/{number}/download?size=1024").body


def test_a_logo_is_in_every_picture_and_read_once(caller: Caller, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, read = list[str](), stored_logos.read

    def reading(organization: int, digest: str) -> bytes | None:
        reads.append(digest)
        return read(organization, digest)

    asked = {"logoUrl": "https://example.com/logo.png", "errorCorrectionLevel": "H"}
    made = [caller.call("POST", "/api/v1/qr", {"data": f"d{n}", **asked}).json["data"]["id"] for n in range(3)]
    monkeypatch.setattr(stored_logos, "read", reading)
    zipped = _zip(caller.call("POST", PATH, {"ids": made}))
    assert len(reads) == 1
    logo = normalise(picture())
    for n, name in enumerate(zipped.namelist()[1:]):
        assert zipped.read(name) == drawing.draw(f"d{n}", Style(size=1024, level="H"), logo)
        assert _decoded(zipped.read(name))[0] == f"d{n}"


def test_codes_of_every_kind_and_state_have_pictures(caller: Caller, spring: dict[str, Any]) -> None:
    marked = [caller.call("POST", "/api/v1/qr", {"urlId": spring["id"]}).json["data"]["id"] for _ in range(2)]
    caller.call("PATCH", f"/v1/dynamic/{spring['id']}", {"status": "paused"})
    zipped = _zip(caller.call("POST", PATH, {"ids": [*marked, spring["id"]]}))
    assert [(row["file"], row["payload"]) for row in _rows(zipped)] == [
        ("Spring-poster.png", f"{BASE}/spring"),
        ("Spring-poster-2.png", f"{BASE}/spring.2"),
        ("Spring-poster-3.png", f"{BASE}/spring"),
    ]


def test_ids_come_in_any_spelling_and_once(caller: Caller, spring: dict[str, Any], wifi: dict[str, Any]) -> None:
    number = ids.parse(spring["id"]) or 0
    spellings = [wifi["id"], spring["id"], number, str(number), ids.spell("qr", number)]
    zipped = _zip(caller.call("POST", PATH, {"ids": spellings}))
    assert zipped.namelist() == ["codes.csv", "Guest-wifi.png", "Spring-poster.png"]


def test_codes_of_one_name_are_files_of_their_own(caller: Caller) -> None:
    made = [caller.create(label="=Sale")["id"] for _ in range(3)]
    zipped = _zip(caller.call("POST", PATH, {"ids": made, "format": "svg"}))
    assert zipped.namelist()[1:] == ["qr-=Sale.svg", "qr-=Sale-2.svg", "qr-=Sale-3.svg"]
    assert [(row["file"], row["label"]) for row in _rows(zipped)] == [
        (name, "'=Sale") for name in zipped.namelist()[1:]
    ]


# --- What is refused


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        pytest.param("ids", {}, id="nothing"),
        pytest.param("ids", {"ids": []}, id="none"),
        pytest.param("ids", {"ids": ["dc_1"] * (MOST + 1)}, id="too many"),
        pytest.param("ids", {"ids": "dc_1"}, id="no list"),
        pytest.param("ids.1", {"ids": ["dc_1", None]}, id="null"),
        pytest.param("ids.0", {"ids": [True]}, id="true"),
        pytest.param("ids.0", {"ids": [1.5]}, id="a fraction"),
        pytest.param("format", {"ids": ["dc_1"], "format": "gif"}, id="another format"),
        pytest.param("size", {"ids": ["dc_1"], "size": 199}, id="too small"),
        pytest.param("size", {"ids": ["dc_1"], "size": 2049}, id="too large"),
        pytest.param("size", {"ids": ["dc_1"], "size": "512"}, id="a text for a number"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(caller: Caller, field: str, asked: Mapping[str, Any]) -> None:
    answer = caller.call("POST", PATH, asked)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (400, "invalid_request", field)


def test_what_is_not_there_is_named_and_nothing_is_made(
    caller: Caller, world: World, spring: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundling, "MOST_BYTES", 1)
    link, erased = caller.create()["id"], caller.create()["id"]
    caller.call("DELETE", f"/api/v1/urls/{link}")
    caller.call("DELETE", f"/v1/dynamic/{erased}")
    deleted = caller.call("POST", "/api/v1/qr", {"data": "hello"}).json["data"]["id"]
    caller.call("DELETE", f"/api/v1/qr/{deleted}")
    orphaned = caller.call("POST", "/api/v1/qr", {"urlId": spring["id"]}).json["data"]["id"]
    caller.call("DELETE", f"/v1/dynamic/{spring['id']}")
    foreign = new_caller("Other").create()["id"]
    world.messages("JOBS_QUEUE_URL")
    standing = [caller.create()["id"] for _ in range(2)]
    for missing in (link, erased, deleted, orphaned, foreign, "dc_5", "banana", "", "9" * 30):
        answer = caller.call("POST", PATH, {"ids": [*standing, missing]})
        assert (answer.status, answer.json["code"], answer.json["field"]) == (404, "not_found", "ids.2"), missing
    assert world.messages("JOBS_QUEUE_URL") == []


# --- By a job


def test_many_images_are_ordered_and_it_is_said_where_to_ask(caller: Caller, ordered: Answer) -> None:
    assert ordered.status == 202
    assert ordered.headers["location"] == ordered.json["status_url"]
    assert ordered.json == {
        "id": ordered.json["id"],
        "status": "running",
        "status_url": f"{BASE}{PATH}/{ordered.json['id']}",
        "images_total": 1,
        "created_at": ordered.json["created_at"],
    }
    asked = caller.call("GET", _path(ordered))
    assert (asked.status, asked.json) == (200, ordered.json)
    assert int(asked.headers["retry-after"]) > 0


def test_finished_images_lead_to_their_file(
    caller: Caller, spring: dict[str, Any], world: World, ordered: Answer
) -> None:
    _work(caller, ordered)
    answer = caller.call("GET", _path(ordered))
    assert (answer.status, answer.json["status"]) == (303, "done")
    assert answer.headers["location"] == answer.json["url"]
    where = urlsplit(answer.json["url"])
    assert "X-Amz-Expires=900" in where.query
    assert "qr-codes.zip" in where.query
    found = world.s3.get_object(Bucket="exports", Key=where.path.removeprefix("/exports/"))
    assert found["ContentType"] == "application/zip"
    zipped = ZipFile(io.BytesIO(found["Body"].read()))
    assert _decoded(zipped.read("Spring-poster.png")) == (f"{BASE}/spring", (1024, 1024))


def test_images_that_failed_say_so(caller: Caller, ordered: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "MOST_TRIES", 0)
    _work(caller, ordered)
    answer = caller.call("GET", _path(ordered))
    assert (answer.status, answer.json["status"]) == (200, "failed")
    assert "url" not in answer.json
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("name", ["5", "none", "dc_1"])
def test_images_that_were_never_ordered_are_not_found(caller: Caller, name: str) -> None:
    assert caller.call("GET", f"{PATH}/{name}").status == 404


def test_images_are_not_found_by_others(caller: Caller, ordered: Answer) -> None:
    _work(caller, ordered)
    answer = new_caller("Other").call("GET", _path(ordered))
    assert (answer.status, answer.json["code"]) == (404, "not_found")


# --- Keys, the document


def test_a_key_that_may_read_is_enough(caller: Caller, spring: dict[str, Any]) -> None:
    for scope, status in (("qr:read", 404), ("qr:write", 403)):
        reader = new_caller(scopes=frozenset({scope}))
        assert reader.call("POST", PATH, {"ids": [spring["id"]]}).status == status


def test_the_document_says_that_it_answers_a_zip() -> None:
    operation = DOCUMENT["paths"][PATH]["post"]
    assert operation["responses"]["200"]["content"] == {
        "application/zip": {"schema": {"type": "string", "format": "binary"}}
    }
    assert "202" in operation["responses"]
    assert "303" in DOCUMENT["paths"][f"{PATH}/{{images_id}}"]["get"]["responses"]
    (name,) = (it["schema"]["$ref"].split("/")[-1] for it in operation["requestBody"]["content"].values())
    asked = DOCUMENT["components"]["schemas"][name]["properties"]
    assert (asked["ids"]["minItems"], asked["ids"]["maxItems"]) == (1, 500)
    assert (asked["size"]["minimum"], asked["size"]["maximum"], asked["size"]["default"]) == (200, 2048, 1024)
    assert asked["format"]["default"] == "png"
