"""What happened, in the product's own words: the data of every event in the format `standard`, and of those that
another format has no words for."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib import ids
from chalicelib.api.event_shapes import LinkData, QrCodeData, ReachedData, ScanData
from chalicelib.api.styles import shown_scannability, shown_style
from chalicelib.core import codes, events
from chalicelib.core.agents import UNKNOWN
from chalicelib.core.days import iso_time, iso_time_if_any
from chalicelib.core.events import Drawn, Event, Made, Reached, Scanned
from chalicelib.core.links import Link
from chalicelib.core.styles import WORDS, Style

SHAPES: Final[Mapping[str, Any]] = {
    events.SCAN_CREATED: ScanData,
    events.CONVERSATION_COMPLETED: ScanData,
    events.QR_CREATED: QrCodeData,
    events.QR_UPDATED: QrCodeData,
    events.QR_DELETED: QrCodeData,
    events.QR_SCAN_THRESHOLD: ReachedData,
    events.URL_CREATED: LinkData,
    events.URL_CLICK_THRESHOLD: ReachedData,
    events.QPR_CODE_CREATED: LinkData,
}


def data(event: Event, base: str) -> Mapping[str, Any]:
    """An event's data in the shape that SHAPES has for its type. `base` is the address that short links start with."""
    subject = event.subject
    if isinstance(subject, Scanned):
        return _scan(subject)
    if isinstance(subject, Made):
        return _link(subject.link, base, event.ms)
    return _qr_code(subject, base) if isinstance(subject, Drawn) else _reached(subject)


def _scan(subject: Scanned) -> ScanData:
    scan, link = subject.scan, subject.link
    facts = scan.facts
    return {
        "scan_id": scan.key.id,
        "link_id": ids.spell("dc", scan.key.link),
        "slug": link.slug,
        "label": link.label,
        "qr_id": _spelled("qr", subject.code),
        "campaign_id": _spelled("camp", link.campaign),
        "client_id": _spelled("client", link.client),
        "scanned_at": iso_time(scan.key.ms),
        "country": facts.country or None,
        "region": facts.region or None,
        "region_name": facts.region_name or None,
        "city": facts.city or None,
        "language": facts.language or None,
        "device": facts.device if facts.device not in ("", UNKNOWN) else None,
        "os": facts.os or None,
        "browser": facts.browser or None,
        "referrer": facts.referrer or None,
        "method": facts.method or None,
        "app": facts.app or None,
        "is_unique": bool(scan.first),
        "conversation_started": facts.conversation,
        "conversation_messages": int(facts.messages),
        "conversation_ended": scan.ended,
        "metadata": dict(link.details.metadata),
    }


def _link(link: Link, base: str, ms: int) -> LinkData:
    details, until = link.details, link.paused_until(ms)
    return {
        "link_id": ids.spell("dc", link.number),
        "slug": link.slug,
        "short_url": f"{base}/{link.slug}",
        "destination": link.destination,
        "label": link.label,
        "status": link.state(ms),
        "campaign_id": _spelled("camp", link.campaign),
        "client_id": _spelled("client", link.client),
        "redirect_type": link.redirect_type,
        "pause_until": iso_time_if_any(until),
        "expires_at": iso_time_if_any(link.expires_ms),
        "description": details.description,
        "category": details.category,
        "tags": list(details.tags),
        "utm": dict(details.utm),
        "prompt": details.prompt,
        "welcome_message": details.welcome_message,
        "template": details.template,
        "metadata": dict(details.metadata),
        "created_at": iso_time(link.created_ms),
        "updated_at": iso_time(link.updated_ms or link.created_ms),
    }


def _qr_code(subject: Drawn, base: str) -> QrCodeData:
    code, link, style = subject.qr_code, subject.link, subject.qr_code.style
    spelled = ids.spell("qr", code.number)
    return {
        "qr_id": spelled,
        "link_id": _spelled("dc", code.link or 0),
        "slug": link.slug if link else None,
        "label": code.label or (link.label if link else None),
        "campaign_id": _spelled("camp", link.campaign if link else 0),
        "client_id": _spelled("client", link.client if link else 0),
        "kind": code.kind,
        "payload": code.payload,
        "image_url": f"{base}/api/qr/{spelled}/download",
        "format": style.format,
        "size": style.size,
        "error_correction": codes.level_of(style),
        "quiet_zone": style.quiet_zone,
        "style": shown_style(_words(style)),
        "logo_url": style.logo,
        "compact": code.compact,
        "scannability": shown_scannability(code.scannability),
        "created_at": iso_time(code.created_ms),
        "deleted_at": iso_time_if_any(code.deleted_ms),
    }


def _reached(subject: Reached) -> ReachedData:
    link = subject.link
    return {
        "link_id": ids.spell("dc", link.number),
        "slug": link.slug,
        "label": link.label,
        "qr_id": _spelled("qr", subject.code),
        "campaign_id": _spelled("camp", link.campaign),
        "client_id": _spelled("client", link.client),
        "threshold": subject.threshold,
        "total_scans": subject.total,
    }


def _words(style: Style) -> dict[str, Any]:
    """A style in the words of `qr-code-styling`, as far as it was set."""
    return {word: value for word, name in WORDS.items() if (value := getattr(style, name))}


def _spelled(prefix: str, number: int) -> str | None:
    return ids.spell(prefix, number) if number else None
