"""One run from its beginning to its verdict."""

from collections import Counter
from dataclasses import dataclass, field

from chalicelib.core.links import Link
from chalicelib.services import sweeping
from chalicelib.store import links as stored
from tests.chaos import faults as f
from tests.chaos.actors import Cast
from tests.chaos.recording import RECORDING
from tests.chaos.stage import DAY_MS, Stage
from tests.chaos.truth import books, differences, lost_and_doubled
from tests.services.account import Account, new_account

LINKS = 3
REDIRECTS = 3
SCANS_EACH = 14
LATE_SCANS = 5
SKEWS_MS = (-20_000, -3_000, 0, 0, 2_000, 20_000)


@dataclass
class Outcome:
    """What a run came to. `wrong` says in words what is not as it must be."""

    seed: int
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
        cast = _set(stage)
        _late_scans(stage, cast)
        _act(stage, cast)
        stage.schedule.run()
        _settle_down(stage)
        return _verdict(stage, cast)


def _set(stage: Stage) -> Cast:
    """An organization with links, one of them spread over slots already."""
    account: Account = new_account()
    made = [account.link, *(account.other().link for _ in range(LINKS - 1))]
    stored.raise_slots(account.organization, made[0], stage.chance.choice((2, 4)))
    return Cast(stage, account.caller, made)


def _late_scans(stage: Stage, cast: Cast) -> None:
    """Scans of earlier days whose writes failed: they wait in the spill queue, and are written today."""
    now_ms, stage.faults.calm = stage.schedule.now_ms, True
    stage.wire.down = frozenset({"scans"})
    poll, stage.schedule.each_turn = stage.schedule.each_turn, lambda: None
    for _ in range(LATE_SCANS):
        stage.schedule.now_ms = now_ms - stage.chance.randrange(1, 5) * DAY_MS - stage.chance.randrange(DAY_MS)
        request = [stage.chance.choice(RECORDING)]
        stage.schedule.add("late", lambda request=request: cast.visit(request, cast.links))  # type: ignore[misc]
        stage.schedule.run()
        stage.faults.note(f.LATE_SCAN)
    stage.schedule.now_ms, stage.faults.calm, stage.schedule.each_turn = now_ms, False, poll
    stage.wire.down = frozenset()


def _act(stage: Stage, cast: Cast) -> None:
    add, chance = stage.schedule.add, stage.chance
    for n in range(REDIRECTS):
        requests = [chance.choice(RECORDING) for _ in range(SCANS_EACH)]
        add(f"redirect {n}", lambda requests=requests: cast.visit(requests, cast.links), chance.choice(SKEWS_MS))  # type: ignore[misc]
    for n in range(2):
        add(f"reader {n}", lambda: cast.read(6))
    add("editor", lambda: cast.edit(6))
    add("grower", lambda: cast.grow(3))
    add("sweeper", lambda: cast.sweep(3))
    if chance.random() < 0.5:
        add("eraser", lambda: cast.erase(cast.links[1]))
    if chance.random() < 0.4:
        add("owner", lambda: cast.leave_out(cast.links[2], 3))
    if chance.random() < 0.4:
        add("outage", cast.refuse_writes)


def _settle_down(stage: Stage) -> None:
    """The faults are over, the clocks go on, and the sweep passes."""
    stage.faults.calm = True
    stage.schedule.now_ms += sweeping.IDLE_MS + sweeping.SETTLED_MS
    stage.schedule.add("last sweep", lambda: sweeping.sweep(stage.schedule.now_ms))
    stage.schedule.run()


def _verdict(stage: Stage, cast: Cast) -> Outcome:
    left_out = {link.number: _spans(link) for link in cast.links}
    scans, found = stage.truth.final(left_out), books(stage.engine)
    lost, doubled = lost_and_doubled(scans, found)
    wrong = [*cast.wrong, *differences(scans, found, stage.chance), *_left_over(stage)]
    return Outcome(stage.seed, len(stage.truth.wrote), cast.answers, lost, doubled, wrong, stage.faults.seen)


def _spans(link: Link) -> tuple[tuple[int, int], ...]:
    held = stored.read(link.organization, link.number)
    return held.value.left_out if held else ()


def _left_over(stage: Stage) -> list[str]:
    """What nobody may find any more: scans that wait, scans of erased links, visits of these, orders."""
    wrong = []
    for item in stage.engine.items("scans"):
        link = int(item["pk"]["S"].split("#")[1])
        for name in ("pending", "poison", "failures", "user_agent"):
            if name in item:
                wrong.append(f"a scan that is still {name}: {item['pk']['S']} {item['sk']['S']}")
        if link in stage.truth.erased:
            wrong.append(f"a scan of an erased link: {item['pk']['S']}")
    for item in stage.engine.items("objects"):
        if item["sk"]["S"].split("#")[0] in ("erase", "refold", "edit", "poison"):
            wrong.append(f"left in the table: {item['sk']['S']}")
    for key in stage.truth.wrote:
        if key.link not in stage.truth.erased and stage.truth.item(key) is None:
            wrong.append(f"a scan is gone: {key}")
    return wrong
