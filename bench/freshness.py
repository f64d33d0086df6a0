"""How fresh counters are: from a redirect's answer to the look that finds its scan in the rollups.

Nobody reads the links meanwhile, since a read counts what is pending first. A thread of its own looks at the lifetime
rollups of the links that are not up to date, consistently, as readers would, 20 times a second at most.

    visitor  ....... answered ..... answered ..........................
    fold     ............................. commits ....................
    watch    look: 4 ....... look: 4 ....... look: 4 ....... look: 6      two lags, each up to this look
"""

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

PAUSE_SECONDS: Final = 0.05

Counts = Callable[[Collection[str]], Mapping[str, int]]  # how many scans the counters of these links hold


class Watch:
    """What was answered and what was seen, by link. `now` is the clock, in seconds."""

    def __init__(self, counts: Counts, now: Callable[[], float] = time.monotonic) -> None:
        self._counts, self._now = counts, now
        self._answered: dict[str, list[float]] = defaultdict(list)
        self._looks: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self._held: dict[str, int] = {}

    def begin(self, links: Collection[str]) -> None:
        """Watch these links from now on: what they hold already was not answered to us."""
        self._held = dict(self._counts(links))
        self._answered.clear()
        self._looks.clear()

    def answered(self, link: str, at: float) -> None:
        """A scan of a link was answered; any thread may say so."""
        self._answered[link].append(at)

    def look(self) -> None:
        """Look once at every link that lacks a scan."""
        if lacking := self.lacking():
            found = self._counts(list(lacking))
            at = self._now()  # what is found is there by now: a lag is never told too short
            for link, count in found.items():
                self._looks[link].append((at, count - self._held[link]))

    def lacking(self) -> dict[str, int]:
        """How many answered scans were not seen yet, of the links with any."""
        short = {link: len(answered) - self._seen(link) for link, answered in list(self._answered.items())}
        return {link: n for link, n in short.items() if n > 0}

    def lags(self) -> list[float]:
        """Seconds from each answer to the first look that found as many scans of its link as were answered by then.

        Who of two that were answered at nearly the same time is counted first cannot be told, and does not matter:
        the later answer waits for both. Those that are lacking have none.
        """
        return [lag for link in self._answered for lag in self._lags(link)]

    @contextmanager
    def looking(self, pause_seconds: float = PAUSE_SECONDS) -> Iterator[None]:
        """Look again and again in a thread meanwhile. What goes wrong there is raised at the end."""
        over, failed = threading.Event(), list[Exception]()

        def again() -> None:
            try:
                while not over.wait(pause_seconds):
                    self.look()
            except Exception as error:  # noqa: BLE001 - it is raised below, in the thread that can hear of it
                failed.append(error)

        thread = threading.Thread(target=again, name="watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        if failed:
            raise failed[0]

    def _seen(self, link: str) -> int:
        looks = self._looks.get(link)
        return looks[-1][1] if looks else 0

    def _lags(self, link: str) -> Iterator[float]:
        looks = self._looks[link]
        counts = [count for _, count in looks]  # they only rise: nothing is erased meanwhile
        answered = sorted(self._answered[link])[: self._seen(link)]
        for n, at in enumerate(answered, 1):
            seen, _ = looks[bisect_left(counts, n)]
            yield max(0.0, seen - at)
