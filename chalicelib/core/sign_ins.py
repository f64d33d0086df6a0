"""Signing in by a link in a mail: how long link and session are good, who may ask how often, and what the mail says."""

import hashlib
from ipaddress import IPv6Address, ip_address
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from chalicelib.core.days import DAY_MS

LINK_MS: Final = 15 * 60_000
SESSION_MS: Final = 30 * DAY_MS

# Who asks: so often in any 15 minutes for one mail address, and from one place.
WINDOW_MS: Final = 15 * 60_000
MOST_FOR_ADDRESS: Final = 5
MOST_FROM_SOURCE: Final = 20

SUBJECT: Final = "Sign in to Quietzone"

_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)
# Twenty bits: some 4,000 addresses of the IPv4 internet share one, so it says of nobody that they were here.
_SOURCE_LETTERS: Final = 5
_IPV6_HOST_BITS: Final = 64


def address_digest(email: str) -> str:
    """The SHA-256 of a mail address, however its ASCII letters are written.

    Other letters are left alone: `casefold` takes the Kelvin sign for a k, so that one mailbox would open another's.
    """
    return _sha256(email.strip().translate(_LOWER))


def source_digest(address: str) -> str:
    """Twenty bits for where a request comes from: enough to count by, too few to tell a person. Of IPv6 the network
    counts, since whoever has one address there has 2^64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return _sha256(address)[:_SOURCE_LETTERS]
    if isinstance(parsed, IPv6Address):
        return _sha256(f"{int(parsed) >> _IPV6_HOST_BITS:x}::/64")[:_SOURCE_LETTERS]
    return _sha256(str(parsed))[:_SOURCE_LETTERS]


def recent(times_ms: list[int], now_ms: int) -> list[int]:
    """The times that still count, oldest first."""
    return sorted(time for time in times_ms if time > now_ms - WINDOW_MS)


def letter(url: str) -> str:
    """The text of the mail with a link to sign in with."""
    return (
        "Somebody, most likely you, wants to sign in to Quietzone with this address.\n"
        "\n"
        "Open this link, and press the button there:\n"
        "\n"
        f"{url}\n"
        "\n"
        "The link is good for 15 minutes, and once. If you did not ask for it, ignore this mail: nobody can sign in\n"
        "without the link.\n"
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
