"""Confirmations: proof that whoever asks for something has been told what it will do.

A confirmation is good for ten minutes, for one organization and for exactly what it was given for, which the caller
spells with the version of what it changes: done once, or overtaken by another edit, it is good for nothing. Nothing is
stored of it: it is signed by a key of its organization's own.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Final, NamedTuple

from chalicelib.core.accounts import Organization
from chalicelib.errors import InvalidRequest

LIFE_MS: Final = 600_000
FIELD: Final = "confirmation"

_LABEL: Final = b"quietzone confirmation 1"
_SIGNED_BYTES: Final = 15  # 20 letters of base64: short enough for a model to copy, and nobody guesses 120 bits


class Confirmation(NamedTuple):
    """Its text, and until when it is good."""

    text: str
    until_ms: int


def given(organization: Organization, purpose: str, now_ms: int) -> Confirmation:
    """A confirmation of a purpose: all that tells it from others."""
    until_s = (now_ms + LIFE_MS) // 1000
    return Confirmation(f"{until_s:x}-{_signed(organization, purpose, until_s)}", until_s * 1000)


def check(organization: Organization, purpose: str, text: str, now_ms: int) -> None:
    """Raises InvalidRequest unless this is a confirmation of the purpose that is good now."""
    until, _, _ = text.partition("-")
    until_s = int(until, 16) if 0 < len(until) <= 9 and set(until) <= set("0123456789abcdef") else 0
    expected = f"{until_s:x}-{_signed(organization, purpose, until_s)}"
    if not hmac.compare_digest(expected.encode(), text.encode("utf-8", "surrogatepass")):
        raise InvalidRequest.for_field(
            FIELD, "is not good for this, or not any more, since something has changed; ask again without one"
        )
    if until_s * 1000 <= now_ms:
        raise InvalidRequest.for_field(FIELD, "has expired; ask again without one")


def _signed(organization: Organization, purpose: str, until_s: int) -> str:
    """Told apart by its label from the other uses of the organization's key."""
    key = hmac.digest(organization.hashing_key, _LABEL, hashlib.sha256)
    signature = hmac.digest(key, f"{until_s} {purpose}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return urlsafe_b64encode(signature[:_SIGNED_BYTES]).decode()
