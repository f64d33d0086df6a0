"""What the tools of `/mcp` answer, field by field."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.dynamic_scans import ValueCount
from chalicelib.api.fields import Count, Date, Time, Url, one_of, said
from chalicelib.api.styles import Scannability
from chalicelib.core.days import iso_time
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED
from chalicelib.core.links import Link as Known

Tops = Annotated[list[ValueCount], said("The leading values, eight at most; `other` is the rest of a full table.")]
Uniques = Annotated[int, Field(ge=0), said("Different visitors, exactly.")]
Pending = Annotated[Count, said("Scans that are in no number yet: a burst is under way.")]
Recounting = Annotated[Literal[True], said("Stored scans are being judged again.")]


class LinkName(TypedDict):
    """Which link it is."""

    id: str
    label: str | None
    short_url: Url
    destination: Url


class Link(LinkName):
    """A short link."""

    slug: str
    status: Annotated[str, one_of(ACTIVE, PAUSED, DRAFT, EXPIRED, DELETED), said("Whether it redirects now.")]
    pause_until: Annotated[Time | None, said("When a pause will end by itself.")]
    expires_at: Time | None
    campaign: Annotated[str | None, said("The id of its campaign.")]
    tags: list[str]
    created_at: Time


class Links(TypedDict):
    """Links, newest first."""

    links: list[Link]
    next_cursor: Annotated[str | None, said("The cursor of the next page, null at the end. A page may be short.")]


class Failed(TypedDict):
    """A link that was not made, and why."""

    index: Annotated[int, said("Its place in what was sent, from 0.")]
    code: str
    error: str


class Bulk(TypedDict):
    """What was made: the first that were sent."""

    created: list[Link]
    failed: list[Failed]


class Outcome(TypedDict):
    """What was done, or would be."""

    done: Annotated[bool, said("Whether anything was changed.")]
    effect: Annotated[str, said("What was changed, or would be with the confirmation.")]
    link: Annotated[Link, said("The link as it is now, or was.")]
    confirmation: NotRequired[Annotated[str, said("Give it with the same arguments once the user has agreed.")]]
    confirm_until: NotRequired[Annotated[Time, said("When the confirmation expires.")]]


class Period(TypedDict):
    """Days, both included, in UTC."""

    first: Date
    last: Date
    days: int


class Day(TypedDict):
    day: Date
    scans: Count
    unique_visitors: Uniques


class Scans(TypedDict):
    """How often a link was scanned."""

    link: LinkName
    total_ever: Annotated[Count, said("Scans ever, with those that were imported.")]
    period: Period
    scans: Annotated[Count, said("Scans in the period.")]
    unique_visitors: Uniques
    daily: Annotated[list[Day], said("Every day of the period, oldest first.")]
    countries: Tops
    cities: Tops
    devices: Tops
    operating_systems: Tops
    browsers: Tops
    referrers: Tops
    bots_excluded: Annotated[Count, said("Scans by bots in the period: they are in no number.")]
    own_tests_excluded: NotRequired[Count]
    pending: NotRequired[Pending]
    recounting: NotRequired[Recounting]


class Compared(TypedDict):
    """What a link came to in the period, and in as many days before it."""

    link: LinkName
    scans: Count
    unique_visitors: Uniques
    scans_before: Count
    unique_visitors_before: Uniques
    change_percent: Annotated[float | None, said("Of the scans, against the days before; null when these had none.")]
    top_country: str | None
    top_device: str | None


class Comparison(TypedDict):
    """Links side by side, in the order asked for."""

    period: Period
    before: Period
    rows: list[Compared]
    leader: Annotated[str | None, said("The id of the link with most scans in the period; null where none has any.")]
    pending: NotRequired[Pending]
    recounting: NotRequired[Recounting]


class Ranked(TypedDict):
    """A link, and its scans in the period."""

    rank: int
    link: LinkName
    scans: Count
    unique_visitors: Uniques


class Ranking(TypedDict):
    """The links that were scanned most, most scans first."""

    period: Period
    rows: list[Ranked]
    links_looked_at: Count
    complete: Annotated[bool, said("False when there are so many links that another one may belong here.")]
    pending: NotRequired[Pending]


class Drawn(TypedDict):
    """A picture, which comes beside this as an image or, in SVG, as a text."""

    text: Annotated[str, said("What the QR code holds.")]
    media_type: Annotated[str, one_of("image/png", "image/svg+xml")]
    bytes: Annotated[int, said("How large the file is.")]
    scannability: Scannability
    link: NotRequired[LinkName]


def name(link: Known, base: str) -> LinkName:
    return {
        "id": ids.spell("dc", link.number),
        "label": link.label,
        "short_url": f"{base}/{link.slug}",
        "destination": link.destination,
    }


def link(found: Known, base: str, now_ms: int) -> Link:
    until = found.paused_until(now_ms)
    return {
        **name(found, base),
        "slug": found.slug,
        "status": found.state(now_ms),
        "pause_until": None if until is None else iso_time(until),
        "expires_at": None if found.expires_ms is None else iso_time(found.expires_ms),
        "campaign": ids.spell("camp", found.campaign) if found.campaign else None,
        "tags": list(found.details.tags),
        "created_at": iso_time(found.created_ms),
    }
