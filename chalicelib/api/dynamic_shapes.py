"""What the `dynamic` API answers with, field by field, as the service's document has it."""

from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Compact, Time, Url, one_of, said
from chalicelib.api.styles import Scannability, shown_scannability
from chalicelib.core.accounts import Member
from chalicelib.core.codes import QrCode
from chalicelib.core.days import iso_time, iso_time_if_any
from chalicelib.core.links import ACTIVE, DELETED, DRAFT, EXPIRED, PAUSED, Link
from chalicelib.core.plans import Plan

VERSION: Final = "1"

CodeId = Annotated[str, said("The code's id. Paths and filters take every spelling of it.", "dc_akn2ybt1za")]
Slug = Annotated[str, said("What the short link ends with.", "spring-sale")]
Label = Annotated[str | None, said("A name for people.")]


class Discovery(TypedDict):
    """What is served here."""

    name: str
    version: str
    docs: Url
    openapi: Url


class Limits(TypedDict):
    """What an account can do; null is no limit."""

    dynamic_codes: int | None
    scan_analytics_days: int | None
    detailed_analytics: bool


class Me(TypedDict):
    """The member whom the key belongs to."""

    id: Annotated[str, said("The member's id.", "usr_akmvj71hvw")]
    email: str
    name: str
    created_at: Time
    plan: str
    limits: Limits


class DynamicCode(TypedDict):
    """A dynamic code: a short link whose destination can be changed."""

    id: CodeId
    slug: Slug
    short_url: Url
    destination: Url
    label: Label
    compact: NotRequired[Compact]
    scannability: NotRequired[Scannability | None]


class DynamicCodeRow(DynamicCode):
    """A dynamic code with its state."""

    status: Annotated[str, one_of(ACTIVE, PAUSED, EXPIRED, DELETED), said("Whether it redirects now.")]
    pause_until: Annotated[Time | None, said("When a pause will end by itself.")]
    created_at: Time


class DynamicCodes(TypedDict):
    """Codes, newest first."""

    codes: list[DynamicCodeRow]
    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class StaticCode(TypedDict):
    """A static code: a payload that is printed as it is."""

    id: Annotated[str, said("The code's id.", "qr_akn2ybt1za")]
    type: str
    payload: str
    label: Label
    scannability: NotRequired[Scannability | None]


class StaticEntry(StaticCode):
    """A static code in a list of every kind."""

    dynamic: Literal[False]
    destination: Annotated[str, said("Of a static code, its payload.")]
    status: Literal["active"]
    short_url: None
    created_at: Time


class DynamicEntry(DynamicCodeRow):
    """A dynamic code in a list of every kind."""

    type: Literal["url"]
    dynamic: Literal[True]


class Codes(TypedDict):
    """Codes of every kind, newest first."""

    codes: list[DynamicEntry | StaticEntry]
    next_cursor: NotRequired[str]


class Deleted(TypedDict):
    """What was deleted."""

    deleted: Literal[True]
    id: CodeId


def discovery(base: str) -> Discovery:
    return {
        "name": "Quietzone",
        "version": VERSION,
        "docs": f"{base}/docs",
        "openapi": f"{base}/openapi.json",
    }


def member(member: Member, plan: Plan) -> Me:
    """Beyond the documented fields, what clients look at to know what an account can do; None is no limit."""
    return {
        "id": ids.spell("usr", member.number),
        "email": member.email,
        "name": member.name,
        "created_at": iso_time(member.created_ms),
        "plan": plan.name,
        "limits": {"dynamic_codes": None, "scan_analytics_days": None, "detailed_analytics": True},
    }


def link(link: Link, base: str) -> DynamicCode:
    return {
        "id": ids.spell("dc", link.number),
        "slug": link.slug,
        "short_url": f"{base}/{link.slug}",
        "destination": link.destination,
        "label": link.label,
        "compact": link.details.compact,
        "scannability": shown_scannability(link.details.scannability),
    }


def link_row(found: Link, base: str, now_ms: int) -> DynamicCodeRow:
    until = found.paused_until(now_ms)
    return {
        **link(found, base),
        "status": _status(found, now_ms),
        "pause_until": iso_time_if_any(until),
        "created_at": iso_time(found.created_ms),
    }


def static_code(code: QrCode) -> StaticCode:
    return {
        "id": ids.spell("qr", code.number),
        "type": code.kind,
        "payload": code.payload,
        "label": code.label,
        "scannability": shown_scannability(code.scannability),
    }


def code_row(code: Link | QrCode, base: str, now_ms: int) -> DynamicEntry | StaticEntry:
    if isinstance(code, Link):
        return {**link_row(code, base, now_ms), "type": "url", "dynamic": True}
    return {
        **static_code(code),
        "dynamic": False,
        "destination": code.payload,  # of a static code there is nothing else
        "status": "active",
        "short_url": None,
        "created_at": iso_time(code.created_ms),
    }


def _status(found: Link, now_ms: int) -> str:
    """`dynamic` knows no draft: such a link does not redirect, so it shows as paused."""
    state = found.state(now_ms)
    return PAUSED if state == DRAFT else state
