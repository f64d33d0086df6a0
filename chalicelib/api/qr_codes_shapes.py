"""What the QR codes of the `qr` API look like, field by field, as the service's document has them."""

from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Time, one_of, said
from chalicelib.api.styles import Scannability, ShownStyle, shown_scannability, shown_style
from chalicelib.core import codes
from chalicelib.core.days import iso_time
from chalicelib.core.kinds import KINDS
from chalicelib.core.styles import FORMATS, LEVELS, WORDS

QrCodeId = Annotated[str, said("The QR code's id. Paths take every spelling of it.", "qr_akn2ybt1za")]

# The document's answer of `POST /api/v1/qr`.
EXAMPLE: Final = {
    "success": True,
    "data": {
        "id": "qr_uuid",
        "urlId": "12345",
        "organizationId": "org_uuid",
        "qrData": "https://shortnd.com/abc123",
        "format": "png",
        "size": 512,
        "errorCorrection": "M",
        "foregroundColor": "#000000",
        "backgroundColor": "#FFFFFF",
        "logoUrl": None,
        "downloadCount": 0,
        "scanCount": 0,
        "downloadUrl": "/api/qr/qr_uuid/download",
        "previewUrl": "/qr/qr_uuid",
        "createdAt": "2026-05-08T10:30:00Z",
    },
}
# Its request bodies: of a url, and a part of it for an edit.
ASKED: Final = {
    "urlId": 12345,
    "size": 512,
    "format": "png",
    "foregroundColor": "#000000",
    "backgroundColor": "#FFFFFF",
    "errorCorrectionLevel": "M",
}
ASKED_EDIT: Final = {name: value for name, value in ASKED.items() if name != "urlId"}


class QrCode(TypedDict):
    """A QR code of a url, or a standalone one."""

    id: QrCodeId
    urlId: Annotated[str | None, said("The url that it leads to; null for a standalone one.", "12345")]
    organizationId: Annotated[str, said("Whose it is.", "org_akmvj71hvw")]
    qrData: Annotated[str, said("What it holds, as it was made: it never changes.", "https://example.com/spring")]
    format: Annotated[str, one_of(*FORMATS)]
    size: Annotated[int, said("The picture's width and height in pixels.")]
    errorCorrection: Annotated[
        str, one_of(*LEVELS), said("The level that it has: with a logo H, whatever was asked for.")
    ]
    foregroundColor: Annotated[str, said("Six hexadecimal digits.", "#000000")]
    backgroundColor: Annotated[str, said("Six hexadecimal digits, or transparent.", "#FFFFFF")]
    logoUrl: Annotated[str | None, said("The image at its centre.")]
    downloadCount: Annotated[Count, said("How often its picture was fetched; copies that caches hold are not seen.")]
    scanCount: Annotated[Count, said("How often it was ever scanned, bots left out; 0 for a standalone one.")]
    downloadUrl: Annotated[str, said("Where its picture is.", "/api/qr/qr_akn2ybt1za/download")]
    previewUrl: Annotated[str, said("Where a page shows it.", "/qr/qr_akn2ybt1za")]
    createdAt: Time
    type: NotRequired[Annotated[str, one_of(*KINDS), said("What it holds.")]]
    scannability: NotRequired[Scannability | None]
    compact: NotRequired[Annotated[bool, said("Whether it holds its short URL in capitals.")]]
    quietZone: NotRequired[Annotated[int, said("The margin around it, in modules.")]]
    style: NotRequired[Annotated[ShownStyle, said("Its shapes and colours, in the words of `qr-code-styling`.")]]
    stylePreset: NotRequired[Annotated[str, said("The look of its modules, by name.", "default")]]
    deletedAt: NotRequired[Annotated[Time, said("When it was deleted; absent while it is not.")]]


class DeletedQrCode(TypedDict):
    """What was deleted."""

    id: QrCodeId
    deleted: Literal[True]


def qr_code(code: codes.QrCode, scans: int, downloads: int = 0) -> QrCode:
    spelled, style = ids.spell("qr", code.number), code.style
    answer: QrCode = {
        "id": spelled,
        "urlId": None if code.link is None else str(code.link),
        "organizationId": ids.spell("org", code.organization),
        "qrData": code.payload,
        "format": style.format,
        "size": style.size,
        "errorCorrection": codes.level_of(style),
        "foregroundColor": style.foreground,
        "backgroundColor": style.background,
        "logoUrl": style.logo,
        "downloadCount": downloads,
        "scanCount": scans,
        "downloadUrl": f"/api/qr/{spelled}/download",
        "previewUrl": f"/qr/{spelled}",
        "createdAt": iso_time(code.created_ms),
        "type": code.kind,
        "compact": code.compact,
        "scannability": shown_scannability(code.scannability),
        "stylePreset": style.preset,
        "quietZone": style.quiet_zone,
        "style": shown_style({word: value for word, name in WORDS.items() if (value := getattr(style, name))}),
    }
    if code.deleted_ms is not None:
        answer["deletedAt"] = iso_time(code.deleted_ms)
    return answer
