"""A link: a slug, its destination, and whether it redirects now."""

from dataclasses import dataclass
from typing import Final

ACTIVE: Final = "active"
PAUSED: Final = "paused"
DRAFT: Final = "draft"
EXPIRED: Final = "expired"
ERASED: Final = "erased"  # stored only while the erasing runs; nobody is shown such a link

DEFAULT_REDIRECT: Final = 302


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its organization knows it. Times are milliseconds; `status` is as set, `state` as it is now.

    `left_out` are the spans of time whose scans are tests of its own: from a time to just before another. `markers` is
    how many QR codes it ever had: its scans' markers are numbered so.
    """

    organization: int
    number: int
    slug: str
    destination: str
    created_ms: int
    label: str | None = None
    status: str = ACTIVE
    pause_until_ms: int | None = None
    expires_ms: int | None = None
    redirect_type: int = DEFAULT_REDIRECT
    left_out: tuple[tuple[int, int], ...] = ()
    markers: int = 0

    def state(self, now_ms: int) -> str:
        return state(self.status, self.pause_until_ms, self.expires_ms, now_ms)

    def paused_until(self, now_ms: int) -> int | None:
        """When a pause will end by itself; None when it will not, or has."""
        return self.pause_until_ms if self.state(now_ms) == PAUSED else None


def state(status: str, pause_until_ms: int | None, expires_ms: int | None, now_ms: int) -> str:
    """What a link is at a time. An expiry outranks everything; a pause with an end is over when that comes."""
    if expires_ms is not None and now_ms >= expires_ms:
        return EXPIRED
    if status == PAUSED and pause_until_ms is not None and now_ms >= pause_until_ms:
        return ACTIVE
    return status
