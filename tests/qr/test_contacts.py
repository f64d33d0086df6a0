"""vCards and MECARDs: what a phone's address book gets is what was entered."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidRequest
from chalicelib.qr.payloads import build
from tests.qr.readers import content_lines, mecard, parts, plain, text

# Everything that a form may send, line breaks and the formats' own signs often.
entered = st.text(st.one_of(st.sampled_from('\\;,:"\n'), st.characters(exclude_categories=["Cs", "Cc"])), max_size=20)
FIELDS = ("organization", "email", "url", "address", "city", "region", "postal_code", "country", "note")
contacts = st.fixed_dictionaries(dict.fromkeys(("first_name", "last_name", "title", *FIELDS), entered)).filter(
    lambda it: (it["first_name"] + it["last_name"]).strip() != ""
)


@pytest.mark.parametrize(
    ("kind", "fields", "payload"),
    [
        pytest.param(
            "vcard",
            {"first_name": "Ada", "last_name": "Lovelace", "org": "A, B; C", "phone": "+44 20", "unknown": 1},
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada\r\nFN:Ada Lovelace\r\nORG:A\\, B\\; C\r\nTEL:+4420\r\n"
            "END:VCARD\r\n",
            id="vcard",
        ),
        pytest.param(
            "mecard",
            {"firstName": "Ada", "lastName": "Lovelace", "phone": "+44 20", "email": "ada@example.com"},
            "MECARD:N:Lovelace,Ada;TEL:+4420;EMAIL:ada@example.com;;",
            id="mecard",
        ),
        pytest.param(
            "mecard",
            {"name": 'Acme, "A;B"', "url": "https://example.com/", "org": "C:\\D", "title": "no room for it"},
            'MECARD:N:Acme\\, \\"A\\;B\\";URL:https\\://example.com/;ORG:C\\:\\\\D;;',
            id="mecard with signs of its own",
        ),
        pytest.param(
            "mecard",
            {"name": "A", "address": "1 Main St, Flat 2", "note": "first\r\nsecond"},
            "MECARD:N:A;ADR:1 Main St\\, Flat 2;NOTE:first\nsecond;;",
            id="mecard with an address on its own, and a note of two lines",
        ),
        pytest.param(
            "mecard",
            {"name": "A\nB", "address": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
            "MECARD:N:A B;ADR:,,1 Main St,Springfield,,12345,US;;",
            id="mecard with an address in parts, and a line break where none can be",
        ),
    ],
)
def test_a_contact_is_what_phones_read(kind: str, fields: Mapping[str, object], payload: str) -> None:
    assert build(kind, fields) == payload


@pytest.mark.parametrize("kind", ["vcard", "mecard"])
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"note": "x"}, "fields.name", id="nobody"),
        pytest.param({"first_name": " ", "phone": ""}, "fields.name", id="nobody that can be seen"),
        pytest.param({"name": "A", "phone": "x"}, "fields.phone", id="phone"),
        pytest.param({"name": "A", "note": 7}, "fields.note", id="no text"),
        pytest.param({"name": "A", "note": "x" * 2048}, "fields", id="too long"),
    ],
)
def test_a_wrong_field_is_named(kind: str, fields: Mapping[str, object], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(kind, fields)
    assert refused.value.field == field


@given(contacts)
def test_every_field_of_a_vcard_is_read_back(contact: dict[str, str]) -> None:
    found = dict(content_lines(build("vcard", contact)))
    place = [text(part) for part in parts(found.pop("ADR", ";" * 6), ";")]
    assert place == ["", "", *(contact[name] for name in ("address", "city", "region", "postal_code", "country"))]
    family, *given_name = (text(part) for part in parts(found.pop("N"), ";"))
    assert (family, "".join(given_name)) == (contact["last_name"], contact["first_name"])
    shown = " ".join(part for part in (contact["first_name"], contact["last_name"]) if part)
    beside = {"BEGIN": "VCARD", "VERSION": "3.0", "FN": shown, "END": "VCARD"}
    names = {"ORG": "organization", "EMAIL": "email", "URL": "url", "TITLE": "title", "NOTE": "note"}
    entered = {key: contact[name] for key, name in names.items() if contact[name]}
    assert {name: text(value) for name, value in found.items()} == beside | entered


@given(contacts)
def test_every_field_of_a_mecard_is_read_back_with_a_space_for_a_line_break_but_in_the_note(
    contact: dict[str, str],
) -> None:
    found = dict(mecard(build("mecard", contact)))
    line = {name: value.replace("\n", " ") for name, value in contact.items()}
    family, *given_name = (plain(part) for part in parts(found.pop("N"), ","))
    assert (family, "".join(given_name)) == (line["last_name"], line["first_name"])
    place = [plain(part) for part in parts(found.pop("ADR", ""), ",")]
    parted = [line[name] for name in ("address", "city", "region", "postal_code", "country")]
    assert place == (["", "", *parted] if any(parted[1:]) else parted[:1])
    names = {"ORG": "organization", "EMAIL": "email", "URL": "url"}
    entered = {key: line[name] for key, name in names.items() if line[name]}
    note = {"NOTE": contact["note"]} if contact["note"] else {}
    assert {name: plain(value) for name, value in found.items()} == entered | note


def test_a_contact_is_named_by_its_phone_when_it_has_no_name() -> None:
    assert "FN:+44 7700 900000" in build("vcard", {"phone": "+44 7700 900000"})
    assert build("mecard", {"phone": "+44 7700 900000"}) == "MECARD:N:+44 7700 900000;TEL:+447700900000;;"


def test_a_mecard_is_shorter_than_a_vcard_of_the_same() -> None:
    fields = {"first_name": "Ada", "last_name": "Lovelace", "phone": "+44 20", "email": "ada@example.com"}
    assert len(build("mecard", fields)) < len(build("vcard", fields)) * 2 / 3
