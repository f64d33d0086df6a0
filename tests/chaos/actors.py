"""Who takes part in a run. Each of them may be killed at any call; a new one then goes on with what is next."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from chalicelib import redirect
from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.conversations import Conversation
from chalicelib.core.days import day_of
from chalicelib.core.judging import Span
from chalicelib.core.links import Link
from chalicelib.core.scans import ScanKey
from chalicelib.core.windows import Window
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import analytics, editing, history, links, sweeping
from chalicelib.services.accounts import Caller
from chalicelib.services.analytics import Report
from chalicelib.services.counting import RECENT_MS
from chalicelib.store import scans, spreads
from tests.chaos import faults as f
from tests.chaos.lambdas import Context
from tests.chaos.recording import Recorded
from tests.chaos.schedule import Killed
from tests.chaos.stage import Stage
from tests.chaos.truth import Bounds, Talk, scan_key


class Cast:
    """The actors of one stage. `answers` counts the reads that were checked, `wrong` holds those out of bounds.

    `talks` and `left_out` are what may be stored in the end: what was decided last, and what was tried since, for
    whoever was killed, or heard of no success, cannot know.
    """

    def __init__(self, stage: Stage, caller: Caller, made: Sequence[Link]) -> None:
        self.stage, self.caller = stage, caller
        self.links = list(made)
        self.answers = 0
        self.wrong: list[str] = []
        self.talks: dict[ScanKey, set[Talk]] = {}
        self.left_out: dict[int, set[tuple[Span, ...]]] = {}

    def visit(self, requests: Sequence[Recorded], links: Sequence[Link], longest_pause_ms: int = 2_000) -> None:
        """A redirect function at work."""
        for request in requests:
            link = self.stage.chance.choice(links)
            self._next(partial(self._visit, request, link), longest_pause_ms)

    def _visit(self, request: Recorded, link: Link) -> None:
        attempts: list[ScanKey] = []
        actor = self.stage.schedule.current
        self.stage.wire.senders[actor] = lambda item: self._remember(item_key(item, attempts), request)
        answer = redirect.handler(request.event(link.slug), None)
        if answer["statusCode"] == 302:
            self.stage.truth.answered.update(key for key in attempts if key in self.stage.truth.wrote)

    def _remember(self, key: ScanKey, request: Recorded) -> None:
        self.stage.truth.requests[key] = request

    def read(self, times: int) -> None:
        """A reader who asks again and again."""
        for _ in range(times):
            link = self.stage.chance.choice(self.links)
            self._next(partial(self._read, link), 4_000)

    def _read(self, link: Link) -> None:
        truth, now_ms = self.stage.truth, self.stage.schedule.now_ms
        window = Window.ending(day_of(now_ms), self.stage.chance.choice((1, 2, 7)))
        least = Bounds.of(truth.finished(link.number, now_ms, RECENT_MS), window)
        settled, edits = truth.settled(link.number), self.stage.faults.seen[f.EDITED]
        report = analytics.link_report(link.organization, link.number, window, now_ms)
        if link.number in truth.erased | truth.changing:
            return
        self.answers += 1
        edits = self.stage.faults.seen[f.EDITED] - edits + 1  # one may be under way
        if report.pending > len(truth.begun(link.number).keys() - settled) + edits:
            self.wrong.append(f"{report.pending} are said to be pending, and {len(settled)} were settled before")
        if not least.admit(Bounds.of(truth.begun(link.number), window), _said(report, window), report.pending):
            most = Bounds.of(truth.begun(link.number), window)
            self.wrong.append(f"{_said(report, window)} pending {report.pending}: not between {least} and {most}")

    def edit(self, times: int) -> None:
        """A destination that reports conversations."""
        for n in range(1, times + 1):
            self._next(partial(self._edit, n), 5_000)

    def _edit(self, n: int) -> None:
        keys = sorted(self.stage.truth.wrote)
        today = day_of(self.stage.schedule.now_ms)
        old = [key for key in keys if day_of(key.ms) < today]
        if keys:
            key = self.stage.chance.choice(old if old and n % 2 else keys)
            talk = Talk(True, n) if n % 3 else Talk()
            self.talks.setdefault(key, {Talk()}).add(talk)
            with suppress(NotFound):  # its link is erased
                editing.converse(key, Conversation(*talk), self.stage.schedule.now_ms)
                self.talks[key] = {talk}
                self.stage.faults.note(f.EDITED)

    def edit_only(self, times: int) -> None:
        """The same without folding anything."""
        for n in range(times):
            self._next(partial(self._edit_only, n), 2_000)

    def _edit_only(self, n: int) -> None:
        keys = sorted(self.stage.truth.wrote)
        for scan in scans.read([self.stage.chance.choice(keys)] if keys else []):
            scans.edit(scan, Conversation(True, n).of(scan, self.stage.schedule.now_ms))

    def grow(self, times: int) -> None:
        """Slots that double while batches are in flight."""
        for _ in range(times):
            self._next(self._grow, 15_000)

    def _grow(self) -> None:
        link = self.stage.chance.choice(self.links)
        slots = spreads.slots(link.organization, link.number)
        spreads.raise_slots(link.organization, link, slots * 2, self.stage.schedule.now_ms)
        self.stage.faults.note(f.SLOTS_GREW)

    def erase(self, link: Link, within_ms: int) -> None:
        """An owner who deletes a link, rather while scans of it are pending, and insists."""
        self.stage.schedule.pause(self.stage.chance.randrange(within_ms))
        until_ms = self.stage.schedule.now_ms + within_ms
        while self.stage.schedule.now_ms < until_ms and not self._is_pending(link):
            self.stage.schedule.pause(within_ms // 100)
        while link.number not in self.stage.truth.erased:
            self._next(lambda: self._erase(link), 1_000)

    def _erase(self, link: Link) -> None:
        self.stage.truth.changing.add(link.number)
        with suppress(NotFound):  # deleted by a request whose answer was lost
            links.erase(self.caller, str(link.number), self.stage.schedule.now_ms)
        self.stage.truth.erased.add(link.number)
        self.stage.faults.note(f.ERASED)

    def _is_pending(self, link: Link) -> bool:
        scans_of = (item for item in self.stage.engine.items("scans") if scan_key(item).link == link.number)
        return any("pending" in item for item in scans_of)

    def leave_out(self, link: Link, times: int) -> None:
        """An owner who leaves own tests out, and changes their mind."""
        for _ in range(times):
            self._next(lambda: self._leave_out(link), 15_000)

    def _leave_out(self, link: Link) -> None:
        now_ms = self.stage.schedule.now_ms
        self.stage.truth.changing.add(link.number)
        first = now_ms - self.stage.chance.randrange(60_000)
        nothing: tuple[Span, ...] = ()
        spans = self.stage.chance.choice((nothing, ((first, first + 20_000),), ((0, first),)))
        self.left_out.setdefault(link.number, {nothing}).add(spans)
        with suppress(NotFound):  # erased meanwhile
            history.leave_out(self.caller, str(link.number), spans, now_ms)
            self.left_out[link.number] = {spans}
            self.stage.faults.note(f.LEFT_OUT)

    def sweep(self, times: int) -> None:
        for _ in range(times):
            self._next(self._sweep, 40_000)

    def _sweep(self) -> None:
        """One that may run out of time."""
        context = Context(self.stage.chance.choice((5, 20, 1_000)))
        sweeping.sweep(self.stage.schedule.now_ms, lambda: not context.get_remaining_time_in_millis())

    def refuse_writes(self) -> None:
        """The scans table takes no more writes, for a while."""
        self.stage.schedule.pause(self.stage.chance.randrange(30_000))
        self.stage.wire.down = frozenset({"scans"})
        self.stage.schedule.pause(self.stage.chance.randrange(8_000))
        self.stage.wire.down = frozenset()

    def _next(self, act: Callable[[], object], longest_pause_ms: int) -> None:
        self.stage.schedule.pause(self.stage.chance.randrange(longest_pause_ms))
        with suppress(Killed, Unavailable):
            act()


def item_key(item: dict[str, dict[str, str]], into: list[ScanKey]) -> ScanKey:
    """A scan's key, noted among those that were tried."""
    key = scan_key(item)
    into.append(key)
    return key


def _said(report: Report, window: Window) -> Bounds:
    return Bounds(
        report.total,
        report.scans(window),
        windows.uniques(report.days, window, r.VISITORS),
        windows.uniques(report.days, window, r.ADDRESSES),
    )
