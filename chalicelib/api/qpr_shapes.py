"""What the `qpr` API answers with, field by field, as the service's document has it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Compact, Count, Time, Url, one_of, said
from chalicelib.api.styles import Scannability, shown_scannability
from chalicelib.core import rollups as r
from chalicelib.core import series, windows
from chalicelib.core.agents import DESKTOP, MOBILE, TABLET, UNKNOWN
from chalicelib.core.conversations import MOST_MESSAGES
from chalicelib.core.days import day_of, iso_day, iso_time
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, Link
from chalicelib.core.periods import HOUR
from chalicelib.core.series import Bucket
from chalicelib.core.windows import Window
from chalicelib.services.analytics import Report
from chalicelib.services.scans import LinkScan

TOPS: Final = 10

CodeId = Annotated[str, said("The code's id. Paths and filters take every spelling of it.", "qpr_akn2ybt1za")]
ShortId = Annotated[str, said("What the scan URL ends with.", "hc9m3r")]
Metadata = Annotated[dict[str, Any], said("What was given with the code: it passes through to its scans.")]


class Code(TypedDict):
    """A QPR Code: what opens a conversation at its destination."""

    id: CodeId
    short_id: ShortId
    name: str | None
    prompt: str | None
    destination: Url
    welcome_message: str | None
    template: str | None
    metadata: Metadata
    report_conversations: Annotated[bool, said("Whether the redirect hands each scan over, to be reported on.")]
    scan_url: Annotated[Url, said("The short link; the picture holds the same without `/s`.")]
    qr_image_url: Annotated[Url, said("Its picture as PNG.")]
    qr_svg_url: Annotated[Url, said("Its picture as SVG.")]
    status: Annotated[str, one_of(ACTIVE, PAUSED, DRAFT, EXPIRED, DELETED), said("Whether it redirects now.")]
    scans_total: Annotated[Count, said("Scans ever, with those that were imported.")]
    created_at: Time
    updated_at: Time
    compact: NotRequired[Compact]
    scannability: NotRequired[Scannability | None]


class Codes(TypedDict):
    """Codes, newest first."""

    qpr_codes: list[Code]
    total: Annotated[Count, said("All there are.")]
    limit: int
    offset: int


class Deleted(TypedDict):
    """What was deleted."""

    id: CodeId
    deleted: Literal[True]


class Scan(TypedDict):
    """A scan of a code."""

    id: Annotated[str, said("The scan's id.")]
    qpr_code_id: CodeId
    short_id: ShortId
    scanned_at: Time
    country: Annotated[str | None, said("ISO 3166 code; null when it is not known.", "US")]
    region: Annotated[str | None, said("Code of the region or state; null when it is not known.", "CA")]
    city: Annotated[str | None, said("Null when it is not known.", "San Francisco")]
    device: Annotated[str, one_of(MOBILE, TABLET, DESKTOP, UNKNOWN)]
    conversation_started: bool
    conversation_messages: Annotated[
        int, said(f"Messages in all, {MOST_MESSAGES:,} at most; 0 without a conversation.")
    ]
    metadata: Annotated[dict[str, Any], said("That of the code as it is now.")]
    conversation_ended: NotRequired[Annotated[bool, said("Whether it is over: by a report, or by silence.")]]


class Scans(TypedDict):
    """Scans, newest first."""

    scans: list[Scan]
    total: Annotated[Count, said("All that fit the filters.")]
    limit: int
    offset: int
    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]
    pending: NotRequired[Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]]


class CountryScans(TypedDict):
    """A country's scans; `other` is the remainder of a full table."""

    country: str
    scans: Count


class Row(TypedDict):
    """An hour, day or week of the series."""

    date: Annotated[str, said("The day, the week's Monday, or the time at which the hour begins.", "2026-03-01")]
    scans: Count
    conversations: Count


class Analytics(TypedDict):
    """What happened to a code in a period."""

    qpr_code_id: CodeId
    period: str
    scans_total: Annotated[Count, said("Scans in the period.")]
    scans_unique_devices: Annotated[Count, said("Unique visitors in the period.")]
    conversation_rate: Annotated[float, said("Conversations per scan, two decimals; 0 without scans.")]
    avg_messages_per_conversation: Annotated[float, said("One decimal; 0 without conversations.")]
    top_countries: Annotated[list[CountryScans], said("Ten at most; unknown ones are left out.")]
    timeseries: Annotated[list[Row], said("Oldest first, also what has no scans.")]
    conversations_total: NotRequired[Count]
    messages_total: NotRequired[Count]
    bots_excluded: NotRequired[Annotated[Count, said("Scans by bots: in no total.")]]
    own_tests_excluded: NotRequired[Annotated[Count, said("Scans left out as own tests: in no total.")]]
    pending: NotRequired[Annotated[Count, said("Scans that are not counted yet: a burst is under way.")]]
    recounting: NotRequired[Annotated[Literal[True], said("Stored scans are being judged again.")]]


def code(link: Link, scans_total: int, base: str, now_ms: int) -> Code:
    spelled, details = code_id(link.number), link.details
    picture = f"{base}/api/qr/{spelled}/download?format="
    return {
        "id": spelled,
        "short_id": link.slug,
        "name": link.label,
        "prompt": details.prompt,
        "destination": link.destination,
        "welcome_message": details.welcome_message,
        "template": details.template,
        "metadata": dict(details.metadata),
        "report_conversations": details.hands_over,
        "scan_url": f"{base}/s/{link.slug}",
        "qr_image_url": f"{picture}png",
        "qr_svg_url": f"{picture}svg",
        "status": link.state(now_ms),
        "scans_total": scans_total,
        "created_at": iso_time(link.created_ms),
        "updated_at": iso_time(link.updated_ms or link.created_ms),
        "compact": details.compact,
        "scannability": shown_scannability(details.scannability),
    }


def code_id(number: int) -> str:
    return ids.spell("qpr", number)


def scan(found: LinkScan) -> Scan:
    key, facts = found.scan.key, found.scan.facts
    return {
        "id": key.id,
        "qpr_code_id": code_id(key.link),
        "short_id": found.link.slug,
        "scanned_at": iso_time(key.ms),
        "country": facts.country or None,
        "region": facts.region or None,
        "city": facts.city or None,
        "device": facts.device or UNKNOWN,
        "conversation_started": facts.conversation,
        "conversation_messages": int(facts.messages),
        "metadata": dict(found.link.details.metadata),
        "conversation_ended": found.scan.ended,
    }


def analytics(link: Link, period: str, granularity: str, report: Report, window: Window) -> Analytics:
    """The answer of `GET /v1/qpr-codes/{id}/analytics`: all of it lies in the window."""
    inside = windows.within(report.days, window)
    scans, conversations, messages = (r.amount(inside, name) for name in (r.TOTAL, r.CONVERSATIONS, r.MESSAGES))
    answer: Analytics = {
        "qpr_code_id": code_id(link.number),
        "period": period,
        "scans_total": scans,
        "scans_unique_devices": windows.uniques(report.days, window, r.VISITORS),
        "conversation_rate": round(conversations / scans, 2) if scans else 0,
        "avg_messages_per_conversation": round(messages / conversations, 1) if conversations else 0,
        "top_countries": _countries(r.table(inside, r.COUNTRY)),
        "timeseries": [_row(it, granularity) for it in series.buckets(report.days, window, granularity)],
        "conversations_total": conversations,
        "messages_total": messages,
    }
    return answer | _beside(report, r.table(inside, r.BOTS))  # type: ignore[return-value]


def _beside(report: Report, left_out: Mapping[str, int]) -> dict[str, int]:
    """What is in no number: bots always, the rest when there is any."""
    tests = left_out.get(OWN_TEST, 0)
    known = {"own_tests_excluded": tests, "pending": report.pending, "recounting": report.recounting}
    return {"bots_excluded": sum(left_out.values()) - tests, **{name: value for name, value in known.items() if value}}


def _countries(values: Mapping[str, int]) -> list[CountryScans]:
    named = {"other" if value == r.OTHER else value: n for value, n in values.items() if value}
    return [{"country": top.value, "scans": top.scans} for top in windows.tops(named, TOPS)]


def _row(bucket: Bucket, granularity: str) -> Row:
    date = iso_time(bucket.start_ms) if granularity == HOUR else iso_day(day_of(bucket.start_ms))
    return {"date": date, "scans": bucket.scans, "conversations": bucket.conversations}
