"""What happens to an organization's links and QR codes, as others are told of it.

An event's id derives from what happened: whoever hears of the same thing twice can tell that it is the same.
"""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.codes import QrCode
from chalicelib.core.links import Link
from chalicelib.core.scans import Scan

SCAN_CREATED: Final = "scan.created"
CONVERSATION_COMPLETED: Final = "conversation.completed"
QR_CREATED: Final = "qr.created"
QR_UPDATED: Final = "qr.updated"
QR_DELETED: Final = "qr.deleted"
QR_SCAN_THRESHOLD: Final = "qr.scan_threshold"
URL_CREATED: Final = "url.created"
URL_CLICK_THRESHOLD: Final = "url.click_threshold"
QPR_CODE_CREATED: Final = "qpr_code.created"
TYPES: Final = (
    SCAN_CREATED,
    CONVERSATION_COMPLETED,
    QR_CREATED,
    QR_UPDATED,
    QR_DELETED,
    QR_SCAN_THRESHOLD,
    URL_CREATED,
    URL_CLICK_THRESHOLD,
    QPR_CODE_CREATED,
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan of a link; `code` is the number of the QR code that was scanned, 0 where none is known."""

    scan: Scan
    link: Link
    code: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """A link that is new."""

    link: Link


@dataclass(frozen=True, slots=True)
class Drawn:
    """A QR code that is new, changed or gone; `link` is the one that it leads to, None for a standalone one, and for
    one whose link is erased."""

    qr_code: QrCode
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A number of scans that a link, or one of its QR codes (`code` is its number, else 0), has just come to."""

    link: Link
    threshold: int
    total: int
    code: int = 0


Subject = Scanned | Made | Drawn | Reached


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a time, in milliseconds. `type` is one of TYPES."""

    id: str
    type: str
    ms: int
    organization: int
    subject: Subject

    @property
    def link(self) -> int:
        """The number of the link that it is about; 0 for a standalone QR code."""
        if isinstance(self.subject, Drawn):
            return self.subject.qr_code.link or 0
        return self.subject.link.number

    @property
    def code(self) -> int:
        """The number of the QR code that it is about; 0 where none is known."""
        if isinstance(self.subject, Drawn):
            return self.subject.qr_code.number
        return 0 if isinstance(self.subject, Made) else self.subject.code

    @property
    def campaign(self) -> int:
        """The number of the campaign that its link is in now; 0 for none."""
        return self.subject.link.campaign if self.subject.link else 0
