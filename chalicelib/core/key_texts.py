"""The texts of API keys. A text is shown once; stored is its SHA-256.

Clients of other services check what a key looks like, so each may have keys of its service's form.
"""

import hashlib
import secrets
import string
from typing import Final

from chalicelib.errors import InvalidRequest

LETTERS: Final = 32
LONGEST_PREFIX: Final = 24
PREFIX_LETTERS: Final = frozenset(string.ascii_lowercase + string.digits + "_")
LIVE_PREFIX: Final = "qz_live_"
# Keys of these are a public part of 16 letters and digits, a dot, and the secret.
DOTTED_PREFIXES: Final = frozenset({"snd_live_", "snd_test_"})

_PUBLIC_LETTERS: Final = 16
_ALPHABET: Final = string.ascii_letters + string.digits


def check_prefix(prefix: str) -> None:
    """Raises InvalidRequest for what no key may begin with."""
    if not prefix or len(prefix) > LONGEST_PREFIX or not set(prefix) <= PREFIX_LETTERS:
        raise InvalidRequest.for_field("prefix", "must be 1 to 24 lower-case letters, digits and underscores")


def is_test(prefix: str) -> bool:
    """Whether keys that begin so belong to the test twin of an organization."""
    return "_test_" in prefix


def new_text(prefix: str) -> str:
    """A random text that begins so."""
    public = f"{_random(_PUBLIC_LETTERS)}." if prefix in DOTTED_PREFIXES else ""
    return f"{prefix}{public}{_random(LETTERS)}"


def digest(text: str) -> str:
    """Keys are 190 random bits, so a plain SHA-256 cannot be searched; a slow hash would only slow requests."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _random(letters: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(letters))
