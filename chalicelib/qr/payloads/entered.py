"""Fields as somebody entered them, read by name. What is wrong with one is an InvalidRequest naming `fields.<name>`."""

import re
from collections.abc import Mapping
from typing import Final

from chalicelib.errors import InvalidRequest

Fields = Mapping[str, object]

# What clients of the services whose APIs we speak call some of the fields.
_ALIASES: Final = {
    "email": "to",
    "latitude": "lat",
    "longitude": "lng",
    "organization": "org",
    "first_name": "firstName",
    "last_name": "lastName",
    "title": "summary",
}
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{1,30}")


def given(fields: Fields, name: str) -> object:
    """The value of a field, by its name or by the other one that it has; None without one."""
    value = fields.get(name)
    return fields.get(_ALIASES[name]) if value is None and name in _ALIASES else value


def is_given(fields: Fields, name: str) -> bool:
    """Whether there is anything in a field; what a form sends of an empty one is nothing."""
    return given(fields, name) not in (None, "")


def required(fields: Fields, name: str) -> str:
    """A text in which something can be seen. Raises InvalidRequest."""
    text = optional(fields, name)
    if not text.strip():
        raise wrong(name, "is required")
    return text


def optional(fields: Fields, name: str) -> str:
    """A text, '' without one; its lines end with `\\n`. Raises InvalidRequest."""
    value = given(fields, name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong(name, "must be a text")
    if "\x00" in value or not _is_storable(value):
        raise wrong(name, "must be valid text")
    return value.replace("\r\n", "\n").replace("\r", "\n")


def number(fields: Fields) -> str:
    """The field `phone` as digits, with a plus before a global number (RFC 3966, section 3). Raises InvalidRequest."""
    phone = required(fields, "phone").strip()
    if not _PHONE.fullmatch(phone):
        raise wrong("phone", "must be a phone number, such as +44 20 7946 0000")
    return re.sub(r"[^0-9+]", "", phone)


def wrong(name: str, problem: str) -> InvalidRequest:
    """`problem` ends the sentence that the field's name begins."""
    return InvalidRequest.for_field(f"fields.{name}", problem)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
