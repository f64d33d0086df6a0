"""Payloads of static codes: what a symbol holds, built from named fields.

url       url                                    text      text
email     email (or to), subject, body           phone     phone
sms       phone, message                         whatsapp  phone, message
wifi      ssid, password, encryption (WPA, WEP, nopass), hidden
geo       latitude, longitude (or lat, lng)
vcard     name, or first_name and last_name (or firstName, lastName); organization (or org), title, phone, email,
          url, address, city, region, postal_code, country, note; without any name the phone or email stands for it
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from chalicelib.errors import InvalidRequest

LONGEST: Final = 2000

Fields = Mapping[str, object]

# What clients of the services whose APIs we speak call some of the fields.
_ALIASES: Final = {
    "email": "to",
    "latitude": "lat",
    "longitude": "lng",
    "organization": "org",
    "first_name": "firstName",
    "last_name": "lastName",
}
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{1,30}")
_EMAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+")
_WIFI_ESCAPED = re.compile(r'([\\;,:"])')


def build(kind: str, fields: Fields) -> str:
    """The payload of a code. Raises InvalidRequest naming `type`, or the field as `fields.<name>`."""
    builder = _BUILDERS.get(kind)
    if builder is None:
        raise InvalidRequest.for_field("type", f"must be one of {', '.join(_BUILDERS)}")
    payload = builder(fields)
    if len(payload) > LONGEST:
        raise InvalidRequest.for_field("fields", f"make a payload of more than {LONGEST} characters")
    return payload


def _url(fields: Fields) -> str:
    url = _text(fields, "url").strip()
    url = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _wrong("url", "must be a valid URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", url):
        raise _wrong("url", "must be an absolute http or https URL")
    return url


def _plain(fields: Fields) -> str:
    return _text(fields, "text")


# RFC 6068, section 2: the address and each header field are percent-encoded; section 5: a line ends with CRLF.
def _email(fields: Fields) -> str:
    address = _text(fields, "email").strip()
    if not _EMAIL.fullmatch(address):
        raise _wrong("email", "must be an email address")
    headers = [(name, _optional(fields, name)) for name in ("subject", "body")]
    query = "&".join(f"{name}={_crlf_quoted(value)}" for name, value in headers if value)
    return f"mailto:{quote(address, safe='@+')}" + (f"?{query}" if query else "")


def _crlf_quoted(text: str) -> str:
    return quote(text.replace("\n", "\r\n"), safe="")


# RFC 3966, section 3: digits, and a plus for a global number.
def _phone(fields: Fields) -> str:
    return f"tel:{_number(fields)}"


# The form that phones' cameras read; RFC 5724's `sms:` has no agreed way to carry a text.
def _sms(fields: Fields) -> str:
    message = _optional(fields, "message")
    return f"SMSTO:{_number(fields)}" + (f":{message}" if message else "")


def _whatsapp(fields: Fields) -> str:
    message = _optional(fields, "message")
    return f"https://wa.me/{_number(fields).lstrip('+')}" + (f"?text={quote(message, safe='')}" if message else "")


# ZXing's de-facto format; segno's own helper leaves the comma unescaped.
def _wifi(fields: Fields) -> str:
    encryption = _optional(fields, "encryption") or ("WPA" if fields.get("password") else "nopass")
    security = {"wpa": "WPA", "wpa2": "WPA", "wpa3": "WPA", "wep": "WEP", "nopass": "nopass", "none": "nopass"}.get(
        encryption.lower()
    )
    if security is None:
        raise _wrong("encryption", "must be WPA, WEP or nopass")
    hidden = fields.get("hidden", False)
    if not isinstance(hidden, bool):
        raise _wrong("hidden", "must be true or false")
    parts = [f"T:{security}", f"S:{_wifi_escaped(_text(fields, 'ssid'))}"]
    if security != "nopass":
        parts.append(f"P:{_wifi_escaped(_text(fields, 'password'))}")
    if hidden:
        parts.append("H:true")
    return f"WIFI:{';'.join(parts)};;"


def _wifi_escaped(text: str) -> str:
    return _WIFI_ESCAPED.sub(r"\\\1", text)


# RFC 5870, section 3.4.2: WGS 84 degrees.
def _geo(fields: Fields) -> str:
    from segno.helpers import make_geo_data

    payload: str = make_geo_data(_degrees(fields, "latitude", 90), _degrees(fields, "longitude", 180))
    return payload


# RFC 2426 (vCard 3.0), which every phone reads.
def _vcard(fields: Fields) -> str:
    from segno.helpers import make_vcard_data

    first, last = _optional(fields, "first_name"), _optional(fields, "last_name")
    named = _optional(fields, "name") or " ".join(part for part in (first, last) if part)
    shown = named or _optional(fields, "phone") or _optional(fields, "email")
    if not shown.strip():
        raise _wrong("name", "is required")
    family = _vcard_escaped(last if first or last else shown)
    payload: str = make_vcard_data(
        name=f"{family};{_vcard_escaped(first)}" if first else family,
        displayname=_vcard_line(shown),
        org=_line(fields, "organization"),
        title=_line(fields, "title"),
        phone=_number(fields) if fields.get("phone") else None,
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


def _vcard_escaped(text: str) -> str:
    """RFC 2426, section 4: a component of a structured value; segno takes N as it is to be written."""
    return re.sub(r"([;,])", r"\\\1", _vcard_line(text))


def _line(fields: Fields, name: str) -> str:
    return _vcard_line(_optional(fields, name))


# RFC 2426, section 4; segno escapes `,` and `;` alone, so that a line break in a note would begin a new property.
def _vcard_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _given(fields: Fields, name: str) -> object:
    value = fields.get(name)
    return fields.get(_ALIASES[name]) if value is None and name in _ALIASES else value


def _text(fields: Fields, name: str) -> str:
    text = _optional(fields, name)
    if not text.strip():
        raise _wrong(name, "is required")
    return text


def _optional(fields: Fields, name: str) -> str:
    value = _given(fields, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(name, "must be a text")
    if "\x00" in value or not _is_storable(value):
        raise _wrong(name, "must be valid text")
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(fields: Fields) -> str:
    phone = _text(fields, "phone").strip()
    if not _PHONE.fullmatch(phone):
        raise _wrong("phone", "must be a phone number, such as +44 20 7946 0000")
    return re.sub(r"[^0-9+]", "", phone)


def _degrees(fields: Fields, name: str, most: int) -> float:
    value = _given(fields, name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(name, "is required, in degrees")
    try:
        degrees = float(value)
    except (ValueError, OverflowError) as error:
        raise _wrong(name, "must be a number of degrees") from error
    if not -most <= degrees <= most:
        raise _wrong(name, f"must lie between -{most} and {most}")
    return round(degrees, 8) + 0.0  # segno writes 8 places; adding 0.0 turns -0.0 into 0.0


def _wrong(name: str, problem: str) -> InvalidRequest:
    return InvalidRequest.for_field(f"fields.{name}", problem)


_BUILDERS: Final[Mapping[str, Callable[[Fields], str]]] = {
    "url": _url,
    "text": _plain,
    "email": _email,
    "phone": _phone,
    "sms": _sms,
    "whatsapp": _whatsapp,
    "wifi": _wifi,
    "geo": _geo,
    "vcard": _vcard,
}
