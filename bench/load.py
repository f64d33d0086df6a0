"""16 clients for 60 s against a fresh local stack: `.venv/bin/python -m bench.load [seconds]` (`--json`).

Plausible people scan 20 links through the door, each client on a kept connection, after a quiet spell with a scan now
and then. Nobody reads meanwhile, since a read counts what is pending first; `bench/freshness.py` looks at the counters
themselves. Afterwards what the API says, raw scans included, is held against what was answered; today is recounted
from the raw scans; no queue may hold anything, and no function may have logged an error.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import door, exactness, load_tables, outcome
from bench.crowd import CLIENTS, Impatience, at_once, wait
from bench.freshness import Counts, Watch
from bench.load_tables import After, Spell
from bench.outcome import Section
from bench.processes import cpu_seconds
from bench.visits import Visit, visits
from infra import aws
from infra.attached import attach
from infra.local import LocalStack
from infra.recount import recounted
from tests.e2e.conftest import Client

SECONDS: Final = 60
LINKS: Final = 20
QUIET_SECONDS: Final = 20
QUIET_GAPS: Final = (0.2, 1.2)  # by lot, or the visits would keep step with the engine's pollers
PATIENCE_SECONDS: Final = 60
# What functions print when something goes wrong, and the embedded AWS when one fails.
TROUBLE: Final = ('"level": "ERROR"', '"level": "WARNING"', "Traceback", "failed after", " ERROR [", " WARNING [")


def measure() -> Sequence[Section]:
    """The sections `door`, `load` and `load-cpu`, from one stack."""
    seconds = next((int(given) for given in sys.argv[1:] if given.isdigit()), SECONDS)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(Path(folder) / "state", fresh=True, settings={"CreatesPerHour": "1000"}) as stack,
    ):
        attach(stack.folder)
        owner = Client(stack.url, stack.api_key)
        codes = [owner.create(f"load {n}", f"https://example.com/{n}") for n in range(LINKS)]
        owner.close()
        alone = door.times(stack)
        watch = Watch(_counters(stack, codes))
        quiet = _spell(stack, codes, watch, 1, QUIET_SECONDS, QUIET_GAPS)
        busy = _spell(stack, codes, watch, CLIENTS, seconds, (0, 0))
        after = _after(stack, codes, [*quiet.visits, *busy.visits])
    bare_ms = statistics.median(alone[door.BARE])
    return [door.section(alone), load_tables.load(bare_ms, quiet, busy, after), load_tables.processor(busy)]


def _spell(
    stack: LocalStack,
    codes: Sequence[Mapping[str, Any]],
    watch: Watch,
    clients: int,
    seconds: int,
    gaps: tuple[float, float],
) -> Spell:
    """Visits by so many clients for a time, each of whom pauses between two for a time by lot."""
    links = {str(code["slug"]): str(code["destination"]) for code in codes}
    watch.begin(list(links))
    before, begun = cpu_seconds(stack.folder), time.monotonic()

    def goes_on() -> bool:
        time.sleep(random.uniform(*gaps))  # noqa: S311 - when somebody scans is a matter of chance
        return time.monotonic() < begun + seconds

    def client(number: int) -> list[Visit]:
        made = list[Visit]()
        for visit in visits(stack.url, links, number + clients * 1000, goes_on):
            made.append(visit)
            if not visit.fault:
                watch.answered(visit.slug, visit.at)
        return made

    with watch.looking():
        made = at_once(client, clients)
        took = time.monotonic() - begun
        _wait(watch)
    cpu = {name: seconds - before.get(name, 0) for name, seconds in cpu_seconds(stack.folder).items()}
    return Spell(made, watch.lags(), took, sum(watch.lacking().values()), cpu)


def _wait(watch: Watch) -> None:
    """Until all is counted; what never is, is told as lacking."""
    try:
        wait(lambda: not watch.lacking(), PATIENCE_SECONDS)
    except Impatience:
        return


def _counters(stack: LocalStack, codes: Sequence[Mapping[str, Any]]) -> Counts:
    """Reads how many scans, bots among them, the lifetime rollups of links hold."""
    from chalicelib import ids
    from chalicelib.core import rollups as r
    from chalicelib.core.rollups import RollupKey
    from chalicelib.services import accounts
    from chalicelib.store import rollups

    organization = accounts.authenticate(stack.api_key).organization.number
    # One slot each: none of them comes near the hundred scans a second that would give it a second one.
    keys = {
        str(code["slug"]): RollupKey(organization, r.link_scope(ids.parse(code["id"]) or 0), 0, r.LIFETIME)
        for code in codes
    }

    def counts(links: Collection[str]) -> dict[str, int]:
        held = rollups.read([keys[link] for link in links])
        return {
            link: r.amount(held[keys[link]].value, r.TOTAL) + r.amount(held[keys[link]].value, r.BOTS) for link in links
        }

    return counts


def _after(stack: LocalStack, codes: Sequence[Mapping[str, Any]], made: Sequence[Visit]) -> After:
    from chalicelib.core.days import day_of, iso_day
    from chalicelib.services import accounts

    owner = Client(stack.url, stack.api_key)  # anew: the door ends connections on which nothing comes for a minute
    difference = exactness.difference(exactness.expected(made), exactness.read(owner, codes))
    owner.close()
    today = iso_day(day_of(time.time_ns() // 1_000_000))
    report = recounted(accounts.authenticate(stack.api_key), today)
    log = (stack.folder / "engine.log").read_text(errors="replace")
    trouble = [line for line in log.splitlines() if any(word in line for word in TROUBLE)]
    for line in trouble[:20]:
        print(line, file=sys.stderr)
    return After(difference, report, _waiting(stack), len(trouble))


def _waiting(stack: LocalStack) -> int:
    """Messages in the spill queue and in every queue of dead letters, under way or not."""
    queues = aws.clients(stack.aws_endpoint)("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    dead = [url for url in queues.list_queues()["QueueUrls"] if "DeadLetters" in url]
    urls = {stack.environment["SPILL_QUEUE_URL"], *dead}
    found = [queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in urls]
    return sum(int(count) for attributes in found for count in attributes.values())


if __name__ == "__main__":
    outcome.main(measure)
