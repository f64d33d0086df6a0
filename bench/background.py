"""What is asked of DynamoDB and SQS beside scans, counting and answers: `.venv/bin/python -m bench.background`.

Four functions run by the clock, whether anybody scans or not; every scan is looked at again; every read of the API
begins with a key; and counted scans wake whoever may want to be told. Calls are counted in process, on moto, and units
come from the sizes of items (`bench.meter`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from bench import capacity, outcome
from bench.meter import Meter, metered, operations
from bench.newcomers import Newcomers
from bench.outcome import Cell, Section
from tests.world import World, prepare_environment, world

prepare_environment()

from chalicelib.core import targets  # noqa: E402 - settings come first
from chalicelib.core.arrivals import Arrival, Unjudged  # noqa: E402
from chalicelib.core.days import DAY_MS, day_of, iso_day  # noqa: E402 - settings come first
from chalicelib.core.limits import Limit  # noqa: E402
from chalicelib.core.viewers import viewer  # noqa: E402
from chalicelib.core.visitors import hashes  # noqa: E402
from chalicelib.services import (  # noqa: E402
    accounts,
    callers,
    counting,
    fanning,
    limits,
    recounting,
    slow_lane,
    sweeping,
    ticking,
)
from tests.services.account import new_account  # noqa: E402
from tests.services.stream import record  # noqa: E402

HOURS: Final = 730  # of a month
SETTLED: Final = 3  # runs before the one that is measured
SCANS: Final = 50
LIMIT: Final = Limit("bench", 1_000)
SLUG: Final = "a slug that a redirect has not read lately"
KEY: Final = "a key and its limit, before an answer"
TOLD: Final = "a batch of counted scans, told to nobody"
RUNG: Final = "a batch of lifetimes, told to nobody"
SWEPT: Final = "the sweep, each scan"

Images = tuple[dict[str, Any], dict[str, Any]]

IDLE_NOTE: Final = """\
Of one run each, for one organization that nobody scans. "waits" are the milliseconds for which `Slow` looks into its
empty queue. The recount is ordered by `Recount`, and done by `Jobs`."""
ASIDES_NOTE: Final = """\
Who asks again within 5 seconds is believed, and then only the limit is written. Nobody of the organization wants to be
told of events. The sweep meets scans that are counted already, as it nearly always does."""
STORED_NOTE: Final = """\
Means of 100 scans of one link by people who are new, counted; DynamoDB bills 100 bytes more for each, and an entry of
the index beside each scan."""


@dataclass(frozen=True)
class Clockwork:
    """A function that runs by the clock: how often in a month, what a run does, and what it waits for beside calls."""

    name: str
    runs: float
    run: Callable[[int], object]
    waits_ms: int = 0


def clockworks(organization: int) -> Sequence[Clockwork]:
    """All of them, as often as their functions say."""

    def recounted(now_ms: int) -> None:
        recounting.order_nightly(now_ms)
        recounting.recount(organization, iso_day(day_of(now_ms) - 1), now_ms, _never)

    return [
        Clockwork("Tick", HOURS * 60, lambda now_ms: ticking.tick(now_ms, _never)),
        Clockwork("Slow", HOURS * 60, lambda _: slow_lane.drain(_now_ms, _never), slow_lane.POLL_SECONDS * 1000),
        Clockwork("Sweep", HOURS * 12, lambda now_ms: sweeping.sweep(now_ms, _never)),
        Clockwork("Recount", HOURS / 24, recounted),
    ]


def idle(organization: int, meter: Meter) -> Section:
    """What each takes once cursors are where they stay."""
    now_ms, rows = _now_ms(), list[Sequence[Cell]]()
    for it in clockworks(organization):
        for _ in range(SETTLED):
            it.run(now_ms)
        with operations("sqs") as asked, meter.measuring():
            it.run(now_ms + DAY_MS if it.name == "Recount" else now_ms)
        rows.append([it.name, round(it.runs), meter.calls.total(), meter.read, meter.write, asked.total(), it.waits_ms])
    columns = (
        "function",
        "runs a month",
        "calls of DynamoDB",
        "read units",
        "write units",
        "SQS requests",
        "waits, ms",
    )
    return Section("idle", "What runs while nobody scans", columns, rows, note=IDLE_NOTE)


class Counted:
    """One organization's link, which people who are new scan; its scans are counted as the stream has it."""

    def __init__(self, fresh: World) -> None:
        self._fresh, self.account = fresh, new_account()
        self.key = accounts.create_key(self.account.organization, self.account.caller.member, _now_ms())
        self._newcomers = Newcomers()

    def more(self) -> list[Images]:
        """So many more scans: their items, before they were counted and after."""
        made = [{name: _image(value) for name, value in self._arrival().attributes().items()} for _ in range(SCANS)]
        for item in made:
            self._fresh.dynamodb.put_item(TableName="scans", Item=item)
        counting.settle_images(made)
        return [(item, self._fresh.dynamodb.get_item(TableName="scans", Key=_key(item))["Item"]) for item in made]

    def _arrival(self) -> Arrival:
        seen = viewer(self._newcomers.headers(), "203.0.113.1", trusted=True)
        address, agent = hashes(bytes(32), seen.address, seen.user_agent)
        facts = seen.facts._replace(address=address, agent=agent)
        return Arrival(self.account.key(), facts, Unjudged(seen.user_agent, seen.device_hint))


def asides(counted: Counted, fresh: World, meter: Meter) -> Section:
    """What goes on beside scans and answers."""
    counted.more()
    before = _lifetimes(fresh)
    told_of = [record("scans", *images) for images in counted.more()]
    rung = [record("rollups", before[key], item) for key, item in _lifetimes(fresh).items()]
    slug = {"pk": {"S": targets.partition(counted.account.link.slug)}, "sk": {"S": targets.SORT}}
    organization, later_ms = counted.account.organization, _now_ms() + 2 * sweeping.SETTLED_MS

    def told(records: Sequence[dict[str, Any]]) -> None:
        fanning.fan_out(records, lambda event, format: f"{event}{format}", _now_ms())

    steps: dict[str, tuple[Callable[[], object], int]] = {
        SLUG: (lambda: fresh.dynamodb.get_item(TableName="objects", Key=slug), 1),
        KEY: (lambda: limits.take(callers.of_key(counted.key), LIMIT, _now_ms()), 1),
        TOLD: (lambda: told(told_of), 1),
        RUNG: (lambda: told(rung), 1),
        SWEPT: (lambda: sweeping.sweep_organization(organization, later_ms), 2 * SCANS),
    }
    callers.of_key(counted.key)  # notes that the key is used, once an hour
    with mock.patch.object(callers, "BELIEVED_SECONDS", 0):
        rows = [_measured(meter, what, *step) for what, step in steps.items()]
    columns = ("what", "calls of DynamoDB", "read units", "write units")
    return Section("asides", "What is asked beside scans and answers", columns, rows, note=ASIDES_NOTE)


def _image(value: str | int) -> dict[str, str]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _lifetimes(fresh: World) -> dict[str, dict[str, Any]]:
    return {item["pk"]["S"]: item for item in fresh.items("rollups") if item["sk"]["S"] == "lifetime"}


def _measured(meter: Meter, what: str, step: Callable[[], object], per: int) -> list[Cell]:
    with meter.measuring():
        step()
    return [what, meter.calls.total() / per, meter.read / per, meter.write / per]


def stored(fresh: World) -> Section:
    """How large the items are that come with scans."""
    found = {table: [capacity.size(item) for item in fresh.items(table)] for table in ("scans", "visitors", "rollups")}
    rows = [(table, sum(sizes) // len(sizes)) for table, sizes in found.items()]
    return Section("stored", "What is stored", ("table", "bytes an item"), rows, note=STORED_NOTE)


def _key(item: dict[str, Any]) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}


def _never() -> bool:
    return False


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def measure() -> Sequence[Section]:
    with world() as fresh, metered(fresh.dynamodb) as meter:
        counted = Counted(fresh)
        return [idle(counted.account.organization, meter), asides(counted, fresh, meter), stored(fresh)]


if __name__ == "__main__":
    outcome.main(measure)
