"""An endpoint of an organization, and deliveries to it as the log has them."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core.deliveries import DELIVERED, WAITING, Attempt, Delivery, Place
from chalicelib.core.endpoints import Endpoint
from chalicelib.services import webhooks
from chalicelib.services.accounts import Caller
from chalicelib.services.webhooks import NewEndpoint
from chalicelib.store import deliveries
from tests.world import now_ms

URL = "https://receiver.example/hooks"


def new_endpoint(caller: Caller) -> Endpoint:
    return webhooks.create(caller, NewEndpoint(URL, ["scan.created"], own_hosts=()), now_ms()).endpoint


def logged(endpoint: Endpoint, event: str, ms: int, state: str = DELIVERED, type: str = "scan.created") -> Delivery:
    """A delivery in the log; one that does not wait for its first attempt had one."""
    attempts = () if state == WAITING else (Attempt(ms + 1, 20, 200, "", "ok"),)
    place = Place(endpoint.organization, endpoint.number, ms, event)
    delivery = Delivery(place, type, f'{{"id":"{event}"}}', state, tries=len(attempts), attempts=attempts)
    assert deliveries.put(delivery)
    return delivery


def stored(delivery: Delivery) -> Delivery:
    """The same as it is now, whatever its version."""
    return replace(deliveries.read([delivery.place])[delivery.place], version=None)


def events(found: Sequence[Delivery]) -> list[str]:
    return [delivery.place.event for delivery in found]
