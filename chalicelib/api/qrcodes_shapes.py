"""What the `qrcodes` API answers about codes, field by field, as the service's document has it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Time, Url, one_of, said
from chalicelib.core import rollups as r
from chalicelib.core.days import iso_time
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, Link
from chalicelib.core.rollups import Rollup
from chalicelib.core.styles import COLOUR, CornersDotType, CornersSquareType, DotsType, colour

STATUSES: Final = (ACTIVE, PAUSED, DRAFT)  # those that can be set

CodeId = Annotated[str, said("The code's id. Paths take every spelling of it.", "qr_akn2ybt1za")]
Colour = Annotated[str, Field(pattern=COLOUR, examples=["#1A2B3C"])]
SentColour = Annotated[str, AfterValidator(colour), Field(json_schema_extra={"pattern": COLOUR}, examples=["#1A2B3C"])]
Recounting = Annotated[Literal[True], said("Stored scans are being judged again.")]
Pending = Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]


class ShownStyle(TypedDict, total=False):
    """How the picture looks, as far as it was set."""

    dotsType: DotsType
    dotsColor: Colour
    backgroundColor: Colour
    cornersSquareType: CornersSquareType
    cornersSquareColor: Colour
    cornersDotType: CornersDotType
    cornersDotColor: Colour


class StyleChange(TypedDict, total=False):
    """How the picture shall look, in the words of `qr-code-styling`; null takes a field's value away."""

    dotsType: DotsType | None
    dotsColor: SentColour | None
    backgroundColor: SentColour | None
    cornersSquareType: CornersSquareType | None
    cornersSquareColor: SentColour | None
    cornersDotType: CornersDotType | None
    cornersDotColor: SentColour | None


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
    total_scans: Annotated[Count, said("Scans ever.")]
    unique_scans: Annotated[Count, said("Unique visitors ever.")]
    created_at: Time
    updated_at: Time
    style: NotRequired[ShownStyle]
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
        "name": link.label or link.slug,
        "destination_url": link.destination,
        "short_code": link.slug,
        "short_url": f"{base}/{link.slug}",
        "image_url": f"{base}/api/qr/{spelled}/download",
        "status": state,
        "active": state == ACTIVE,
        "total_scans": r.amount(lifetime, r.TOTAL),
        "unique_scans": r.amount(lifetime, r.VISITORS),
        "created_at": iso_time(link.created_ms),
        "updated_at": iso_time(link.updated_ms or link.created_ms),
        "style": shown_style(link.details.style),
    }


def shown_style(style: Mapping[str, Any]) -> ShownStyle:
    """The part of a link's style that this API has words for."""
    return {name: style[name] for name in ShownStyle.__annotations__ if name in style}  # type: ignore[return-value]


def pagination(page: int, limit: int, total: int) -> Pagination:
    return {"page": page, "limit": limit, "total": total, "total_pages": -(-total // limit)}
