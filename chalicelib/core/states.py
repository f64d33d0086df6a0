"""What a link is at a time: as it was set, or as it became by itself."""

from typing import Final

ACTIVE: Final = "active"
PAUSED: Final = "paused"
DRAFT: Final = "draft"
EXPIRED: Final = "expired"
DELETED: Final = "deleted"  # by the soft delete of the `qr` API: out of every list, and still readable by its id
ERASED: Final = "erased"  # stored only while the erasing runs; nobody is shown such a link


def state(status: str, pause_until_ms: int | None, expires_ms: int | None, now_ms: int) -> str:
    """What a link is at a time. An expiry outranks all but a deletion; a pause with an end is over when that comes."""
    if status == DELETED:
        return DELETED
    if expires_ms is not None and now_ms >= expires_ms:
        return EXPIRED
    if status == PAUSED and pause_until_ms is not None and now_ms >= pause_until_ms:
        return ACTIVE
    return status
