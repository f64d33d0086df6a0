"""What lies on a designer's desk: a link, its QR codes, and the one that is designed."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from chalicelib import ids
from chalicelib.core import codes
from chalicelib.core.codes import QrCode
from chalicelib.core.links import DELETED, Link
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import Style, of_words
from chalicelib.errors import NotFound
from chalicelib.pages.visits import Visit
from chalicelib.services import links, qr_codes

MOST: Final = 100  # codes that are listed; nobody looks through more
NEW: Final = "new"


@dataclass
class Desk:
    """A link, and the QR code that is designed; None for one that is to be made.

    A link's first QR code holds the bare short URL, as the link's own picture does. Each further one has its marker
    behind it, so that its scans are counted for themselves.
    """

    visit: Visit
    link: Link
    code: QrCode | None

    @property
    def path(self) -> str:
        return f"/dashboard/links/{ids.spell('dc', self.link.number)}/qr"

    @property
    def code_id(self) -> str:
        """How addresses and forms name what is designed."""
        return NEW if self.code is None else ids.spell("qr", self.code.number)

    @cached_property
    def codes(self) -> list[QrCode]:
        """The link's QR codes, oldest first."""
        return _codes(self.visit, self.link)

    @cached_property
    def scans(self) -> dict[int, int]:
        return qr_codes.scan_counts(self.visit.caller, self.codes)

    @property
    def is_first(self) -> bool:
        """Whether what is designed is the bare short URL, and so the link's own picture too."""
        return self.code.marker == 1 if self.code else self.link.markers == 0

    @property
    def is_there(self) -> bool:
        """Whether there is a picture of it already: of a link's first code there is, before anybody made one."""
        return self.code is not None or self.is_first

    @property
    def style(self) -> Style:
        """The style as it is saved; a new code begins with that of the link's first one."""
        first = self.code or next(iter(self.codes), None)
        return first.style if first else of_words(self.link.details.style)

    @property
    def compact(self) -> bool:
        """Whether a new code shall be in capitals, as its link's own picture is."""
        wanted = self.link.details.compact
        return codes.payload_of_link(self.visit.base, self.link.slug, wanted).isupper()

    def picture(self, style: Style) -> Picture:
        """The picture of what is designed, in a style. Files of it are called after the link and the code."""
        made = Picture.of_link(self.link, self.visit.base)
        if self.code:
            made = Picture.of_code(self.code, self.link)
        elif not self.is_first:
            payload = codes.encoded(self.visit.base, self.link.slug, self.link.markers + 1, self.compact)
            made = replace(made, payload=payload)
        return replace(made, style=style, name=self._file_name)

    @property
    def title(self) -> str:
        """What a person calls the picture: the link, and which of its codes unless it is the main one."""
        return self._titled(", ")

    @property
    def _file_name(self) -> str:
        return self._titled("-")

    def _titled(self, between: str) -> str:
        plain = self.code is None or (self.code.marker == 1 and not self.code.label)
        return self.link.name if plain or self.code is None else f"{self.link.name}{between}{title(self.code)}"


def title(code: QrCode) -> str:
    """What a person calls a QR code of a link."""
    return code.label or ("Main code" if code.marker == 1 else f"Code {code.marker}")


def of(visit: Visit, link: str, spelled: str) -> Desk:
    """The desk for a link's QR code, in any spelling; '' for its first one, or for a new one when there is none.

    Raises NotFound, also for what is deleted.
    """
    found = links.get(visit.caller, link)
    if found.status == DELETED:
        raise NotFound.of("link")
    if spelled == NEW:
        return Desk(visit, found, None)
    if not spelled:
        return Desk(visit, found, next(iter(_codes(visit, found)), None))
    code = qr_codes.get(visit.caller, spelled)
    if code.link != found.number or code.deleted_ms is not None:
        raise NotFound.of("QR code")
    return Desk(visit, found, code)


def _codes(visit: Visit, link: Link) -> list[QrCode]:
    return qr_codes.page(visit.caller, MOST, 0, None, link.number).codes[::-1]
