"""Bearer tokens: what a client of the `qr` API gets for its key, good for 15 minutes.

A token is a JWT (RFC 7519) signed with HS256 by a key of its organization's own. It lives as long as the API key it was
given for, and may do what that key may.
"""

import hashlib
import hmac
from dataclasses import replace
from typing import Any, Final, NamedTuple

from chalicelib import ids
from chalicelib.core.accounts import Organization
from chalicelib.errors import Forbidden, Unauthorized
from chalicelib.services import callers
from chalicelib.services.callers import Caller

LIFE_SECONDS: Final = 900

_ALGORITHM: Final = "HS256"
_LABEL: Final = b"quietzone bearer token 1"


class Token(NamedTuple):
    """A token's text, and for how many seconds it is good."""

    text: str
    expires_in: int


def issue(caller: Caller, now_ms: int) -> Token:
    """A token for a caller who came with a key. Raises Forbidden for one who came with a token: it would never end."""
    import jwt

    if caller.by_token:
        raise Forbidden.token()
    claims = {
        "org": ids.spell("org", caller.organization.number),
        "key": ids.spell("key", caller.key),
        "scopes": sorted(caller.scopes),
        "iat": now_ms // 1000,
        "exp": now_ms // 1000 + LIFE_SECONDS,
    }
    return Token(jwt.encode(claims, _signing_key(caller.organization), algorithm=_ALGORITHM), LIFE_SECONDS)


def looks_like_one(text: str) -> bool:
    """Whether this is a JWT rather than an API key: `{"` in base64, and three parts."""
    return text.startswith("eyJ") and text.count(".") == 2


def authenticate_token(text: str) -> Caller:
    """Who a token was given to. Raises Unauthorized; KeyRevoked and KeyExpired when its key has ended."""
    believed = callers.of_number(*_claimed(text))
    scopes = frozenset(_verified(text, believed.organization)["scopes"])
    caller = callers.admit(believed)
    return replace(caller, scopes=caller.scopes & scopes, by_token=True)


def _claimed(text: str) -> tuple[int, int]:
    """The organization and key that a token names, true or not."""
    import jwt

    try:
        claims = jwt.decode(text, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError) as error:
        raise Unauthorized.invalid_token() from error
    organization, key = ids.parse(str(claims.get("org"))), ids.parse(str(claims.get("key")))
    if organization is None or key is None:
        raise Unauthorized.invalid_token()
    return organization, key


def _verified(text: str, organization: Organization) -> dict[str, Any]:
    import jwt

    # The time of issue is not compared: the clock of the process that gave it may be a little ahead of ours.
    options: Any = {"require": ["exp", "iat", "scopes"], "verify_iat": False}
    try:
        return jwt.decode(text, _signing_key(organization), algorithms=[_ALGORITHM], options=options)
    except jwt.InvalidTokenError as error:
        raise Unauthorized.invalid_token() from error


def _signing_key(organization: Organization) -> bytes:
    """Told apart by its label from the other uses of the organization's key: its visitor hashes."""
    return hmac.digest(organization.hashing_key, _LABEL, hashlib.sha256)
