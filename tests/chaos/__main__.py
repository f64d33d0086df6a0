"""`make chaos SEEDS=200`: the whole harness. SEEDS=17..17 plays one seed again.

Prints what was played, which faults struck how often, and by which seed each control was caught. The last line says
what was lost and doubled; the exit code is 1 when anything is not as it must be.
"""

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.play import Outcome

DEFAULT = "200"
MOST_SHOWN = 5


def main() -> int:
    """Play everything; return the exit code."""
    seeds = _seeds(os.environ.get("SEEDS") or DEFAULT)
    if seeds is None:
        print("quietzone: SEEDS must be a number, or two like 17..42", file=sys.stderr)
        return 1
    from tests.chaos.check import NAMES

    with ProcessPoolExecutor(os.cpu_count(), initializer=_prepare) as processes:
        played = list(processes.map(_play, seeds, chunksize=4))
        cut = [outcome for outcomes in processes.map(_cut_everywhere, [0]) for outcome in outcomes]
        caught = dict(zip(NAMES, processes.map(_caught, NAMES), strict=True)) if len(seeds) > 1 else {}
    _print_runs(played, cut)
    _print_faults([*played, *cut])
    _print_controls(caught)
    wrong = _print_wrong([*played, *cut])
    lost, doubled = (sum(getattr(it, name) for it in [*played, *cut]) for name in ("lost", "doubled"))
    print(f"\nlost {lost}, doubled {doubled}")
    return int(bool(wrong or lost or doubled or None in caught.values()))


def _seeds(text: str) -> range | None:
    first, dots, last = text.partition("..")
    try:
        return range(int(first), int(last) + 1) if dots else range(int(first))
    except ValueError:
        return None


def _prepare() -> None:
    """A process of the pool: what the product prints is its log, and not for here."""
    from tests.world import prepare_environment

    prepare_environment()
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends


def _play(seed: int) -> "Outcome":
    from tests.chaos.play import play

    return play(seed)


def _cut_everywhere(_: int) -> "list[Outcome]":
    from tests.chaos.every_call import outcomes

    return list(outcomes())


def _caught(name: str) -> int | None:
    from tests.chaos.check import caught

    return caught(name)


def _print_runs(played: Sequence["Outcome"], cut: Sequence["Outcome"]) -> None:
    print(f"runs            {len(played):>8,}   of {len(played)} seeds")
    print(
        f"                {len(cut):>8,}   of one scene: cut at each call, each transaction late by any number of calls"
    )
    print(f"scans           {sum(it.scans for it in [*played, *cut]):>8,}")
    print(f"answers checked {sum(it.answers for it in [*played, *cut]):>8,}")


def _print_faults(outcomes: Iterable["Outcome"]) -> None:
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total += outcome.faults
    print("\nfaults")
    for kind, n in total.most_common():
        print(f"  {kind:<32} {n:>8,}")


def _print_controls(caught: dict[str, int | None]) -> None:
    if caught:
        print("\ncounters known to be wrong")
    for name, seed in caught.items():
        print(f"  {name:<32} {'NOT CAUGHT' if seed is None else f'caught by seed {seed}'}")


def _print_wrong(outcomes: Iterable["Outcome"]) -> list["Outcome"]:
    wrong = [it for it in outcomes if it.wrong or it.lost or it.doubled]
    if wrong:
        print(f"\nwrong in {len(wrong)} runs")
    for outcome in wrong[:MOST_SHOWN]:
        print(f"  {outcome.name}: lost {outcome.lost}, doubled {outcome.doubled}")
        for line in outcome.wrong[:MOST_SHOWN]:
            print(f"    {line}")
    return wrong


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
