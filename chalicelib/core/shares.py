"""Shared reports: read-only pages of figures for whoever has the address, until it is revoked or has expired.

The token in the address is made from the share's number by the organization's own key, so members can be shown the
address again, and nothing that is stored holds it: a share is found by the SHA-256 of its token.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

LINK: Final = "link"
CAMPAIGN: Final = "campaign"
CLIENT: Final = "client"

MOST_OF_ONE: Final = 100

_LABEL: Final = b"quietzone shared report\x00"
_MAC_BYTES: Final = 24  # 192 bits, as 32 letters


@dataclass(frozen=True, slots=True)
class Share:
    """A shared report of a link, a campaign or a client: `kind` says of which, `of` is its number.

    `name` is for the members alone. `zone` is the time zone that the report opens with.
    """

    organization: int
    number: int
    kind: str
    of: int
    created_ms: int
    name: str = ""
    zone: str = "UTC"
    expires_ms: int | None = None

    def ended(self, now_ms: int) -> bool:
        """Whether it has expired. One that was revoked is not there any more."""
        return self.expires_ms is not None and self.expires_ms <= now_ms


def token(key: bytes, organization: int, number: int) -> str:
    """The token of a share, from its organization's key: the same each time, and good for nothing else."""
    text = _LABEL + f"{organization} {number}".encode()
    return urlsafe_b64encode(hmac.digest(key, text, hashlib.sha256)[:_MAC_BYTES]).decode()
