"""People and organizations for a phone's address book. Each raises InvalidRequest naming the field that is wrong."""

import re
from typing import Final, NamedTuple

from chalicelib.qr.payloads.entered import Fields, is_given, number, optional, wrong

_MECARD_ESCAPED = re.compile(r'([\\;:,"])')
# NTT DOCOMO's order within ADR, behind a post office box and a room that nobody is asked for.
_PLACE: Final = ("address", "city", "region", "postal_code", "country")


class _Name(NamedTuple):
    """`shown` is the whole; `last` is what books sort by, all of it where nobody told the parts."""

    shown: str
    first: str
    last: str


def vcard(fields: Fields) -> str:
    """RFC 2426 (vCard 3.0), which every phone reads."""
    from segno.helpers import make_vcard_data

    name = _name(fields)
    family = _component(name.last)
    payload: str = make_vcard_data(
        name=f"{family};{_component(name.first)}" if name.first else family,
        displayname=_value(name.shown),
        org=_line(fields, "organization"),
        title=_line(fields, "title"),
        phone=number(fields) if is_given(fields, "phone") else None,
        email=_line(fields, "email"),
        url=_line(fields, "url"),
        street=_line(fields, "address"),
        city=_line(fields, "city"),
        region=_line(fields, "region"),
        zipcode=_line(fields, "postal_code"),
        country=_line(fields, "country"),
        memo=_line(fields, "note"),
    )
    return payload


def mecard(fields: Fields) -> str:
    """NTT DOCOMO's format, shorter than a vCard.

    segno's helper writes the note as MEMO, where the format and ZXing have NOTE, and leaves commas as they are, which
    divide names and addresses. ORG is ZXing's; readers that do not know it pass it over.
    """
    name = _name(fields)
    parts = {
        "N": f"{_field(name.last)},{_field(name.first)}" if name.first else _field(name.last),
        "TEL": number(fields) if is_given(fields, "phone") else "",
        "EMAIL": _field(optional(fields, "email")),
        "URL": _field(optional(fields, "url")),
        "ORG": _field(optional(fields, "organization")),
        "ADR": _place(fields),
        "NOTE": _MECARD_ESCAPED.sub(r"\\\1", optional(fields, "note")),
    }
    return f"MECARD:{''.join(f'{key}:{value};' for key, value in parts.items() if value)};"


def _name(fields: Fields) -> _Name:
    first, last = optional(fields, "first_name"), optional(fields, "last_name")
    named = optional(fields, "name") or " ".join(part for part in (first, last) if part)
    shown = named or optional(fields, "phone") or optional(fields, "email")
    if not shown.strip():
        raise wrong("name", "is required")
    return _Name(shown, first, last if first or last else shown)


def _component(text: str) -> str:
    """RFC 2426, section 4: a component of a structured value; segno takes N as it is to be written."""
    return re.sub(r"([;,])", r"\\\1", _value(text))


def _line(fields: Fields, name: str) -> str:
    return _value(optional(fields, name))


def _value(text: str) -> str:
    """RFC 2426, section 4; segno escapes `,` and `;` alone: a line break in a note would begin a new property."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _place(fields: Fields) -> str:
    """An address on its own fills the whole of ADR: ZXing shows that as it stands, with every comma."""
    parts = [_field(optional(fields, name)) for name in _PLACE]
    return f",,{','.join(parts)}" if any(parts[1:]) else parts[0]


def _field(text: str) -> str:
    """The format has no sign for a line break; only in a note may one stand as it is."""
    return _MECARD_ESCAPED.sub(r"\\\1", text.replace("\n", " "))
