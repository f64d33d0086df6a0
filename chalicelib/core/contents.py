"""What a payload is, for people who look at its QR code before they scan it. It goes by the payload alone: what was
made as a text may hold a network all the same."""

import re
from typing import Final, NamedTuple

LONGEST_TITLE: Final = 80

WIFI: Final = "Wi-Fi"
TEXT: Final = "Text"

# How payloads begin that are no address, without regard to case.
_WORDS: Final = {
    "wifi:": WIFI,
    "begin:vcard": "Contact",
    "mecard:": "Contact",
    "begin:vevent": "Event",
    "begin:vcalendar": "Event",
    "mailto:": "Email",
    "matmsg:": "Email",
    "tel:": "Phone number",
    "sms:": "Message",
    "smsto:": "Message",
    "geo:": "Place",
    "https://wa.me/": "WhatsApp",
}
_ADDRESS: Final = re.compile(r"https?://(\S+)", re.IGNORECASE)
# A field of ZXing's format for networks: a backslash stands before what would end it.
_WIFI_FIELD: Final = re.compile(r"([A-Za-z0-9]+):((?:\\.|[^\\;])*);", re.DOTALL)


class Contents(NamedTuple):
    """A word for what a payload is, or the address that it is, and what of it anybody may read."""

    title: str
    text: str


def contents(payload: str) -> Contents:
    """What a payload is. A network's password is in the picture, and in no text beside it."""
    begun = payload.lstrip().lower()
    word = next((word for beginning, word in _WORDS.items() if begun.startswith(beginning)), None)
    if word == WIFI:
        return Contents(WIFI, _network(payload.lstrip()))
    address = _ADDRESS.fullmatch(payload)
    if word is None and address:
        word = cut(address[1].rstrip("/"))
    return Contents(word or TEXT, payload)


def cut(title: str) -> str:
    """A title that fits into a line or two."""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _network(payload: str) -> str:
    fields = {name.upper(): value for name, value in _WIFI_FIELD.findall(payload[len("wifi:") :])}
    said = {"Network": fields.get("S", ""), "Security": fields.get("T", "")}
    return "\n".join(f"{what}: {_unescaped(value)}" for what, value in said.items() if value)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
