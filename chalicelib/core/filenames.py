"""Names of files that come from what people call things: safe on every system, and in a header."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 80
LONGEST_BYTES: Final = 200  # of 255 that file systems take: an ending, and a number before it, come behind
UNNAMED: Final = "qr-code"

# What some system takes for a path, a wildcard or the end of a name.
_UNSAFE: Final = re.compile(r'[\s/\\:*?"<>|%;]+')
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")
_EDGES: Final = "-. "
# Devices to Windows, whatever ending comes behind.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def safe(name: str) -> str:
    """A name in its own letters. What nobody sees is left out: it could turn the name around, or hide its end."""
    seen = "".join(c for c in unicodedata.normalize("NFC", name) if c.isspace() or unicodedata.category(c)[0] != "C")
    cut = _UNSAFE.sub("-", seen)[:LONGEST].encode()[:LONGEST_BYTES].decode(errors="ignore")
    return _of_file(cut)


def plain(name: str) -> str:
    """The same in ASCII, without the accents; letters of other scripts are left out."""
    ascii_only = unicodedata.normalize("NFKD", safe(name)).encode("ascii", "ignore").decode()
    return _of_file(_PLAIN.sub("-", ascii_only))


def _of_file(name: str) -> str:
    """A name without what may not stand at its ends; that of a device becomes another."""
    stripped = name[:LONGEST].strip(_EDGES) or UNNAMED
    device = _DEVICE.match(stripped)
    return f"{device[0]}-{stripped[device.end() :]}"[:LONGEST] if device else stripped
