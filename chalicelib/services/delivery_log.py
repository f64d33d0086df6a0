"""The log of an endpoint's deliveries: list it, look at one, send one again."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import Final, NamedTuple

from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import KEPT_DAYS, WAITING, Delivery, Place, next_message, partitions
from chalicelib.core.endpoints import ACTIVE, Endpoint
from chalicelib.core.scans import sort_from
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import health, webhooks
from chalicelib.services.accounts import Caller
from chalicelib.store import deliveries, queues

ATTEMPTS: Final = 8
NET_MS: Final = 60_000  # if the message is lost: the tick sends another then
SEARCHED: Final = 2_000  # deliveries that a page looks at; what lies behind them is on the next page

_LONGEST_ID: Final = 500  # far beyond any; a key of more than 1,024 bytes is an error of its own


class Page(NamedTuple):
    """Some deliveries, newest first, and the sort key before which the next page begins; None at the end."""

    deliveries: list[Delivery]
    next_before: str | None


def page(
    caller: Caller, spelled: str, now_ms: int, limit: int, before: str | None = None, state: str = "", type: str = ""
) -> Page:
    """Deliveries to an endpoint, newest events first: of a state, of a type of event, or all of the last 30 days.

    A page may be short, or empty, and still not be the last: SEARCHED deliveries were looked at. Raises NotFound.
    """
    endpoint = webhooks.held(caller, spelled).value
    first_ms = now_ms - KEPT_DAYS * DAY_MS
    if before is not None and before <= sort_from(first_ms):
        return Page([], None)  # what it led to has expired
    found: list[Delivery] = []
    last: str | None = None
    newest = _newest_first(endpoint, first_ms, before, 100 if state or type else limit // 4 + 1)
    for looked_at, delivery in enumerate(newest):
        if len(found) == limit or looked_at == SEARCHED:
            return Page(found, last)
        last = delivery.place.sort
        if state in ("", delivery.state) and type in ("", delivery.type):
            found.append(delivery)
    return Page(found, None)


def get(caller: Caller, webhook: str, spelled: str) -> Delivery:
    """A delivery to an endpoint. Raises NotFound."""
    return _read(webhooks.held(caller, webhook).value, spelled)


def redeliver(caller: Caller, webhook: str, spelled: str, now_ms: int) -> Delivery:
    """Send an event to an endpoint once more, with all its retries: the same id, the same body.

    Raises NotFound, and InvalidRequest while an attempt is to come anyway, or the endpoint is not active.
    """
    endpoint = webhooks.held(caller, webhook).value
    check_active(endpoint)
    for _ in range(ATTEMPTS):
        found = _read(endpoint, spelled)
        if found.state == WAITING:
            raise InvalidRequest("This delivery waits for its next attempt already")
        anew = again(found, now_ms, NET_MS)
        if deliveries.put(anew):
            _send(anew, now_ms)
            return anew
    raise Unavailable.storage()


def again(delivery: Delivery, now_ms: int, net_ms: int) -> Delivery:
    """A delivery in another round. If nobody tries within `net_ms`, the tick has it tried."""
    due_ms = now_ms + net_ms
    return replace(delivery, state=WAITING, round=delivery.round + 1, tries=0, due_ms=due_ms, parked=False)


def check_active(endpoint: Endpoint) -> None:
    """Raises InvalidRequest for an endpoint that nothing is posted to: it would only be held."""
    if endpoint.status != ACTIVE:
        raise InvalidRequest(f"This webhook is {endpoint.status}: resume it first")


def _newest_first(endpoint: Endpoint, first_ms: int, before: str | None, page_size: int) -> Iterator[Delivery]:
    found = [
        deliveries.in_partition(partition, first_ms, before, page_size=page_size)
        for partition in partitions(endpoint.organization, endpoint.number)
    ]
    return islice(merge(*found, key=lambda delivery: delivery.place.sort, reverse=True), SEARCHED + 1)


def _read(endpoint: Endpoint, spelled: str) -> Delivery:
    place = Place.parse(endpoint.organization, endpoint.number, spelled) if len(spelled) <= _LONGEST_ID else None
    found = deliveries.read([place]) if place else {}
    if place is None or place not in found:
        raise NotFound.of("delivery")
    return found[place]


def _send(delivery: Delivery, now_ms: int) -> None:
    with suppress(Unavailable):  # it is due soon: the tick sends it then
        slow = health.is_slow(delivery.place.organization, delivery.place.receiver, now_ms)
        queues.send_deliveries([next_message(delivery).dumps()], slow=slow)
