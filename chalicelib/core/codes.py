"""QR codes: what each of them holds, and how its picture shall look.

One of a link holds the link's short URL, with a marker that tells its scans from those of the link's other codes. A
standalone one holds a payload that is printed as it is: nothing is between it and whoever scans it, so nothing counts.
"""

import re
from dataclasses import dataclass
from typing import Final

from chalicelib.core.kinds import URL
from chalicelib.core.scannability import Scannability
from chalicelib.core.styles import DEFAULT, LEVELS, Level, Style
from chalicelib.errors import InvalidRequest

LONGEST_PAYLOAD_BYTES: Final = 2048
LOGO_LEVEL: Final[Level] = "H"  # a logo covers modules, and this level can lose the most

_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")
# In capitals it is all of that set, and means the same: of an address only scheme and host do (RFC 3986, 6.2.2.1).
_PLAIN_BASE = re.compile(r"https?://[a-z0-9.\-]+(:[0-9]+)?", re.IGNORECASE)

# What the largest symbol, version 40, holds at each level (ISO/IEC 18004, table 7). What is not ASCII is written as
# UTF-8 behind an ECI header of 12 bits (7.4.2), which takes another byte.
_MOST_DIGITS: Final[dict[Level, int]] = {"L": 7089, "M": 5596, "Q": 3993, "H": 3057}
_MOST_ALPHANUMERIC: Final[dict[Level, int]] = {"L": 4296, "M": 3391, "Q": 2420, "H": 1852}
_MOST_BYTES: Final[dict[Level, int]] = {"L": 2953, "M": 2331, "Q": 1663, "H": 1273}
_MOST_UTF8: Final[dict[Level, int]] = {"L": 2952, "M": 2330, "Q": 1662, "H": 1272}
# A logo's place is the centre, where the larger symbols have an alignment pattern: what version 34 holds at level H.
LARGEST_WITH_LOGO: Final = 34
_MOST_WITH_LOGO: Final = {"digits": 2301, "characters": 1394, "bytes": 958, "bytes of UTF-8": 957}


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

    @property
    def compact(self) -> bool:
        """Whether it holds its link's short URL in capitals; spelled as usual, that begins with a small `http`."""
        return self.link is not None and self.payload.isupper()


def encoded(base: str, slug: str, marker: int, compact: bool = False) -> str:
    """What a link's QR code holds: the first one the bare short URL, each further one its marker behind it.

    `compact` spells it in capitals, which take 5.5 bits a character instead of 8; the redirect reads both. Raises
    InvalidRequest as `check_compact` does.
    """
    address = f"{base}/{slug}" if marker == 1 else f"{base}/{slug}.{marker}"
    if not compact:
        return address
    check_compact(base)
    return address.upper()


def payload_of_link(base: str, slug: str, compact: bool) -> str:
    """What the picture of a link itself holds: its bare short URL.

    In capitals where that was asked for and leads there: the installation may have moved below a path since.
    """
    return encoded(base, slug, 1, compact and _PLAIN_BASE.fullmatch(base) is not None)


def check_compact(base: str, field: str = "compact") -> None:
    """Raises InvalidRequest that names the field where short URLs in capitals would not lead to the same place."""
    if not _PLAIN_BASE.fullmatch(base):
        problem = f"needs short links without a path before the slug, on a plain host; here they begin with {base}/"
        raise InvalidRequest.for_field(field, problem)


def check_payload(payload: str, field: str) -> str:
    """A standalone payload of somebody's choice. Raises InvalidRequest that names the field."""
    try:
        size = len(payload.encode())
    except UnicodeEncodeError as error:
        raise InvalidRequest.for_field(field, "must be Unicode text, without lone surrogates") from error
    if size == 0:
        raise InvalidRequest.for_field(field, "must not be empty")
    if size > LONGEST_PAYLOAD_BYTES:
        problem = f"{size:,} bytes of UTF-8 are too many: a payload may have {LONGEST_PAYLOAD_BYTES:,}"
        raise InvalidRequest.for_field(field, problem)
    return payload


def level_of(style: Style) -> Level:
    """The error correction level of a style's picture: with a logo the highest, whatever is asked for."""
    return LOGO_LEVEL if _has_logo(style) else style.level


def check_style_fits(payload: str, style: Style, field: str) -> None:
    """Raises InvalidRequest as `check_fits` does, for the level that a style's picture has."""
    check_fits(payload, level_of(style), field, for_logo=_has_logo(style))


def check_fits(payload: str, level: Level, field: str, *, for_logo: bool = False) -> None:
    """Raises InvalidRequest that names the field when no symbol holds a payload at an error correction level.

    `for_logo` tells that a logo shall be in it, which needs level H and room.
    """
    most, unit = _capacity(payload)
    size, limit = len(payload.encode()), _MOST_WITH_LOGO[unit] if for_logo else most[level]
    if size <= limit:
        return
    kind = "a QR code with a logo" if for_logo else f"a QR code of level {level}"
    lower = next((f" (level {it} {most[it]:,})" for it in reversed(LEVELS) if size <= most[it]), "")
    advice = "leave the logo out" if for_logo else "choose a lower error correction level"
    problem = f"{size:,} {unit} are too many: {kind} holds at most {limit:,}{'' if for_logo else lower}; {advice}"
    raise InvalidRequest.for_field(field, f"{problem}, or a shorter payload")


def _has_logo(style: Style) -> bool:
    return style.logo is not None or style.logo_image is not None


def _capacity(payload: str) -> tuple[dict[Level, int], str]:
    """How much of what this payload consists of a symbol holds, by level, and what that is counted in."""
    if not payload.isascii():
        return _MOST_UTF8, "bytes of UTF-8"
    if payload.isdigit():
        return _MOST_DIGITS, "digits"
    return (_MOST_ALPHANUMERIC, "characters") if _ALPHANUMERIC.fullmatch(payload) else (_MOST_BYTES, "bytes")
