"""Replays: everything that an endpoint was to be told of in a span of time is posted to it again.

The order is written first; the message only wakes a job, and the sweep sends it again if it was lost. A job walks over
the log, shard by shard, oldest first; it writes each delivery anew and then sends its message, a page at a time, and
notes in the order how far it came. A job that is cut off is gone on with there:

    job A: writes 25, due in ten minutes ..... is cut off
    job B: ............................................. finds them waiting, or attempted since the order: goes on
    tick:  .................................................... sends the messages that A did not

All messages go to the lane of slow deliveries, so that what happened long ago delays nothing that happens now.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import SHARDS, Delivery, next_message, partition
from chalicelib.core.places import Span
from chalicelib.core.replays import LONGEST_MS, REPLAYED, Progress, Replay
from chalicelib.core.scans import END_MS, sort_from
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import webhooks
from chalicelib.services.accounts import Caller
from chalicelib.services.delivery_log import again, check_active
from chalicelib.store import deliveries, endpoints, queues, replays

PAGE: Final = 25
NET_MS: Final = 600_000  # if messages are lost: the tick sends others then
GIVE_UP_MS: Final = DAY_MS

OutOfTime = Callable[[], bool]


def order(caller: Caller, spelled: str, span: Span, states: Collection[str], now_ms: int) -> Replay:
    """Order a replay of what happened in a span, up to now: of deliveries in some of REPLAYED, or in all for none.

    Who asks again while an order runs is given the same one. Raises NotFound, InvalidRequest.
    """
    endpoint = webhooks.held(caller, spelled).value
    check_active(endpoint)
    cut = _checked(span, now_ms)
    wanted = Replay(endpoint.organization, ids.new(now_ms), endpoint.number, cut, frozenset(states or REPLAYED), now_ms)
    same = next((it for it in replays.running(endpoint.organization) if it.same(wanted)), None)
    if same is not None:
        return same
    replays.put(wanted)
    with suppress(Unavailable):  # the order stands: the sweep sends it again
        _send_job(wanted)
    return wanted


def status(caller: Caller, webhook: str, spelled: str, now_ms: int) -> Replay:
    """An order as it is now. Raises NotFound."""
    endpoint, number = webhooks.held(caller, webhook).value, ids.parse(spelled)
    found = None if number is None else replays.read(endpoint.organization, number, now_ms)
    if found is None or found.endpoint != endpoint.number:
        raise NotFound.of("replay")
    return found


def recent(caller: Caller, webhook: str, now_ms: int) -> list[Replay]:
    """The orders of an endpoint that are still known, newest first. Raises NotFound."""
    endpoint = webhooks.held(caller, webhook).value
    return [order for order in replays.newest_first(endpoint.organization, now_ms) if order.endpoint == endpoint.number]


def replay(organization: int, number: int, now_ms: int, out_of_time: OutOfTime) -> bool:
    """Work on an order. False when time ran out; a message to go on is then on its way."""
    taken = replays.take(organization, number, now_ms)
    if taken is None:
        return True
    if now_ms - taken.created_ms > GIVE_UP_MS or endpoints.read(organization, taken.endpoint) is None:
        replays.end(taken, done=False)
        return True
    while taken.progress.shard < SHARDS:
        progress = _step(taken, now_ms)
        if not replays.reach(taken, progress):
            return True  # another job is at it
        taken = replace(taken, progress=progress)
        if out_of_time():
            _send_job(taken)
            return False
    replays.end(taken, done=True)
    return True


def _checked(span: Span, now_ms: int) -> Span:
    if span.first_ms >= span.end_ms:
        raise InvalidRequest.for_field("since", "must be before until")
    if span.end_ms - span.first_ms > LONGEST_MS:
        raise InvalidRequest.for_field("since", f"must be at most {LONGEST_MS // DAY_MS} days before until")
    if not 0 <= span.first_ms < now_ms:
        raise InvalidRequest.for_field("since", "must be in the past, and not before 1970")
    return span.cut(Span(0, now_ms))


def _step(taken: Replay, now_ms: int) -> Progress:
    """See to the next page of a shard; where the order is then."""
    progress = taken.progress
    page = list(islice(_behind(taken), PAGE))
    anew = [it for it in (again(each, now_ms, NET_MS) for each in page if taken.wants(each)) if deliveries.put(it)]
    with suppress(Unavailable):  # they are due: the tick sends them then
        queues.send_deliveries([next_message(each).dumps() for each in anew], slow=True)
    seen, sent = progress.seen + len(page), progress.sent + len(anew)
    if len(page) < PAGE:
        return Progress(progress.shard + 1, "", seen, sent)
    return Progress(progress.shard, page[-1].place.sort, seen, sent)


def _behind(taken: Replay) -> Iterator[Delivery]:
    """The deliveries of a shard that an order has still to see, oldest first."""
    span, after = taken.span, taken.progress.after
    first_ms = int(after.split("#")[0]) if after else span.first_ms
    within = partition(taken.organization, taken.endpoint, taken.progress.shard)
    end = sort_from(min(span.end_ms, END_MS - 1))
    found = deliveries.in_partition(within, first_ms, end, newest_first=False, page_size=PAGE + 1)
    return (delivery for delivery in found if delivery.place.sort > after)


def _send_job(order: Replay) -> None:
    queues.send_job({"organization": order.organization, "replay": order.number})
