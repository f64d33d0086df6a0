"""What is posted: each event in each format's envelope and words, never too long, the same bytes every time."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.api import event_bodies, event_dialects, qpr_shapes, qr_codes_shapes, qr_urls_shapes
from chalicelib.api.event_bodies import LONG, body
from chalicelib.core import events as e
from chalicelib.core.deliveries import MOST_BODY_BYTES
from chalicelib.core.endpoints import FORMATS, QPR, QR, QRCODES, STANDARD
from chalicelib.core.events import TYPES, Drawn, Event, Made, Reached, Scanned
from chalicelib.core.links import Details
from chalicelib.core.scans import Facts
from chalicelib.services.scans import LinkScan
from tests.api.occurrences import BASE, MS, about, event, events

ALL = [pytest.param(format, type, id=f"{format} {type}") for format, type in product(FORMATS, TYPES)]
TIME = "2026-01-15T14:32:18Z"
EVERY_TYPE = {
    e.SCAN_CREATED: Scanned,
    e.CONVERSATION_COMPLETED: Scanned,
    e.QR_CREATED: Drawn,
    e.QR_UPDATED: Drawn,
    e.QR_DELETED: Drawn,
    e.QR_SCAN_THRESHOLD: Reached,
    e.URL_CREATED: Made,
    e.URL_CLICK_THRESHOLD: Reached,
    e.QPR_CODE_CREATED: Made,
}


def _body(format: str, happened: Event | str) -> dict[str, Any]:
    text = body(event(happened) if isinstance(happened, str) else happened, format, BASE)
    found: dict[str, Any] = json.loads(text)
    return found


def _data(format: str, happened: Event | str) -> dict[str, Any]:
    found: dict[str, Any] = _body(format, happened)["data"]
    return found


def _long(happened: Event, **of: Any) -> Event:
    """The same about a link with these details."""
    subject: Any = happened.subject
    return about(happened, replace(subject.link, details=Details(**of)))


@pytest.mark.parametrize(("format", "type"), ALL)
def test_every_event_has_the_envelope_of_its_format(format: str, type: str) -> None:
    envelope = {
        STANDARD: {"type": type, "timestamp": TIME},
        QPR: {"id": "evt_test_0123456789abcdef", "type": type, "created_at": TIME},
        QR: {"id": "evt_test_0123456789abcdef", "type": type, "createdAt": TIME},
        QRCODES: {"event": type, "timestamp": TIME},
    }[format]
    found = _body(format, type)
    assert list(found) == [*envelope, "data"]
    assert {name: found[name] for name in envelope} == envelope


@pytest.mark.parametrize(("format", "type"), ALL)
def test_the_same_event_gives_the_same_compact_bytes(format: str, type: str) -> None:
    text = body(event(type), format, BASE)
    assert text == body(event(type), format, BASE) == json.dumps(json.loads(text), separators=(",", ":"))


@pytest.mark.parametrize(("format", "type"), ALL)
def test_every_time_is_utc_with_whole_seconds(format: str, type: str) -> None:
    times = [v for v in _data(format, type).values() if isinstance(v, str) and re.match(r"\d{4}-", v)]
    assert [time for time in times if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)] == []
    assert times or format == QRCODES or type in (e.QR_SCAN_THRESHOLD, e.URL_CLICK_THRESHOLD)


def test_a_scan_in_our_own_words_tells_all_that_is_known() -> None:
    assert _data(STANDARD, e.SCAN_CREATED) == {
        "scan_id": "scan_00000000c1s00001kf114kag028t5cy4tqkff",
        "link_id": "dc_c1s",
        "slug": "spring-sale",
        "label": "Spring poster",
        "qr_id": "qr_c1t",
        "campaign_id": "camp_c1v",
        "client_id": None,
        "scanned_at": TIME,
        "country": "US",
        "region": "CA",
        "region_name": "California",
        "city": "San Francisco",
        "language": "en",
        "device": "mobile",
        "os": "iOS",
        "browser": "Safari",
        "referrer": "instagram.com",
        "method": "camera",
        "app": "iOS Camera",
        "is_unique": True,
        "conversation_started": False,
        "conversation_messages": 0,
        "conversation_ended": False,
        "metadata": {"shop": 7},
    }


def test_the_ids_of_our_own_words_are_those_that_every_api_takes() -> None:
    data = _data(STANDARD, e.QR_CREATED)
    assert [ids.parse(data[name]) for name in ("link_id", "qr_id", "campaign_id")] == [12345, 12346, 12347]


@pytest.mark.parametrize("device", ["", "unknown"])
def test_what_is_not_known_of_a_scan_is_null(device: str) -> None:
    happened = event(e.SCAN_CREATED)
    assert isinstance(happened.subject, Scanned)
    link = replace(happened.subject.link, campaign=0, label=None)
    scan = replace(happened.subject.scan, facts=Facts(device=device), counted=None, first=None)
    data = _data(STANDARD, replace(happened, subject=Scanned(scan, link)))
    unknown = {name for name, value in data.items() if value is None}
    assert unknown == {
        *("label", "qr_id", "campaign_id", "client_id", "country", "region", "region_name", "city", "language"),
        *("device", "os", "browser", "referrer", "method", "app"),
    }
    assert data["is_unique"] is False


def test_a_standalone_qr_code_has_nothing_of_a_link() -> None:
    happened = event(e.QR_CREATED)
    assert isinstance(happened.subject, Drawn)
    alone = replace(happened, subject=Drawn(replace(happened.subject.qr_code, link=None, label="Card")))
    data = _data(STANDARD, alone)
    assert [data[name] for name in ("link_id", "slug", "campaign_id", "label")] == [None, None, None, "Card"]
    assert _data(QR, alone)["urlId"] is None


def test_the_qrcodes_service_gets_its_documented_scan() -> None:
    text = body(event(e.SCAN_CREATED), QRCODES, BASE)
    assert text == (
        '{"event":"scan.created","timestamp":"2026-01-15T14:32:18Z","data":{"qr_id":"qr_c1s",'
        '"scan_id":"scan_00000000c1s00001kf114kag028t5cy4tqkff","country":"US","city":"San Francisco",'
        '"device":"ios","is_unique":true}}'
    )


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(device="tablet", os="iPadOS", country="GB"), {"device": "ios", "country": "GB", "city": None}),
        (Facts(device="mobile", os="Android"), {"device": "android", "country": None}),
        (Facts(device="desktop", os="Windows"), {"device": "desktop"}),
        (Facts(), {"device": "other", "country": None, "city": None}),
    ],
)
def test_the_qrcodes_service_gets_its_own_words(facts: Facts, words: Mapping[str, Any]) -> None:
    happened = event(e.SCAN_CREATED)
    assert isinstance(happened.subject, Scanned)
    scan = replace(happened.subject.scan, facts=facts, counted=facts)
    data = _data(QRCODES, replace(happened, subject=replace(happened.subject, scan=scan)))
    assert {name: data[name] for name in words} == words


@pytest.mark.parametrize("type", [e.SCAN_CREATED, e.CONVERSATION_COMPLETED])
def test_the_qpr_service_gets_the_scan_that_its_api_answers(type: str) -> None:
    happened = event(type)
    assert isinstance(happened.subject, Scanned)
    assert _data(QPR, type) == qpr_shapes.scan(LinkScan(happened.subject.scan, happened.subject.link))
    ended = type == e.CONVERSATION_COMPLETED
    assert [_data(QPR, type)[f"conversation_{name}"] for name in ("started", "messages", "ended")] == [
        ended,
        6 if ended else 0,
        ended,
    ]


def test_the_qpr_service_gets_the_code_that_its_create_answers() -> None:
    happened = event(e.QPR_CODE_CREATED)
    assert isinstance(happened.subject, Made)
    assert _data(QPR, happened) == qpr_shapes.code(happened.subject.link, 0, BASE, MS)


def test_the_qr_service_gets_the_url_that_its_create_answers() -> None:
    happened = event(e.URL_CREATED)
    assert isinstance(happened.subject, Made)
    assert _data(QR, happened) == qr_urls_shapes.url(happened.subject.link, BASE, MS)


@pytest.mark.parametrize("type", [e.QR_CREATED, e.QR_UPDATED, e.QR_DELETED])
def test_the_qr_service_gets_the_record_with_counts_only_when_it_is_new(type: str) -> None:
    happened = event(type)
    assert isinstance(happened.subject, Drawn)
    record: dict[str, Any] = dict(qr_codes_shapes.qr_code(happened.subject.qr_code, 0))
    if type != e.QR_CREATED:
        del record["downloadCount"], record["scanCount"]
    assert _data(QR, happened) == record
    assert ("deletedAt" in record) == (type == e.QR_DELETED)


def test_the_qr_service_gets_exactly_its_thresholds() -> None:
    assert _data(QR, e.QR_SCAN_THRESHOLD) == {
        "qrCodeId": "qr_c1t",
        "urlId": "12345",
        "threshold": 100,
        "totalScans": 100,
    }
    assert _data(QR, e.URL_CLICK_THRESHOLD) == {"urlId": "12345", "threshold": 100, "totalClicks": 100}


@pytest.mark.parametrize("type", [e.SCAN_CREATED, e.CONVERSATION_COMPLETED, e.QPR_CODE_CREATED])
def test_the_qr_service_gets_our_own_words_in_camel_case_and_what_people_named_as_it_is(type: str) -> None:
    happened = _long(event(type), metadata={"shop_id": {"of_town": 7}})
    data, neutral = _data(QR, happened), _data(STANDARD, happened)
    assert data["urlId"] == "12345"
    assert [name for name in data if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []
    assert [value for name, value in data.items() if name != "urlId"] == [
        value for name, value in neutral.items() if name != "link_id"
    ]
    assert data["metadata"] == {"shop_id": {"of_town": 7}}


def test_each_type_is_about_what_it_says() -> None:
    assert {type: event(type).subject.__class__ for type in TYPES} == EVERY_TYPE


def test_a_status_is_that_of_the_time_of_the_event() -> None:
    happened = event(e.URL_CREATED)
    assert isinstance(happened.subject, Made)
    link = replace(happened.subject.link, expires_ms=MS + 1)
    assert _data(STANDARD, about(happened, link))["status"] == "active"
    assert _data(STANDARD, replace(about(happened, link), ms=MS + 1))["status"] == "expired"


@given(events(), st.sampled_from(FORMATS))
def test_a_body_is_never_too_long_and_names_all_that_it_leaves_out(happened: Event, format: str) -> None:
    text = body(happened, format, BASE)
    assert len(text.encode()) <= MOST_BODY_BYTES
    assert text == body(happened, format, BASE)
    found, whole = json.loads(text), event_dialects.data(happened, format, BASE)
    omitted = found["data"].pop("omitted", [])
    assert list(found) == list(_body(format, happened.type))
    assert found["data"] == {name: _parsed(value) for name, value in whole.items() if name not in omitted}
    assert omitted == [name for name in whole if name in omitted]
    assert set(omitted) <= LONG
    assert bool(omitted) == (_size({**found, "data": whole}) > MOST_BODY_BYTES)


def _size(value: Any) -> int:
    """The bytes of a value as compact JSON; what cannot be sent as it is takes six."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "backslashreplace")) + 3 * len(re.findall("[\ufffe\uffff]", text))


def _parsed(value: Any) -> Any:
    """A value once it was read back: tuples are lists, and halves of surrogate pairs that meet are one."""
    return json.loads(json.dumps(value))


@given(events(), st.sampled_from(FORMATS))
def test_every_queue_takes_a_body(happened: Event, format: str) -> None:
    assert re.fullmatch("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", body(happened, format, BASE))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("grüße 東京 \U0001f600", "grüße 東京 \U0001f600", id="any language as it is"),
        pytest.param("\ufffe\uffff", r"\ufffe\uffff", id="no characters"),
        pytest.param("\ud800 \udfff", r"\ud800 \udfff", id="halves of surrogate pairs"),
        pytest.param('\x00\n"\\', r"\u0000\n\"\\", id="what JSON escapes"),
    ],
)
def test_a_text_is_written_so_that_queues_and_utf_8_take_it(text: str, written: str) -> None:
    happened = _long(event(e.QPR_CODE_CREATED), prompt=text)
    assert f'"prompt":"{written}"' in body(happened, STANDARD, BASE)
    assert _data(STANDARD, happened)["prompt"] == text


@pytest.mark.parametrize(
    ("details", "omitted"),
    [
        pytest.param({"prompt": "p" * 8_000, "welcome_message": "w" * 7_000}, None, id="all fits"),
        pytest.param({"prompt": "é" * 8_000, "welcome_message": "w" * 7_000}, ["prompt"], id="the largest goes"),
        pytest.param({"prompt": "p" * 7_000, "welcome_message": "é" * 8_000}, ["welcome_message"], id="by its bytes"),
        pytest.param(
            {"prompt": "\x00" * 8_000, "welcome_message": "\x00" * 7_000, "metadata": {"a": "m" * 2_000}},
            ["prompt", "welcome_message"],
            id="no more than must",
        ),
        pytest.param({"tags": ("é" * 100,) * 20, "prompt": "\U0001f600" * 4_900}, ["prompt"], id="lists stay"),
    ],
)
def test_the_largest_texts_are_left_out_until_it_fits(details: dict[str, Any], omitted: list[str] | None) -> None:
    data = _data(STANDARD, _long(event(e.QPR_CODE_CREATED), **details))
    assert data.get("omitted") == omitted
    assert data.keys() & {"prompt", "welcome_message", "metadata"} == {
        "prompt",
        "welcome_message",
        "metadata",
    } - set(omitted or [])


def test_what_fills_the_limit_to_the_byte_goes_out_whole() -> None:
    happened = event(e.QPR_CODE_CREATED)
    room = MOST_BODY_BYTES - len(body(_long(happened, prompt=""), QPR, BASE))
    whole, cut = (body(_long(happened, prompt="p" * (room + more)), QPR, BASE) for more in (0, 1))
    assert (len(whole), "omitted" in whole) == (MOST_BODY_BYTES, False)
    assert json.loads(cut)["data"]["omitted"] == ["prompt"]


def test_even_what_never_should_be_long_is_left_out_before_anything_is_too_long() -> None:
    happened = event(e.SCAN_CREATED)
    assert isinstance(happened.subject, Scanned)
    data = _data(STANDARD, about(happened, replace(happened.subject.link, label="l" * MOST_BODY_BYTES)))
    assert data["omitted"] == ["label", "metadata"]
    assert data["scan_id"]


def test_two_samples_are_two_events_of_one_content() -> None:
    one, other = (event_bodies.sample(e.SCAN_CREATED, 7, MS) for _ in range(2))
    assert re.fullmatch("evt_test_[0-9a-f]{16}", one.id)
    assert one.id != other.id
    assert replace(one, id=other.id) == other
    assert (one.ms, one.organization) == (MS, 7)


def test_there_is_no_sample_of_what_is_no_event() -> None:
    with pytest.raises(KeyError):
        event_bodies.sample("qr.eaten", 7, MS)
