"""What the `qrcodes` API takes: bodies and query parameters."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, StringConstraints, ValidationInfo, field_validator

from chalicelib.api.bodies import LONGEST_LABEL, Body, Compact, printable
from chalicelib.api.parameters import Choice, Day, Text, Whole
from chalicelib.api.qrcodes_shapes import STATUSES
from chalicelib.api.styles import StyleChange
from chalicelib.core import series
from chalicelib.core.exports import CSV, FORMATS
from chalicelib.core.links import ACTIVE
from chalicelib.core.periods import DAY

DEFAULT_CODES: Final = 20
MOST_CODES: Final = 100
DEFAULT_SCANS: Final = 50
MOST_SCANS: Final = 500
LAST_PAGE: Final = 1_000_000_000


def _named(name: str) -> str:
    """The name itself. Raises ValueError when nothing of it can be seen."""
    if not name.strip():
        raise ValueError("must not be empty")
    return printable(name)


Name = Annotated[str, StringConstraints(max_length=LONGEST_LABEL), AfterValidator(_named)]
Status = Literal["active", "paused", "draft"]


class _Code(Body):
    style: StyleChange | None = None
    compact: Compact = False
    status: Status | None = None
    active: bool | None = None

    @field_validator("active")
    @classmethod
    def _agrees(cls, active: bool | None, info: ValidationInfo) -> bool | None:
        status = info.data.get("status")
        if None not in (status, active) and (status == ACTIVE) != active:
            raise ValueError("must not contradict status")
        return active

    @property
    def wanted_status(self) -> Status | None:
        """The status that is asked for, by either name of it; None when none is."""
        if self.status is None and self.active is not None:
            return "active" if self.active else "paused"
        return self.status


class CreateQrCode(_Code):
    name: Name
    destination_url: str
    short_code: str | None = None


class EditQrCode(_Code):
    name: Name = ""
    destination_url: str = ""
    short_code: str = ""


PAGE: Final = Whole("page", "Which page, from 1 on.", 1, 1, LAST_PAGE)
CODES: Final = Whole("limit", "Codes a page.", DEFAULT_CODES, 1, MOST_CODES)
SCANS: Final = Whole("limit", "Scans a page.", DEFAULT_SCANS, 1, MOST_SCANS)
STATUS: Final = Choice("status", "Only codes that are this now.", STATUSES, "")
START: Final = Day("start_date", "The first day (UTC), included; 29 days before the last one unless given.")
END: Final = Day("end_date", "The last day (UTC), included; today unless given.")
INTERVAL: Final = Choice("interval", "What the series is cut into; weeks begin on Monday.", series.INTERVALS, DAY)
CURSOR: Final = Text("cursor", "The next_cursor of the page before, in place of a page number.")
FORMAT: Final = Choice("format", "What kind of file.", FORMATS, CSV)
