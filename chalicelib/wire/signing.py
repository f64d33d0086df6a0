"""Signature Version 4, by which AWS knows who asks (IAM User Guide, "Create a signed AWS API request").

Only for what the redirect sends: a POST to `/` without a query, the whole body at hand. Pure: the time is a parameter.
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

ALGORITHM: Final = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """Whose request it is. `token` is that of a role's session, empty for none."""

    access_key: str
    secret_key: str
    token: str = ""


class Scope(NamedTuple):
    """Where a signature is good."""

    region: str
    service: str


def signed(headers: Mapping[str, str], body: bytes, credentials: Credentials, scope: Scope, at: str) -> dict[str, str]:
    """A request's headers, with those that sign it and all of them.

    Their names are in lower case, their values without blanks around; `host` is one. `at` is the time in UTC,
    `YYYYMMDDTHHMMSSZ`: AWS believes a signature for 5 minutes.
    """
    sent = {**headers, "x-amz-date": at}
    if credentials.token:
        sent["x-amz-security-token"] = credentials.token
    names = sorted(sent)
    signing = ";".join(names)
    lines = "".join([f"{name}:{sent[name]}\n" for name in names])
    canonical = f"POST\n/\n\n{lines}\n{signing}\n{hashlib.sha256(body).hexdigest()}"
    place = f"{at[:8]}/{scope.region}/{scope.service}/aws4_request"
    text = f"{ALGORITHM}\n{at}\n{place}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = _mac(_key(credentials.secret_key, at[:8], scope), text).hex()
    sent["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{place}, SignedHeaders={signing}, Signature={signature}"
    )
    return sent


@lru_cache(maxsize=4)
def _key(secret: str, day: str, scope: Scope) -> bytes:
    """The key of a day's signatures: the same for every request, and four hashes to make."""
    key = _mac(f"AWS4{secret}".encode(), day)
    for part in (*scope, "aws4_request"):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
