"""What a payload is, for people who look at its QR code before they scan it. It goes by the payload alone: what was
made as a text may hold a network all the same."""

import re
from typing import Final, NamedTuple

from chalicelib.core import kinds

LONGEST_TITLE: Final = 80

_WORDS: Final = {
    kinds.TEXT: "Text",
    kinds.EMAIL: "Email",
    kinds.PHONE: "Phone number",
    kinds.SMS: "Message",
    kinds.WHATSAPP: "WhatsApp",
    kinds.WIFI: "Wi-Fi",
    kinds.GEO: "Place",
    kinds.VCARD: "Contact",
    kinds.MECARD: "Contact",
    kinds.EVENT: "Event",
}
_NETWORK: Final = re.compile(r"\bwifi:", re.IGNORECASE)
# A field of ZXing's format for networks: a backslash stands before what would end it.
_WIFI_FIELD: Final = re.compile(r"([A-Za-z0-9]+):((?:\\.|[^\\;])*);", re.DOTALL)


class Contents(NamedTuple):
    """A word for what a payload is, or the address that it is, and what of it anybody may read."""

    title: str
    text: str


def contents(payload: str) -> Contents:
    """What a payload is. A network's password is in the picture, and in no text beside it."""
    if found := _NETWORK.search(payload):  # also one that no phone would join
        return Contents(_WORDS[kinds.WIFI], _network(payload[found.end() :]))
    kind = kinds.kind_of(payload)
    title = cut(payload.partition("://")[2].rstrip("/")) if kind == kinds.URL else _WORDS[kind]
    return Contents(title, payload)


def cut(title: str) -> str:
    """A title that fits into a line or two."""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _network(entered: str) -> str:
    fields = {name.upper(): value for name, value in _WIFI_FIELD.findall(entered)}
    said = {"Network": fields.get("S", ""), "Security": fields.get("T", "")}
    return "\n".join(f"{what}: {_unescaped(value)}" for what, value in said.items() if value)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
