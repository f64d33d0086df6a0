"""The tables of `bench/load.py`: what visitors waited for, how soon all of it was counted, and where the CPU went."""

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.crowd import CLIENTS, percentile
from bench.exactness import Difference
from bench.outcome import Cell, Limit, Section
from bench.visits import Visit

if TYPE_CHECKING:
    from chalicelib.api.integrity import DayReport

EXACT: Final = (
    "Each limit is exact. Totals, visitors, bots and the list of raw scans were read over the API for every link and "
    "held against what was answered; then today was recounted from the raw scans. Up to then nobody had read "
    "anything: a read counts what is pending first. *Answered to counted* is from a redirect's answer to a look at the "
    "link's counters, 20 times a second, that finds its scan there."
)
LEFT_OUT: Final = (
    "What this cannot tell is AWS's own time. The embedded AWS hands out stream records and messages in one thread, "
    "which rests for up to a second when it has found nothing: that is the lag of a scan now and then. It runs one "
    "redirect at a time, and ignores the window (`FoldWindowSeconds`), which adds up to 2 s to the lag in production."
)


class Spell(NamedTuple):
    """Visits of some clients over a time: what was answered, and the lags until it was counted, in seconds. `lacking`
    never was; `cpu` are seconds by process, until all was counted."""

    visits: Sequence[Visit]
    lags: Sequence[float]
    seconds: float
    lacking: int
    cpu: Mapping[str, float]

    @property
    def answered(self) -> list[Visit]:
        """Those that were answered as they should be."""
        return [visit for visit in self.visits if not visit.fault]

    @property
    def waits(self) -> list[float]:
        """Milliseconds until each answer."""
        return [visit.seconds * 1000 for visit in self.visits]


class After(NamedTuple):
    """What was found afterwards. `waiting` are messages in the spill queue and in queues of dead letters, `trouble` are
    lines of the log."""

    difference: Difference
    report: "DayReport"
    waiting: int
    trouble: int


def load(bare_ms: float, quiet: Spell, busy: Spell, after: After) -> Section:
    """The table of both spells, with everything that must be exact. `bare_ms` is what a bare `PutItem` took."""
    spells = (quiet, busy)
    rows: list[Sequence[Cell]] = [
        ("redirects answered", *(len(spell.answered) for spell in spells)),
        ("a second", *(len(spell.answered) / spell.seconds for spell in spells)),
        ("answer, median, ms", *(statistics.median(spell.waits) for spell in spells)),
        ("answer, p99, ms", *(percentile(spell.waits, 0.99) for spell in spells)),
        ("answer, median, x bare `PutItem`", *(statistics.median(spell.waits) / bare_ms for spell in spells)),
        ("answered to counted, median, s", *(statistics.median(spell.lags) for spell in spells)),
        ("answered to counted, p99, s", *(percentile(spell.lags, 0.99) for spell in spells)),
        ("answered to counted, longest, s", *(max(spell.lags) for spell in spells)),
    ]
    title = f"Load: {CLIENTS} clients at once, against the local stack"
    columns = ("", "a scan now and then", f"{CLIENTS} clients for {busy.seconds:.0f} s")
    return Section("load", title, columns, rows, _limits(spells, after), f"{EXACT}\n\n{LEFT_OUT}")


def _limits(spells: Sequence[Spell], after: After) -> list[Limit]:
    drift, found = after.report["drift"], after.difference
    amounts = {
        "answers that are no redirect to the right place": sum(len(it.visits) - len(it.answered) for it in spells),
        "scans lost": found.lost,
        "scans counted twice": found.doubled,
        "scans not counted a minute after the last": sum(spell.lacking for spell in spells),
        "counters and visitors that a recount finds wrong": drift["rollups"] + drift["visitors"],
        "links that the recount could not compare": after.report["unchecked"],
        "scans set aside as poison": after.report["poison"],
        "messages in the spill queue and in queues of dead letters": after.waiting,
        "lines of trouble in the log": after.trouble,
    }
    return [Limit(what, amount, 0) for what, amount in amounts.items()]


def processor(busy: Spell) -> Section:
    """Where the CPU went under load."""
    scans = len(busy.answered)
    taken = sorted(busy.cpu.items(), key=lambda it: -it[1])
    rows = [(name, seconds * 1000 / scans, f"{seconds / busy.seconds:.0%}") for name, seconds in taken if seconds > 0]
    rows.append(("all", sum(busy.cpu.values()) * 1000 / scans, f"{sum(busy.cpu.values()) / busy.seconds:.0%}"))
    title = "Where the CPU goes under load"
    return Section("load-cpu", title, ("", "ms a scan", "of one core"), rows)
