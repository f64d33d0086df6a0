"""What of an organization something can be about: its links and campaigns, to choose from and by name."""

from collections.abc import Collection
from itertools import islice
from typing import Final, NamedTuple

from chalicelib.core.campaigns import Campaign
from chalicelib.core.links import Link
from chalicelib.services.accounts import Caller
from chalicelib.store import campaigns, links

MOST_LINKS: Final = 100
MOST_CAMPAIGNS: Final = 1_000


class Subjects(NamedTuple):
    """Links and campaigns, newest first; `more` when there are links that are not among them."""

    links: list[Link]
    campaigns: list[Campaign]
    more: bool

    def names(self) -> dict[int, str]:
        """What each is called, by its number."""
        known = {campaign.number: campaign.name for campaign in self.campaigns}
        return known | {link.number: link.name for link in self.links}


def around(caller: Caller, named: Collection[int] = ()) -> Subjects:
    """The newest links, those among the `named` (deleted ones too), and the campaigns. Raises Unavailable."""
    organization = caller.organization.number
    newest = list(islice(links.newest_first(organization, None, MOST_LINKS + 1), MOST_LINKS + 1))
    chosen = {link.number: link for link in newest[:MOST_LINKS]}
    missing = [number for number in named if number and number not in chosen]
    chosen |= links.several(organization, missing) if missing else {}
    known = list(islice(campaigns.newest_first(organization), MOST_CAMPAIGNS))
    return Subjects(sorted(chosen.values(), key=lambda link: -link.number), known, len(newest) > MOST_LINKS)
