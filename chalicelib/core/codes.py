"""QR codes: what each of them holds, and how its picture shall look.

One of a link holds the link's short URL, with a marker that tells its scans from those of the link's other codes. A
standalone one holds a payload that is printed as it is: nothing is between it and whoever scans it, so nothing counts.
"""

import re
from dataclasses import dataclass
from typing import Final

from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import DEFAULT, Level, Style
from chalicelib.errors import InvalidRequest

LONGEST_PAYLOAD_BYTES: Final = 2048

URL: Final = "url"
TEXT: Final = "text"

_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
# What the largest symbol, version 40, holds at each level (ISO/IEC 18004, table 7). Digits alone always fit.
_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")
_MOST_ALPHANUMERIC: Final[dict[Level, int]] = {"L": 4296, "M": 3391, "Q": 2420, "H": 1852}
_MOST_BYTES: Final[dict[Level, int]] = {"L": 2953, "M": 2331, "Q": 1663, "H": 1273}


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as its organization knows it. Times are milliseconds; `kind` is what the payload holds (`wifi`, ...).

    `link` is the number of the link that it leads to, None for a standalone one, and `marker` which of the link's QR
    codes it is, from 1 on. `payload` is what was printed: it stays, whatever becomes of the link.
    """

    organization: int
    number: int
    payload: str
    created_ms: int
    kind: str = URL
    label: str | None = None
    link: int | None = None
    marker: int = 0
    style: Style = DEFAULT
    scannability: Scannability | None = None
    deleted_ms: int | None = None


def encoded(base: str, slug: str, marker: int) -> str:
    """What a link's QR code holds: the first one the bare short URL, each further one its marker behind it."""
    return f"{base}/{slug}" if marker == 1 else f"{base}/{slug}.{marker}"


def kind_of(payload: str) -> str:
    """URL for an address of the web, TEXT for anything else."""
    return URL if _URL.fullmatch(payload) else TEXT


def check_payload(payload: str, field: str) -> str:
    """A standalone payload of somebody's choice. Raises InvalidRequest that names the field."""
    try:
        size = len(payload.encode())
    except UnicodeEncodeError as error:
        raise InvalidRequest.for_field(field, "must be Unicode text, without lone surrogates") from error
    if not 0 < size <= LONGEST_PAYLOAD_BYTES:
        raise InvalidRequest.for_field(field, f"must be 1 to {LONGEST_PAYLOAD_BYTES} bytes of UTF-8")
    return payload


def check_fits(payload: str, level: Level, field: str) -> None:
    """Raises InvalidRequest that names the field when no symbol holds a payload at an error correction level."""
    if payload.isascii() and payload.isdigit():
        return
    most = (_MOST_ALPHANUMERIC if _ALPHANUMERIC.fullmatch(payload) else _MOST_BYTES)[level]
    if len(payload.encode()) > most:
        raise InvalidRequest.for_field(field, f"no QR code of level {level} holds what this one is to hold")
