"""Campaigns and clients: what links are assigned to, and what of it a client may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chalicelib.core.links import Link

ACTIVE: Final = "ACTIVE"
INACTIVE: Final = "INACTIVE"
STATUSES: Final = (ACTIVE, INACTIVE)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A named group of links. `client` is the number of the client that it belongs to, 0 for none.

    `first_day` and `last_day` are when it runs, as somebody noted, 0 for open: all scans count, whenever they come.
    """

    organization: int
    number: int
    name: str
    created_ms: int
    updated_ms: int = 0
    client: int = 0
    description: str = ""
    first_day: int = 0
    last_day: int = 0


@dataclass(frozen=True, slots=True)
class Client:
    """A sub-account with keys of its own, which see what is assigned to it while its status is ACTIVE."""

    organization: int
    number: int
    name: str
    created_ms: int
    updated_ms: int = 0
    status: str = ACTIVE


@dataclass(frozen=True, slots=True)
class Assignments:
    """Campaigns and clients by their numbers, and how links belong to them.

    What is not in here does not count: a link or a campaign may point at something that was deleted, or that the
    client whose view this is does not see.
    """

    campaigns: Mapping[int, Campaign] = field(default_factory=dict)
    clients: Mapping[int, Client] = field(default_factory=dict)
    viewer: int | None = None

    @classmethod
    def among(cls, campaigns: Iterable[Campaign], clients: Iterable[Client], viewer: int | None) -> "Assignments":
        """All of these, or what of them the client `viewer` sees: itself and its campaigns."""
        return cls(
            {it.number: it for it in campaigns if viewer is None or it.client == viewer},
            {it.number: it for it in clients if viewer is None or it.number == viewer},
            viewer,
        )

    def campaign_of(self, link: Link) -> int:
        """The number of a link's campaign, 0 for none."""
        return link.campaign if link.campaign in self.campaigns else 0

    def client_of(self, of: Link | Campaign) -> int:
        """The number of the client that a link or a campaign is assigned to itself, 0 for none."""
        return of.client if of.client in self.clients else 0

    def clients_of(self, link: Link) -> set[int]:
        """The clients that a link belongs to: those that it, or its campaign, is assigned to."""
        campaign = self.campaigns.get(link.campaign)
        return {self.client_of(link), self.client_of(campaign) if campaign else 0} - {0}

    def shows(self, link: Link) -> bool:
        """Whether the viewer sees a link: an organization sees all of its own."""
        return self.viewer is None or self.viewer in self.clients_of(link)
