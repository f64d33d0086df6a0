"""Whose links are whose."""

import pytest

from chalicelib.core.campaigns import Assignments, Campaign, Client
from chalicelib.core.links import Link

ACME, OTHER, GONE = 1, 2, 3
OF_ACME, OF_OTHER, OF_NOBODY, OF_GONE = 11, 12, 13, 14
CLIENTS = [Client(9, number, "c", 0) for number in (ACME, OTHER)]
CAMPAIGNS = [
    Campaign(9, number, "c", 0, client=client)
    for number, client in ((OF_ACME, ACME), (OF_OTHER, OTHER), (OF_NOBODY, 0), (OF_GONE, GONE))
]


def _link(campaign: int, client: int) -> Link:
    return Link(9, 100, "slug", "https://example.com/", 0, campaign=campaign, client=client)


@pytest.mark.parametrize(
    ("campaign", "client", "shown", "owners", "acme_sees"),
    [
        pytest.param(0, 0, (0, 0), set(), None, id="nobody's"),
        pytest.param(0, ACME, (0, ACME), {ACME}, (0, ACME), id="a client's"),
        pytest.param(OF_ACME, 0, (OF_ACME, 0), {ACME}, (OF_ACME, 0), id="a client's campaign's"),
        pytest.param(OF_ACME, ACME, (OF_ACME, ACME), {ACME}, (OF_ACME, ACME), id="both"),
        pytest.param(OF_OTHER, ACME, (OF_OTHER, ACME), {ACME, OTHER}, (0, ACME), id="in another client's campaign"),
        pytest.param(OF_ACME, OTHER, (OF_ACME, OTHER), {ACME, OTHER}, (OF_ACME, 0), id="another client's"),
        pytest.param(OF_NOBODY, 0, (OF_NOBODY, 0), set(), None, id="in a campaign of nobody"),
        pytest.param(OF_GONE, 0, (OF_GONE, 0), set(), None, id="in a campaign of a client that is gone"),
        pytest.param(15, GONE, (0, 0), set(), None, id="what it points at is gone"),
    ],
)
def test_a_link_is_its_clients_and_its_campaigns_clients(
    campaign: int, client: int, shown: tuple[int, int], owners: set[int], acme_sees: tuple[int, int] | None
) -> None:
    link = _link(campaign, client)
    everything = Assignments.among(CAMPAIGNS, CLIENTS, None)
    assert everything.shows(link)
    assert (everything.campaign_of(link), everything.client_of(link)) == shown
    assert everything.clients_of(link) == owners
    acmes = Assignments.among(CAMPAIGNS, CLIENTS, ACME)
    assert acmes.shows(link) == (acme_sees is not None)
    assert (acmes.campaign_of(link), acmes.client_of(link)) == (acme_sees or (0, 0))
    assert acmes.clients_of(link) == {ACME} & owners
