"""The events of a run: who wants them, what was sent, and what must have been."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib import ids
from chalicelib.core import events as e
from chalicelib.core.deliveries import Message
from chalicelib.core.endpoints import STANDARD, Endpoint
from chalicelib.core.scans import ScanKey
from chalicelib.services import threshold_lists
from chalicelib.services.accounts import Caller
from chalicelib.store import endpoints
from chalicelib.store.versions import Held
from tests.chaos.truth import Truth

THRESHOLDS: Final = (1, 2, 3, 5, 8, 13, 21, 34)
TYPES: Final = frozenset({e.SCAN_CREATED, e.URL_CLICK_THRESHOLD})

Record = dict[str, Any]
Spans = Mapping[int, Collection[tuple[int, int]]]


@dataclass
class Told:
    """What was sent to the queue of deliveries: the bodies of each event, by its id."""

    bodies: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def hear(self, text: str) -> None:
        message = Message.loads(text)
        self.bodies[message.place.event].add(message.body)

    def wrong(self, truth: Truth, links: Collection[int], left_out: Spans) -> Iterator[str]:
        """Whatever was told and is not so, or is so and was not told, or was told in two ways."""
        yield from (f"told in {len(bodies)} ways: {event}" for event, bodies in self.bodies.items() if len(bodies) > 1)
        allowed: set[str] = set()
        for link in links:
            may, must = _of_link(link, truth, left_out)
            allowed |= may
            if link not in truth.erased:
                yield from (f"never told: {event}" for event in sorted(must - self.bodies.keys()))
        yield from (f"told for no reason: {event}" for event in sorted(self.bodies.keys() - allowed))


def want(caller: Caller, now_ms: int) -> None:
    """Let the organization have an endpoint for scans and thresholds, of which it has many."""
    threshold_lists.set_for_organization(caller, THRESHOLDS)
    organization = caller.organization.number
    endpoint = Endpoint(organization, ids.new(now_ms), "https://example.com/", TYPES, STANDARD, now_ms, now_ms, ())
    if not endpoints.put(Held(endpoint, None)):
        raise RuntimeError("there is such an endpoint")


def passes(table: str) -> Callable[[Record], bool]:
    """The filter of an event source of the function that tells."""
    return {"scans": _counted, "rollups": _lifetime, "objects": _marked}[table]


def _of_link(link: int, truth: Truth, left_out: Spans) -> tuple[set[str], set[str]]:
    """The ids of all events that may be told of a link, and of those that must.

    Scans that were left out for a while may have been told of before, and may have raised the total.
    """
    ever = {key for key, request in truth.all.items() if key.link == link and not request.bot}
    counted = {key for key, facts in truth.final(left_out).items() if key.link == link and not facts.bot}
    return _scans(ever) | _reached(link, len(ever)), (
        (_scans(counted) if link not in truth.changing else set()) | _reached(link, len(counted))
    )


def _scans(keys: Collection[ScanKey]) -> set[str]:
    return {f"evt_{key.id}" for key in keys}


def _reached(link: int, total: int) -> set[str]:
    return {f"evt_{ids.spell('dc', link)}_{threshold}" for threshold in THRESHOLDS if threshold <= total}


def _counted(record: Record) -> bool:
    images = record["dynamodb"]
    return "counted" in images.get("NewImage", {}) and "counted" not in images.get("OldImage", {})


def _lifetime(record: Record) -> bool:
    return bool(record["dynamodb"]["Keys"]["sk"]["S"] == "lifetime")


def _marked(record: Record) -> bool:
    return str(record["dynamodb"]["Keys"]["sk"]["S"]).startswith("reached#")
