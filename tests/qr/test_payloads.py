"""Payloads: what a phone reads is what was entered."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.codes import LONGEST_PAYLOAD_BYTES
from chalicelib.core.kinds import KINDS, kind_of
from chalicelib.errors import InvalidRequest, QuietzoneError
from chalicelib.qr.payloads import BUILDERS, build

numbers = st.from_regex(r"\+?[0-9]{2,15}", fullmatch=True).filter(str.isascii)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)


@pytest.mark.parametrize(
    ("kind", "fields", "payload"),
    [
        pytest.param("url", {"url": "https://example.com/a?b=c"}, "https://example.com/a?b=c", id="url"),
        pytest.param("text", {"text": "Hello, world"}, "Hello, world", id="text"),
        pytest.param("email", {"email": "a+b@example.com"}, "mailto:a+b@example.com", id="email"),
        pytest.param("email", {"to": "a@example.com"}, "mailto:a@example.com", id="email by its other name"),
        pytest.param(
            "email",
            {"email": "a@example.com", "subject": "Q & A", "body": "one\ntwo"},
            "mailto:a@example.com?subject=Q%20%26%20A&body=one%0D%0Atwo",
            id="email with a subject and lines",
        ),
        pytest.param("phone", {"phone": "+44 (20) 7946-0000"}, "tel:+442079460000", id="phone"),
        pytest.param("sms", {"phone": "+442079460000", "message": "a:b"}, "SMSTO:+442079460000:a:b", id="sms"),
        pytest.param("sms", {"phone": "112"}, "SMSTO:112", id="sms without a message"),
        pytest.param("whatsapp", {"phone": "+44 20"}, "https://wa.me/4420", id="whatsapp"),
        pytest.param("whatsapp", {"phone": "4420", "message": "a b"}, "https://wa.me/4420?text=a%20b", id="message"),
        pytest.param("wifi", {"ssid": "Cafe", "password": "pw"}, "WIFI:T:WPA;S:Cafe;P:pw;;", id="wifi"),
        pytest.param("wifi", {"ssid": "Cafe"}, "WIFI:T:nopass;S:Cafe;;", id="open wifi"),
        pytest.param(
            "wifi",
            {"ssid": "a;b,c", "password": 'd:"e\\', "encryption": "wep", "hidden": True},
            'WIFI:T:WEP;S:a\\;b\\,c;P:d\\:\\"e\\\\;H:true;;',
            id="wifi, escaped and hidden",
        ),
        pytest.param("geo", {"latitude": 51.5, "longitude": "-0.12"}, "geo:51.5,-0.12", id="geo"),
        pytest.param("geo", {"lat": 90, "lng": -180}, "geo:90,-180", id="geo by other names, at the edge"),
        pytest.param("geo", {"latitude": -0.0, "longitude": -1e-12}, "geo:0,0", id="no minus zero"),
    ],
)
def test_a_payload_is_what_phones_read(kind: str, fields: Mapping[str, object], payload: str) -> None:
    assert build(kind, fields) == payload


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        pytest.param("fax", {}, "type", id="unknown kind"),
        pytest.param("url", {}, "fields.url", id="missing"),
        pytest.param("url", {"url": "javascript:alert(1)"}, "fields.url", id="script"),
        pytest.param("url", {"url": "/path"}, "fields.url", id="relative"),
        pytest.param("url", {"url": "https://example.com:99999/"}, "fields.url", id="port"),
        pytest.param("url", {"url": "https://example.com/\x7f"}, "fields.url", id="control"),
        pytest.param("url", {"url": "https://example.com\\@evil.example"}, "fields.url", id="backslash"),
        pytest.param("url", {"url": "https://[::1"}, "fields.url", id="broken"),
        pytest.param("text", {"text": "  "}, "fields.text", id="blank"),
        pytest.param("text", {"text": 7}, "fields.text", id="no text"),
        pytest.param("text", {"text": "a\x00"}, "fields.text", id="null"),
        pytest.param("text", {"text": "\ud800"}, "fields.text", id="lone surrogate"),
        pytest.param("text", {"text": "x" * 2049}, "fields", id="too long"),
        pytest.param("text", {"text": "\u20ac" * 683}, "fields", id="too long in bytes"),
        pytest.param("email", {"email": "nobody"}, "fields.email", id="no address"),
        pytest.param("email", {"email": "a@b.example,c@d.example"}, "fields.email", id="two addresses"),
        pytest.param("phone", {"phone": "call me"}, "fields.phone", id="no number"),
        pytest.param("wifi", {"password": "pw"}, "fields.ssid", id="no ssid"),
        pytest.param("wifi", {"ssid": "a", "encryption": "WPA"}, "fields.password", id="no password"),
        pytest.param("wifi", {"ssid": "a", "encryption": "ROT13"}, "fields.encryption", id="encryption"),
        pytest.param("wifi", {"ssid": "a", "hidden": "yes"}, "fields.hidden", id="hidden"),
        pytest.param("geo", {"latitude": 90.1, "longitude": 0}, "fields.latitude", id="beyond the pole"),
        pytest.param("geo", {"latitude": 0, "longitude": "nan"}, "fields.longitude", id="not a number"),
        pytest.param("geo", {"latitude": True, "longitude": 0}, "fields.latitude", id="a truth value"),
        pytest.param("geo", {"latitude": 10**400, "longitude": 0}, "fields.latitude", id="immense"),
    ],
)
def test_a_wrong_field_is_named(kind: str, fields: Mapping[str, object], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(kind, fields)
    assert refused.value.field == field


@given(texts, texts)
def test_wifi_fields_are_read_back(ssid: str, password: str) -> None:
    payload = build("wifi", {"ssid": ssid, "password": password, "encryption": "WPA"})
    parts = re.findall(r"([TSP]):((?:\\.|[^\\;])*);", payload.removeprefix("WIFI:"))
    assert [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in parts] == [
        ("T", "WPA"),
        ("S", ssid),
        ("P", password),
    ]


@given(texts, texts)
def test_an_emails_subject_and_body_are_read_back(subject: str, body: str) -> None:
    payload = build("email", {"email": "a@example.com", "subject": subject, "body": body})
    assert payload.isascii()
    query = parse_qs(urlsplit(payload).query, keep_blank_values=True)
    assert {name: values[0] for name, values in query.items()} == {"subject": subject, "body": body}


@given(texts)
def test_a_whatsapp_message_is_read_back(message: str) -> None:
    assert unquote(build("whatsapp", {"phone": "4420", "message": message}).split("?text=")[1]) == message


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=200).filter(str.strip))
def test_a_text_is_read_back(text: str) -> None:
    assert build("text", {"text": text}) == text


@given(numbers, texts)
def test_a_number_and_a_text_message_are_read_back(number: str, message: str) -> None:
    assert build("phone", {"phone": number}) == f"tel:{number}"
    sign, called, said = build("sms", {"phone": number, "message": message}).split(":", 2)
    assert (sign, called, said) == ("SMSTO", number, message)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_read_back_to_a_millimetre(latitude: float, longitude: float) -> None:
    place = build("geo", {"latitude": latitude, "longitude": longitude}).removeprefix("geo:").split(",")
    assert [float(degrees) for degrees in place] == pytest.approx([latitude, longitude], abs=6e-9)


values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()))
names = st.sampled_from(
    [
        "url",
        "text",
        "email",
        "to",
        "phone",
        "message",
        "ssid",
        "password",
        "encryption",
        "hidden",
        "lat",
        "lng",
        "name",
        "note",
        "start",
        "end",
        "duration",
    ]
)


@given(st.sampled_from(KINDS), st.dictionaries(names, values))
def test_any_fields_make_a_payload_or_are_refused(kind: str, fields: dict[str, object]) -> None:
    try:
        payload = build(kind, fields)
    except QuietzoneError as error:
        assert (error.field or "").startswith("fields")
    else:
        assert 0 < len(payload.encode()) <= LONGEST_PAYLOAD_BYTES


def test_a_url_without_a_scheme_is_taken_as_https() -> None:
    assert build("url", {"url": " example.com/menu "}) == "https://example.com/menu"


def test_a_message_of_its_own_is_left_out_of_a_text_message_without_one() -> None:
    assert build("sms", {"phone": "+44 7700 900000"}) == "SMSTO:+447700900000"


def test_there_is_a_builder_for_each_kind() -> None:
    assert tuple(BUILDERS) == KINDS


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("url", {"url": "example.com"}),
        ("text", {"text": "hello"}),
        ("email", {"email": "a@example.com", "body": "b"}),
        ("phone", {"phone": "+44 20"}),
        ("sms", {"phone": "+44 20", "message": "one\ntwo"}),
        ("whatsapp", {"phone": "+44 20"}),
        ("wifi", {"ssid": "Cafe", "password": "pw", "hidden": True}),
        ("geo", {"latitude": -1.5, "longitude": 2}),
        ("vcard", {"name": "Ada"}),
        ("mecard", {"name": "Ada", "note": "one\ntwo"}),
        ("event", {"title": "A", "start": "2026-05-01"}),
    ],
)
def test_the_kind_of_what_is_built_is_recognised(kind: str, fields: Mapping[str, object]) -> None:
    assert kind_of(build(kind, fields)) == kind


def test_what_is_too_long_is_told_with_the_limit() -> None:
    with pytest.raises(InvalidRequest, match=r"^fields: 2,049 bytes of UTF-8 .* 2,048$"):
        build("text", {"text": "x" * 2049})
