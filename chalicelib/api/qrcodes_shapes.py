"""What the `qrcodes` API answers about codes, field by field, as the service's document has it."""

from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Compact, Count, Time, Url, one_of, said
from chalicelib.api.styles import Scannability, ShownStyle, shown_scannability, shown_style
from chalicelib.core import rollups as r
from chalicelib.core.days import iso_time
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, Link
from chalicelib.core.rollups import Rollup

STATUSES: Final = (ACTIVE, PAUSED, DRAFT)  # those that can be set

CodeId = Annotated[str, said("The code's id. Paths take every spelling of it.", "qr_akn2ybt1za")]
Recounting = Annotated[Literal[True], said("Stored scans are being judged again.")]
Pending = Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]


class QrCode(TypedDict):
    """A QR code: a short link whose destination can be changed."""

    id: CodeId
    name: Annotated[str, said("A name for people. A code that was made without one shows its short code.")]
    destination_url: Url
    short_code: Annotated[str, said("What the short link ends with.", "spring-sale")]
    short_url: Url
    image_url: Annotated[Url, said("Its picture.")]
    status: Annotated[str, one_of(ACTIVE, PAUSED, DRAFT, EXPIRED, DELETED), said("What it is now.")]
    active: Annotated[bool, said("Whether it redirects now.")]
    total_scans: Annotated[Count, said("Scans ever, with those that were imported.")]
    unique_scans: Annotated[Count, said("Unique visitors ever.")]
    created_at: Time
    updated_at: Time
    style: NotRequired[ShownStyle]
    compact: NotRequired[Compact]
    scannability: NotRequired[Scannability | None]
    pending: NotRequired[Pending]
    recounting: NotRequired[Recounting]


class Pagination(TypedDict):
    """Where a page stands in its list."""

    page: int
    limit: int
    total: Count
    total_pages: Count


class QrCodes(TypedDict):
    """A page of codes, newest first."""

    data: list[QrCode]
    pagination: Pagination


class Deleted(TypedDict):
    """What was deleted."""

    deleted: Literal[True]
    id: CodeId


def code(link: Link, lifetime: Rollup, base: str, now_ms: int) -> QrCode:
    """A code with what was counted for it ever."""
    spelled, state = ids.spell("qr", link.number), link.state(now_ms)
    return {
        "id": spelled,
        "name": link.name,
        "destination_url": link.destination,
        "short_code": link.slug,
        "short_url": f"{base}/{link.slug}",
        "image_url": f"{base}/api/qr/{spelled}/download",
        "status": state,
        "active": state == ACTIVE,
        "total_scans": link.ever(r.amount(lifetime, r.TOTAL)),
        "unique_scans": r.amount(lifetime, r.VISITORS),
        "created_at": iso_time(link.created_ms),
        "updated_at": iso_time(link.updated_ms or link.created_ms),
        "style": shown_style(link.details.style),
        "compact": link.details.compact,
        "scannability": shown_scannability(link.details.scannability),
    }


def pagination(page: int, limit: int, total: int) -> Pagination:
    return {"page": page, "limit": limit, "total": total, "total_pages": -(-total // limit)}
