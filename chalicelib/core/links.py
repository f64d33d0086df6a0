"""A link: a slug, its destination, and whether it redirects now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib import ids
from chalicelib.core.destinations import location
from chalicelib.core.queries import with_parameters
from chalicelib.core.scannability import Scannability
from chalicelib.core.states import ACTIVE, DELETED, DRAFT, ERASED, EXPIRED, PAUSED, state
from chalicelib.core.thresholds import Thresholds

# A link and what it can be; the redirect, which imports as little as it can, takes states from their own file.
__all__ = [
    "ACTIVE",
    "DEFAULT_REDIRECT",
    "DELETED",
    "DRAFT",
    "ERASED",
    "EXPIRED",
    "PAUSED",
    "REDIRECTS",
    "Details",
    "Link",
    "state",
]

DEFAULT_REDIRECT: Final = 302
REDIRECTS: Final = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class Details:
    """What a link carries for people and for programs.

    `utm` are query parameters that go into the destination, by name; `style` is that of its picture; `metadata`
    passes through to its scans. `hands_over` lets the redirect tell the destination which scan led there; `compact`
    spells the short URL in its picture in capitals; `scannability` is how well that can be read, where it was tried.
    `thresholds` are in the place of its organization's; None leaves it to those.
    """

    description: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    utm: Mapping[str, str] = field(default_factory=dict)
    prompt: str | None = None
    welcome_message: str | None = None
    template: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    style: Mapping[str, str] = field(default_factory=dict)
    hands_over: bool = False
    compact: bool = False
    scannability: Scannability | None = None
    thresholds: Thresholds | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its organization knows it. Times are milliseconds; `status` is as set, `state` as it is now.

    `left_out` are the spans of time whose scans are tests of its own: from a time to just before another. `custom`
    tells a slug of somebody's choice. `markers` is how many QR codes were ever made for it: the first, made at
    `marked_ms`, shows the bare short URL, each further one its number behind it. `campaign` and `client` are numbers, 0
    for none. `imported` is how many visits another service had counted, None for a link that was made here; its
    `created_ms` is then that service's.
    """

    organization: int
    number: int
    slug: str
    destination: str
    created_ms: int
    label: str | None = None
    status: str = ACTIVE
    pause_until_ms: int | None = None
    expires_ms: int | None = None
    redirect_type: int = DEFAULT_REDIRECT
    left_out: tuple[tuple[int, int], ...] = ()
    updated_ms: int = 0
    custom: bool = False
    markers: int = 0
    marked_ms: int | None = None
    campaign: int = 0
    client: int = 0
    details: Details = field(default_factory=Details)
    imported: int | None = None

    @property
    def name(self) -> str:
        """What people call it: its label, or else its slug."""
        return self.label or self.slug

    @property
    def location(self) -> str:
        """Where it leads as a header takes it, with its UTM parameters."""
        return location(with_parameters(self.destination, self.details.utm))

    @property
    def counted_from_ms(self) -> int:
        """When it was made here: no scan of it is older."""
        return self.created_ms if self.imported is None else ids.drawn_ms(self.number)

    def ever(self, counted: int) -> int:
        """How often it was ever visited: what was counted here, and what was imported."""
        return counted + (self.imported or 0)

    def state(self, now_ms: int) -> str:
        return state(self.status, self.pause_until_ms, self.expires_ms, now_ms)

    def paused_until(self, now_ms: int) -> int | None:
        """When a pause will end by itself; None when it will not, or has."""
        return self.pause_until_ms if self.state(now_ms) == PAUSED else None
