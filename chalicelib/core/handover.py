"""Handing a scan over to its destination: a token that lets the page, and nobody else, report on this one scan.

It is signed with the organization's own key under a label, so it is good for nothing else, and needs no storage.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from typing import Final, NamedTuple

LIVES_SECONDS: Final = 24 * 3600

_LABEL: Final = b"quietzone scan token\x00"
_MAC_BYTES: Final = 18
# In one spelling only, and short enough for whoever has not shown yet who they are.
_TOKEN: Final = re.compile(r"([1-9a-f][0-9a-f]{0,13})\.([1-9a-f][0-9a-f]{0,9})\.([A-Za-z0-9_-]{24})")


class Claim(NamedTuple):
    """What a token says before it is believed: whose scan it is about, and until when it is good (Unix seconds)."""

    organization: int
    until: int
    mac: str


def token(key: bytes, organization: int, scan_id: str, now_ms: int) -> str:
    """The token of a scan, good for 24 hours."""
    until = now_ms // 1000 + LIVES_SECONDS
    return f"{organization:x}.{until:x}.{_mac(key, organization, scan_id, until)}"


def claim(text: str) -> Claim | None:
    """What a token says; None for what is none."""
    found = _TOKEN.fullmatch(text)
    return Claim(int(found[1], 16), int(found[2], 16), found[3]) if found else None


def is_valid(said: Claim, key: bytes, scan_id: str, now_ms: int) -> bool:
    """Whether the organization whose key this is signed that, for this scan, and it is still good."""
    mac = _mac(key, said.organization, scan_id, said.until)
    return hmac.compare_digest(mac.encode(), said.mac.encode()) and now_ms // 1000 < said.until


def _mac(key: bytes, organization: int, scan_id: str, until: int) -> str:
    text = _LABEL + f"{organization} {scan_id} {until}".encode()
    return urlsafe_b64encode(hmac.digest(key, text, hashlib.sha256)[:_MAC_BYTES]).decode()
