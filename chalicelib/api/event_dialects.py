"""What happened, in the words of three older services, so that their receivers go on reading it.

Where a service has no words for an event its receivers get the product's own; those of `qr` in camel case.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api import event_data, qpr_shapes, qr_codes_shapes, qr_urls_shapes, qrcodes_shapes
from chalicelib.api.fields import Count, one_of, said
from chalicelib.core import events, scan_rows, scan_words
from chalicelib.core.endpoints import QPR, QR, QRCODES, STANDARD
from chalicelib.core.events import Drawn, Event, Made, Reached, Scanned
from chalicelib.services.scans import LinkScan

# Fields that the `qr` service calls differently, beside writing them in camel case.
RENAMED: Final = {"link_id": "urlId", "qr_id": "qrCodeId"}
# What a QR code's record counts: nothing when it is new, and what no event knows afterwards.
COUNTED: Final = ("downloadCount", "scanCount")
KEPT_OF_A_SCAN: Final = ("country", "city", "device", "is_unique")


class QrcodesScan(TypedDict):
    """A scan, as the `qrcodes` service posts it."""

    qr_id: qrcodes_shapes.CodeId
    scan_id: Annotated[str, said("The scan's id.")]
    country: Annotated[str | None, said("ISO 3166 code; null when it is not known.", "US")]
    city: Annotated[str | None, said("Null when it is not known.", "San Francisco")]
    device: Annotated[str, one_of(*scan_words.DEVICES)]
    is_unique: Annotated[bool, said("Whether it is the first scan of this code by its visitor.")]


class ScanThreshold(TypedDict):
    """A number of scans that a QR code has come to."""

    qrCodeId: Annotated[str | None, said("null where only its url is known.", "qr_c1t")]
    urlId: Annotated[str, said("The url that it leads to.", "12345")]
    threshold: Count
    totalScans: Count


class ClickThreshold(TypedDict):
    """A number of scans that a url has come to."""

    urlId: Annotated[str, said("The url's id.", "12345")]
    threshold: Count
    totalClicks: Count


# By format, the types of events that it has words of its own for.
SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    STANDARD: {},
    QPR: {
        events.SCAN_CREATED: qpr_shapes.Scan,
        events.CONVERSATION_COMPLETED: qpr_shapes.Scan,
        events.QPR_CODE_CREATED: qpr_shapes.Code,
    },
    QR: {
        events.QR_CREATED: qr_codes_shapes.QrCode,
        events.QR_UPDATED: qr_codes_shapes.QrCode,
        events.QR_DELETED: qr_codes_shapes.QrCode,
        events.QR_SCAN_THRESHOLD: ScanThreshold,
        events.URL_CREATED: qr_urls_shapes.ShortUrl,
        events.URL_CLICK_THRESHOLD: ClickThreshold,
    },
    QRCODES: {events.SCAN_CREATED: QrcodesScan},
}


def data(event: Event, format: str, base: str) -> Mapping[str, Any]:
    """An event's data in the words of a format."""
    if event.type in SHAPES[format]:
        return _OWN[format](event, base)
    neutral = event_data.data(event, base)
    return _camelled(event, neutral) if format == QR else neutral


def camel(name: str) -> str:
    """What `qr` calls a field."""
    return RENAMED.get(name) or to_camel(name)


def _camelled(event: Event, neutral: Mapping[str, Any]) -> dict[str, Any]:
    return {camel(name): value for name, value in neutral.items()} | {"urlId": str(event.link) if event.link else None}


def _qpr(event: Event, base: str) -> Mapping[str, Any]:
    if isinstance(event.subject, Scanned):
        return qpr_shapes.scan(LinkScan(event.subject.scan, event.subject.link))
    return qpr_shapes.code(_made(event).link, 0, base, event.ms)


def _qr(event: Event, base: str) -> Mapping[str, Any]:
    if isinstance(event.subject, Drawn):
        record = qr_codes_shapes.qr_code(event.subject.qr_code, 0)
        unknown = () if event.type == events.QR_CREATED else COUNTED
        return {name: value for name, value in record.items() if name not in unknown}
    if isinstance(event.subject, Reached):
        return _threshold(event.subject, event.type)
    return qr_urls_shapes.url(_made(event).link, base, event.ms)


def _threshold(reached: Reached, type: str) -> ScanThreshold | ClickThreshold:
    url = str(reached.link.number)
    if type == events.URL_CLICK_THRESHOLD:
        return {"urlId": url, "threshold": reached.threshold, "totalClicks": reached.total}
    code = ids.spell("qr", reached.code) if reached.code else None
    return {"qrCodeId": code, "urlId": url, "threshold": reached.threshold, "totalScans": reached.total}


def _qrcodes(event: Event, _base: str) -> Mapping[str, Any]:
    if not isinstance(event.subject, Scanned):
        raise TypeError(event.type)
    row = scan_rows.qrcodes(event.subject.scan)
    kept = {name: row[name] for name in KEPT_OF_A_SCAN}
    return {"qr_id": ids.spell("qr", event.link), "scan_id": row["id"], **kept}


def _made(event: Event) -> Made:
    if not isinstance(event.subject, Made):
        raise TypeError(event.type)
    return event.subject


_OWN: Final[Mapping[str, Callable[[Event, str], Mapping[str, Any]]]] = {QPR: _qpr, QR: _qr, QRCODES: _qrcodes}
