"""One run from its beginning to its verdict."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from chalicelib.core.links import Link
from chalicelib.core.slots import home
from chalicelib.services import links, sweeping
from chalicelib.store import links as stored
from chalicelib.store import scans, spreads
from tests.chaos import faults as f
from tests.chaos.actors import Cast
from tests.chaos.controls import Counting, counted, counts_messages, function
from tests.chaos.recording import RECORDING
from tests.chaos.stage import DAY_MS, Stage
from tests.chaos.told import want
from tests.chaos.truth import books, differences, lost_and_doubled, scan_key, unpacked
from tests.services.account import Account, new_account, new_link

LINKS = 3
PEOPLE = 8  # of the recording, in the small scene
REDIRECTS = 3
SCANS_EACH = 14
LATE_SCANS = 5
SKEWS_MS = (-20_000, -3_000, 0, 0, 2_000, 20_000)


@dataclass
class Outcome:
    """What a run came to. `wrong` says in words what is not as it must be."""

    name: str
    scans: int
    answers: int
    lost: int
    doubled: int
    wrong: list[str]
    faults: Counter[str] = field(default_factory=Counter)


def play(seed: int) -> Outcome:
    """A run of a seed."""
    stage = Stage(seed)
    with stage.playing():
        cast = stage_set(stage)
        if seed % 4 == 3:
            _empty_out(stage, cast)
        else:
            _late_scans(stage, cast)
            _act(stage, cast)
        stage.schedule.run()
        settle_down(stage)
        return verdict(stage, cast)


def play_counter(seed: int, counter: Counting) -> bool:
    """A run of a seed with another counter in the stream function's place; whether its numbers are wrong.

    It has it easy: every record arrives, and nothing sweeps, erases or folds beside it.
    """
    stage = Stage(seed, fold=function(counter))
    stage.stream.loses_nothing()
    stage.events = []
    stage.spilled.function = write_only
    with stage.playing():
        cast = stage_set(stage)
        for n in range(REDIRECTS):
            requests = [stage.chance.choice(RECORDING) for _ in range(SCANS_EACH)]
            stage.schedule.add(f"redirect {n}", partial(cast.visit, requests, cast.links))
        stage.schedule.add("editor", lambda: cast.edit_only(12))
        stage.schedule.run()
        return counted(stage.engine.items("rollups")) != _true(stage, counts_messages(counter))


def write_only(event: dict[str, Any], _context: Any) -> None:
    """The spill queue's function without its fold."""
    for record in event["Records"]:
        scans.put_new(json.loads(record["body"])["scan"])


def _true(stage: Stage, with_messages: bool) -> dict[int, tuple[int, int]]:
    """Scans and messages by link, as the table has them."""
    true: dict[int, tuple[int, int]] = {}
    for key, facts in stage.truth.final({}).items():
        total, messages = true.get(key.link, (0, 0))
        true[key.link] = total + 1, messages + facts.messages * with_messages
    return true


def stage_set(stage: Stage) -> Cast:
    """An organization with links, one of them spread over slots already."""
    account: Account = new_account()
    want(account.caller, stage.schedule.now_ms)
    made = [account.link, *(account.other().link for _ in range(LINKS - 1))]
    if stage.seed % 4 != 3:
        spreads.raise_slots(account.organization, made[0], stage.chance.choice((2, 4)))
    return Cast(stage, account.caller, made)


def _late_scans(stage: Stage, cast: Cast) -> None:
    """Scans of earlier days whose writes failed: they wait in the spill queue, and are written today."""
    now_ms, stage.faults.calm = stage.schedule.now_ms, True
    stage.wire.down = frozenset({"scans"})
    stage.held = True
    for _ in range(LATE_SCANS):
        stage.schedule.now_ms = now_ms - stage.chance.randrange(1, 5) * DAY_MS - stage.chance.randrange(DAY_MS)
        request = [stage.chance.choice(RECORDING)]
        stage.schedule.add("late", partial(cast.visit, request, cast.links))
        stage.schedule.run()
        stage.faults.note(f.LATE_SCAN)
    stage.schedule.now_ms, stage.faults.calm, stage.held = now_ms, False, False
    stage.wire.down = frozenset()


def _act(stage: Stage, cast: Cast) -> None:
    add, chance = stage.schedule.add, stage.chance
    for n in range(REDIRECTS):
        requests = [chance.choice(RECORDING) for _ in range(SCANS_EACH)]
        add(f"redirect {n}", partial(cast.visit, requests, cast.links), chance.choice(SKEWS_MS))
    for n in range(2):
        add(f"reader {n}", lambda: cast.read(6))
    add("editor", lambda: cast.edit(6))
    add("grower", lambda: cast.grow(3))
    add("sweeper", lambda: cast.sweep(3))
    if chance.random() < 0.5:
        add("eraser", lambda: cast.erase(chance.choice(cast.links[1:]), 10_000))
    if chance.random() < 0.4:
        add("owner", lambda: cast.leave_out(cast.links[2], 3))
    if chance.random() < 0.4:
        add("outage", cast.refuse_writes)


def _empty_out(stage: Stage, cast: Cast) -> None:
    """All that is counted is erased, while the first scans of another link come: items go, and are made anew.

    The two meet in the organization's rollups because their links have one home.
    """
    counted = cast.links[0]
    others = list(islice((link for link in _neighbours(cast) if _home(link) == _home(counted)), 3))
    visitors = [stage.chance.choice(RECORDING[:PEOPLE]) for _ in range(4)]
    stage.faults.calm = True
    stage.schedule.add("first", lambda: cast.visit(visitors[:3], [counted], 200))
    stage.schedule.run()
    stage.held = True
    stage.schedule.add("second", lambda: cast.visit(visitors, others, 200))
    stage.schedule.add("eraser", lambda: cast.erase(counted, 200))
    stage.schedule.run()
    stage.faults.calm, stage.held, cast.links = False, False, [counted, *others]
    stage.jobs.delays_ms, stage.stream.delays_ms = (0,), tuple(range(0, 200, 10))  # about at once
    stage.schedule.add("reader", lambda: cast.read(2))


def _neighbours(cast: Cast) -> Iterator[Link]:
    """New links of the same organization, one after the other."""
    while True:
        yield links.seed(cast.caller, new_link(), cast.stage.schedule.now_ms)


def _home(link: Link) -> int:
    return home(link.number, 0)


def settle_down(stage: Stage) -> None:
    """The faults are over, the clocks go on, and the sweep passes."""
    stage.faults.calm = True
    stage.schedule.now_ms += sweeping.IDLE_MS + sweeping.SETTLED_MS
    stage.schedule.add("last sweep", lambda: sweeping.sweep(stage.schedule.now_ms))
    stage.schedule.run()


def verdict(stage: Stage, cast: Cast) -> Outcome:
    left_out = {link.number: _spans(link) for link in cast.links}
    true, found = stage.truth.final(left_out), books(stage.engine)
    lost, doubled = lost_and_doubled(true, found)
    told = stage.told.wrong(stage.truth, [link.number for link in cast.links], left_out)
    wrong = [*cast.wrong, *differences(true, found, stage.chance), *_left_over(stage), *_forgotten(stage, cast), *told]
    return Outcome(f"seed {stage.seed}", len(stage.truth.all), cast.answers, lost, doubled, wrong, stage.faults.seen)


def _spans(link: Link) -> tuple[tuple[int, int], ...]:
    held = stored.read(link.organization, link.number)
    return held.value.left_out if held else ()


def _forgotten(stage: Stage, cast: Cast) -> Iterator[str]:
    """What was decided and is not so."""
    for key, talks in cast.talks.items():
        if key.link not in stage.truth.erased and (stored_talk := stage.truth.talk(key)) not in talks:
            yield f"{stored_talk} of {key} is none of {talks}"
    for link in cast.links:
        allowed = cast.left_out.get(link.number, {()})
        if link.number not in stage.truth.erased and (spans := _spans(link)) not in allowed:
            yield f"of link {link.number} {spans} are left out: none of {allowed}"


def _left_over(stage: Stage) -> Iterator[str]:
    """What nobody may find any more: scans that wait, scans of erased links, orders; and scans that are missing."""
    for item in stage.engine.items("scans"):
        key = scan_key(item)
        yield from (f"a scan is still {name}: {key}" for name in ("pending", "poison", "user_agent") if name in item)
        if key.link in stage.truth.erased:
            yield f"a scan of an erased link: {key}"
    for item in stage.engine.items("visitors"):
        yield from (f"a visit of an erased link: {link}" for link in stage.truth.erased if f"l{link}" in unpacked(item))
    for item in stage.engine.items("objects"):
        if item["sk"]["S"].split("#")[0] in ("erase", "refold", "reopened", "poison"):
            yield f"left in the table: {item['sk']['S']}"
        if "recounting" in item and int(item["sk"]["S"].split("#")[1]) not in stage.truth.erased:
            yield f"still recounting: {item['sk']['S']}"
    for key in stage.truth.all:
        if key.link not in stage.truth.erased and stage.truth.item(key) is None:
            yield f"a scan is gone: {key}"
