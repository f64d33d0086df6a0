"""The secrets that webhooks are signed with: how one is made, and which are good.

All formats but one key their HMAC with the whole text. `standard` keys it with the bytes behind `whsec_`, of which its
specification wants 24 to 64 (Standard Webhooks, "Signature scheme").
"""

import re
import secrets
from base64 import b64decode, b64encode
from typing import Final

from chalicelib.core.endpoints import STANDARD
from chalicelib.errors import InvalidRequest

PREFIX: Final = "whsec_"
SHORTEST: Final = 16
LONGEST: Final = 200

_NEW_BYTES: Final = 32
_FEWEST_BYTES: Final = 24
_MOST_BYTES: Final = 64
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


def new() -> str:
    """A new secret, good for every format."""
    return PREFIX + b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def check(text: str, format: str, field: str = "secret") -> str:
    """A secret that somebody brings along. Raises InvalidRequest that names the field, and never shows the text."""
    if not SHORTEST <= len(text) <= LONGEST or not _PRINTABLE.fullmatch(text):
        raise InvalidRequest.for_field(field, f"must be {SHORTEST} to {LONGEST} printable ASCII characters, no spaces")
    if not fits(text, format):
        problem = f"of the format {STANDARD} must be {PREFIX} and {_FEWEST_BYTES} to {_MOST_BYTES} bytes in base64"
        raise InvalidRequest.for_field(field, problem)
    return text


def fits(text: str, format: str) -> bool:
    """Whether a format can be signed with a secret."""
    if format != STANDARD:
        return True
    try:
        key = b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        return False
    return text.startswith(PREFIX) and _FEWEST_BYTES <= len(key) <= _MOST_BYTES
