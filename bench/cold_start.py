"""How long a function takes from nothing to its first answer: `.venv/bin/python -m bench.cold_start` (`--json`).

Production's zip is made for this machine, once as it is deployed and once as Chalice and pip have it. Fresh processes,
which see nothing but one of the two and Python's own library, answer a first event from the embedded AWS, in turn. What
is compared is their CPU, which what else a machine does hardly changes; the clock's ratio stands beside it.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import outcome, zips
from bench.cold_runs import Kind, Took, compared
from bench.cold_world import World, world
from bench.outcome import Limit, Section
from bench.zips import Zips

RUNS: Final = 5  # of what is held to a limit
FEW: Final = 3
REDIRECT_AT_MOST: Final = 0.5
API_AT_MOST: Final = 0.7

REDIRECT: Final = "chalicelib.redirect.handler"
API: Final = "chalicelib.functions.api.handler"
FOLD: Final = "chalicelib.functions.fold.handler"
BY_CHALICE: Final = "app.app"
# What nobody waits for is imported only; the others are like one of these.
OTHERS: Final = ("events", "deliver", "jobs", "sweep")
COLUMNS: Final = ("first answer", "Chalice's zip, ms", "ours, ms", "ratio of CPU", "ratio of time")

Event = Callable[[], Mapping[str, Any]]
Row = tuple[str | float, ...]


def measure() -> Sequence[Section]:
    with tempfile.TemporaryDirectory(prefix="quietzone-bench-") as name:
        both = zips.build(Path(name) / "zips")
        with world(Path(name) / "world") as about:
            bench = Bench(both, about)
            return [bench.redirect(), bench.api(), zips.shares(both)]


@dataclass(frozen=True)
class Bench:
    """The two zips, and the world in which functions of them answer."""

    zips: Zips
    world: World

    def redirect(self) -> Section:
        chalices = self.by_chalice(self.world.redirect, "302")
        plain, ours = self.compare(REDIRECT, self.world.redirect, "302", RUNS)
        (python,) = compared([Kind(self.zips.compact_folder, "json.loads", str, "done")], FEW, self.world.environment)
        return Section(
            name="cold-redirect",
            title="Cold start of the redirect",
            columns=COLUMNS,
            rows=[
                _row("a redirect, beside the route as Chalice serves it", chalices, ours),
                _row("a redirect, beside the same handler uncompiled", plain, ours),
                _row("Python alone", python, python),
            ],
            limits=[
                Limit(
                    "of the CPU of the zip as Chalice packages and serves it", _ratio(chalices, ours), REDIRECT_AT_MOST
                )
            ],
            note=(
                f"Medians of {RUNS} fresh processes of each kind, in turn; {FEW} by Chalice's route and of Python. "
                "Milliseconds are those of CPU, from the start of Python to the answer, with a read and a write over "
                "HTTP. On AWS there is TLS as well, and Lambda's own start. The second row has no limit: all that can "
                "be gained there is the compiling of two dozen small files; the rest is Python and its own library."
            ),
        )

    def api(self) -> Section:
        same = self.compare(API, self.world.read, "200", RUNS)
        return Section(
            name="cold-api",
            title="Cold start of the other functions",
            columns=COLUMNS,
            rows=[
                _row("`GET /v1/dynamic/{id}`", *same),
                _row(
                    "the same, beside `app.app`, which imports every route",
                    self.by_chalice(self.world.read, "200"),
                    same[1],
                ),
                _row("the dashboard", *self.compare(API, self.world.page, "200", FEW)),
                _row("a batch of 10 scans folded", *self.compare(FOLD, self.world.batch, "done", FEW)),
                *(_row(f"`{it}` imported", *self.imported(it)) for it in OTHERS),
            ],
            limits=[Limit("of the first JSON answer's CPU in Chalice's zip", _ratio(*same), API_AT_MOST)],
            note=f"As above; {RUNS} processes of each kind for what is held to the limit, {FEW} for the others.",
        )

    def compare(self, handler: str, event: Event | None, says: str, runs: int) -> tuple[Took, Took]:
        """The same handler in Chalice's zip and in ours; without an event it is imported only."""

        def asked() -> str:
            return json.dumps(event()) if event else ""

        folders = (self.zips.chalice_folder, self.zips.compact_folder)
        chalices, ours = compared([Kind(it, handler, asked, says) for it in folders], runs, self.world.environment)
        return chalices, ours

    def by_chalice(self, event: Event, says: str) -> Took:
        """What Chalice makes of all routes: one function, uncompiled."""
        kind = Kind(self.zips.chalice_folder, BY_CHALICE, lambda: json.dumps(event()), says)
        return compared([kind], FEW, self.world.environment)[0]

    def imported(self, name: str) -> tuple[Took, Took]:
        return self.compare(f"chalicelib.functions.{name}.handler", None, "done", FEW)


def _row(what: str, chalices: Took, ours: Took) -> Row:
    return (
        what,
        round(chalices.cpu_ms),
        round(ours.cpu_ms),
        _ratio(chalices, ours),
        round(ours.wall_ms / chalices.wall_ms, 2),
    )


def _ratio(chalices: Took, ours: Took) -> float:
    return round(ours.cpu_ms / chalices.cpu_ms, 2)


if __name__ == "__main__":
    outcome.main(measure)
