"""What the redirect knows of a slug: one small item, holding all that it needs."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from chalicelib.core.states import state

SORT: Final = "slug"
LONGEST_MARKER: Final = 9


def partition(slug: str) -> str:
    """The key of a slug's item. The tenant cannot come first here: the slug is all that a scan brings."""
    return f"slug#{slug}"


class Target(NamedTuple):
    """Where a slug leads. `hashing_key` is the organization's key for visitor hashes; times are milliseconds.

    `location` is the destination as the header wants it. `slots` may lag behind the slots item, never run ahead.
    `markers` is how many QR codes it has; `hands_over` whether the destination is told which scan led there. `gone`
    marks a slug that was deleted or replaced; it is kept so that the slug is never given out again.
    """

    organization: int
    link: int
    location: str
    status: str
    redirect_type: int
    hashing_key: bytes
    slots: int = 1
    pause_until: int | None = None
    valid_until: int | None = None
    gone: bool = False
    markers: int = 0
    hands_over: bool = False

    @classmethod
    def of(cls, item: Mapping[str, Mapping[str, Any]]) -> "Target":
        """The target in an item as DynamoDB's own JSON spells it, on the wire: bytes are base64."""

        def number(name: str) -> int | None:
            return int(item[name]["N"]) if name in item else None

        return cls(
            organization=int(item["organization"]["N"]),
            link=int(item["link"]["N"]),
            location=item["location"]["S"],
            status=item["status"]["S"],
            redirect_type=int(item["redirect_type"]["N"]),
            hashing_key=b64decode(item["hashing_key"]["B"], validate=True),
            slots=number("slots") or 1,
            pause_until=number("pause_until"),
            valid_until=number("valid_until"),
            gone=item.get("gone", {}).get("BOOL", False),
            markers=number("markers") or 0,
            hands_over=item.get("hands_over", {}).get("BOOL", False),
        )

    def marker(self, text: str) -> int:
        """The QR code beyond the first that a path names behind the slug, 0 when it names none that there is.

        So nobody can make scopes that no QR code has. Which scans are the first one's, the fold says.
        """
        number = _number(text)
        return number if 1 < number <= self.markers else 0

    def knows(self, text: str) -> bool:
        """Whether there is the QR code that a path names, or it names none."""
        return _number(text) <= self.markers

    def state(self, now_ms: int) -> str | None:
        """The link's state now; None for a slug that is gone."""
        return None if self.gone else state(self.status, self.pause_until, self.valid_until, now_ms)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_MARKER else 0
