"""Logos of QR codes: fetched once, when a code gets one, and stored with it. Drawing reads what is stored."""

import hashlib
from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from chalicelib.core.destinations import check
from chalicelib.core.limits import Limit
from chalicelib.core.styles import Style
from chalicelib.errors import InvalidRequest, Unavailable, UnsafeDestination
from chalicelib.outbound import fetching
from chalicelib.outbound.policies import PUBLIC, Limits, Policy
from chalicelib.outbound.refused import Reason, Refused
from chalicelib.qr.logos import normalise
from chalicelib.services import limits
from chalicelib.services.callers import Caller
from chalicelib.store import logos as stored
from chalicelib.store.transactions import Transaction

LIMITS: Final = Limits(seconds=3, most_bytes=1_048_576)
MOST_HELD: Final = 16  # in memory, of 300 KB each at most
TRIES: Final = Limit("logo-tries", 30)
ACCEPT: Final = "image/png, image/jpeg, image/webp"

# What each refusal is about, in words that end a sentence about the logo.
SAID: Final[dict[Reason, str]] = {
    "url": "must be an https URL",
    "port": "must be on the port 443",
    "unresolvable": "has a host name that cannot be resolved",
    "private": "must not be on a private or internal host",
    "unreachable": "is on a host that takes no connections",
    "timeout": f"took longer than {LIMITS.seconds:g} seconds",
    "certificate": "is on a host without a valid certificate",
    "tls": "is on a host that does not speak TLS as it should",
    "redirect": "answered with a redirect; give the address of the image itself",
    "status": "answered with the status {status} instead of an image",
    "encoded": "answered with a compressed body, which was not asked for",
    "too_large": f"must be at most {LIMITS.most_bytes // 1_048_576} MB",
    "broken": "broke off, or did not answer in HTTP",
}


class Logo(NamedTuple):
    """A PNG as it is drawn, and the SHA-256 of it in hexadecimal."""

    digest: str
    content: bytes


def fetch(url: str, policy: Policy = PUBLIC) -> Logo:
    """The logo that a URL leads to now. Raises InvalidRequest that names `logo`, UnsafeDestination."""
    try:
        found = fetching.get(url, LIMITS, ACCEPT, policy)
    except Refused as refused:
        message = f"logo: {SAID[refused.reason].format(status=refused.status)}"
        kind = UnsafeDestination if refused.reason == "private" else InvalidRequest
        raise kind(message, "logo") from refused
    return _made(found)


def tried(caller: Caller, content: bytes, now_ms: int) -> Logo:
    """A logo of somebody's file, stored for a day: until then a code may get it. Raises InvalidRequest, RateLimited."""
    if len(content) > LIMITS.most_bytes:
        raise InvalidRequest.for_field("logo", SAID["too_large"])
    limits.take(caller, TRIES, now_ms)
    return _stored_for_a_day(caller, _made(content), now_ms)


def tried_url(caller: Caller, url: str, own_hosts: Collection[str], now_ms: int) -> Logo:
    """The same of the logo that a URL leads to now. Raises UnsafeDestination too."""
    check_url(url, own_hosts)
    limits.take(caller, TRIES, now_ms)
    return _stored_for_a_day(caller, fetch(url), now_ms)


def check_url(url: str, own_hosts: Collection[str]) -> None:
    """It will be fetched: not over a wire that anybody may read, and not from ourselves."""
    check(url, own_hosts, "logo")
    if not url.lower().startswith("https:"):
        raise InvalidRequest.for_field("logo", "must be an https URL")


def keep(write: Transaction, organization: int, logo: Logo) -> None:
    """Add a logo to the transaction of the code that has it; one that is stored costs a read, not a write."""
    found = stored.read_stored(organization, logo.digest)
    if found is None or not found.stays:
        stored.put(write, organization, logo.digest, logo.content)


def chosen(organization: int, digest: str) -> Logo:
    """A logo that was tried, or is in use. Raises InvalidRequest for one that is not there, or not any more."""
    content = read(organization, digest)
    if content is None:
        raise InvalidRequest.for_field("logo", "is no longer here: choose the file again")
    return Logo(digest, content)


def read(organization: int, digest: str) -> bytes | None:
    """The logo of an organization's codes with that digest; None when there is none. Raises Unavailable."""
    return stored.read(organization, digest)


def of(organization: int, style: Style) -> bytes | None:
    """The logo that a style is drawn with; None for one without. Raises Unavailable, also when it is missing."""
    if style.logo_image is None:
        return None
    return _held(organization, style.logo_image)


def _made(content: bytes) -> Logo:
    written = normalise(content)
    return Logo(hashlib.sha256(written).hexdigest(), written)


def _stored_for_a_day(caller: Caller, logo: Logo, now_ms: int) -> Logo:
    stored.put_tried(caller.organization.number, logo.digest, logo.content, now_ms)
    return logo


@lru_cache(maxsize=MOST_HELD)
def _held(organization: int, digest: str) -> bytes:
    """One of the last few logos that were drawn, without reading it again: none is ever changed."""
    content = read(organization, digest)
    if content is None:
        raise Unavailable.storage()
    return content
