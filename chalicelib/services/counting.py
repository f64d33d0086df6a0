"""Counting: bring pending scans into visitors and rollups, exactly once each.

The stream, readers, the sweep, the spill queue and erasing all end in `settle`. Whoever comes second finds the
scan no longer as it was read, and lets it be, unless it is pending again.

A scan that cannot be folded by its own fault is noted and left behind; see `poison`.

    fold A: reads scan (pending 1), visitors, rollups ......... commits
    fold B: .... reads the same ............................................ refused: scan is settled, drop it
    crash:  anywhere before the commit nothing has happened, after it everything has
"""

import math
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.core import slots as spread
from chalicelib.core.batches import batches, packed
from chalicelib.core.days import day_of
from chalicelib.core.fold import placed, touched, visitor_keys
from chalicelib.core.judging import Terms, judged
from chalicelib.core.scans import Scan, ScanKey, index_partition
from chalicelib.errors import Unavailable
from chalicelib.services import poison
from chalicelib.store import folding, links, rollups, scans, spreads, visitors
from chalicelib.store.folding import Settling
from chalicelib.store.transactions import MAX_ACTIONS, Oversized

# Each scan has a visitor of its own at worst, and those of one QR code are in six rollups: 47 + 47 + 6 actions.
CHUNK: Final = 47
ATTEMPTS: Final = 12
FIRST_WAIT_SECONDS: Final = 0.02
LONGEST_WAIT_SECONDS: Final = 1.0

# What readers look back: pending scans older than this are the sweep's.
RECENT_MS: Final = 120_000
READER_TRIES: Final = 2
READER_SCANS: Final = 960  # about as many as can be folded while somebody waits
READER_SECONDS: Final = 5.0

# After slots are raised, redirects go on with what they have cached, for 5 seconds.
SETTLING_MS: Final = 10_000

Owned = tuple[int, int]  # an organization and its link


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: attempts a chunk, and until when, by the monotonic clock."""

    attempts: int = ATTEMPTS
    until: float = math.inf

    @property
    def over(self) -> bool:
        return time.monotonic() > self.until


def settle(found: Iterable[Scan], effort: Effort = Effort(), anew: bool = False) -> set[ScanKey]:
    """Fold scans: each becomes what its verdict says, those of an erased link are taken out and deleted.

    `anew` judges again what was judged before. Whoever else counted a scan may have counted it as it was before an
    edit, so it is looked at again. Returns the scans that could not be folded by their own fault: this is noted on the
    pending ones, which are set aside in the end. Raises Unavailable when any other could not be folded, after all the
    rest were, or when time is up.
    """
    newest: dict[ScanKey, Scan] = {}
    for scan in sorted(found, key=lambda scan: (scan.key, scan.rev)):
        newest[scan.key] = scan
    work, left = _Work(effort, anew), list(newest.values())
    for _ in range(effort.attempts):
        left = work.round(left)
        if not left:
            return work.failed
    raise Unavailable.storage()


def settle_pending(found: Iterable[Scan]) -> None:
    """Fold pending scans until each is counted or, if it cannot be, set aside. Raises Unavailable."""
    pending = [scan for scan in found if scan.pending]
    while pending:
        failed = settle(pending)
        pending = [scan for scan in scans.read(failed) if scan.pending]


def settle_images(images: Iterable[Mapping[str, Any]]) -> None:
    """Fold the scans in the new images of stream records, and widen links that run hot.

    That comes first: a partition that is overrun may make folding fail, and widening is what helps.
    """
    pending = [scan for scan in scans.from_images(images) if scan.pending]
    with suppress(Unavailable):  # the next batch widens it
        widen(scan.key for scan in pending)
    settle(pending)


def settle_recent(organization: int, link: int, slots: range, now_ms: int) -> int:
    """Fold what is pending of a link before it is read; return how many scans could not be folded in time.

    Looking once is enough: a scan that comes after the look came after the question too.
    """
    return settle_for_reader(scans.pending_since(organization, link, slots, now_ms - RECENT_MS, now_ms))


def settle_recent_of_links(organization: int, slots: Iterable[tuple[int, int]], now_ms: int) -> int:
    """As `settle_recent`, of many links' slots, given as (link, slot)."""
    return settle_for_reader(scans.pending_of_links(organization, slots, now_ms - RECENT_MS, now_ms))


def settle_recent_of_all(organization: int, homes: range, now_ms: int) -> int:
    """As `settle_recent`, of all links of an organization, as far as the index knows; of more than READER_SCANS that
    wait not all may be in the number."""
    days = range(day_of(now_ms - RECENT_MS), day_of(now_ms + scans.CLOCKS_DIFFER_MS) + 1)
    indexes = [index_partition(organization, day, home) for day in days for home in homes]
    most = max(scans.INDEX_PAGE, READER_SCANS // len(homes))
    return settle_for_reader(scans.pending_in_index(indexes, now_ms - RECENT_MS, most))


def settle_for_reader(pending: Sequence[Scan]) -> int:
    """Fold scans while a reader waits; return how many could not be folded in time."""
    mine, left = pending[:READER_SCANS], len(pending[READER_SCANS:])
    effort = Effort(until=time.monotonic() + READER_SECONDS)
    for _ in range(READER_TRIES):
        try:
            return left + len(settle(mine, effort))
        except Unavailable:
            mine = [scan for scan in scans.read([scan.key for scan in mine]) if scan.pending]
    return left + len(mine)


def widen(keys: Iterable[ScanKey]) -> None:
    """Give more slots to every link that took more than 100 scans a second in one of them."""
    by_link: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for key in keys:
        by_link[key.organization, key.link].append((key.slot, key.ms))
    for (organization, number), seen in by_link.items():
        if (factor := spread.growth(seen)) > 1:
            grow(organization, number, factor, max(ms for _, ms in seen))


def grow(organization: int, link: int, factor: int, seen_ms: int) -> None:
    """Multiply a link's slots, up to the most there can be, for what was seen at a time.

    Not for what was seen before the last growth could work: a burst is many messages, and one reason. A link that has
    the most there can be is raised all the same: the redirect's copy may have stayed behind.
    """
    now = spreads.of(organization, link)
    if seen_ms <= now.raised_ms + SETTLING_MS:
        return
    held = links.read(organization, link)
    if held is not None:
        spreads.raise_slots(organization, held.value, min(now.slots * factor, spread.MAX_SLOTS), seen_ms)


@dataclass(slots=True)
class _Work:
    """One call of `settle`; `failed` are the scans that could not be folded by their own fault.

    In a round, `changed` are those that were no longer what was read: counted, edited or gone. The `terms` of links are
    read once, after the scans were. Whoever changes them later finds these scans pending, or counted by the older
    terms, and settles them again; but a hot link would be asked for them with every chunk.
    """

    effort: Effort
    anew: bool
    failed: set[ScanKey] = field(default_factory=set)
    changed: set[ScanKey] = field(default_factory=set)
    terms: dict[Owned, Terms | None] = field(default_factory=dict)

    def round(self, found: Sequence[Scan]) -> list[Scan]:
        """Settle scans once; return, as they are now, those that changed meanwhile and are pending again."""
        self.changed, self.terms = set(), {}
        together = sorted(found, key=_place)
        self.each(packed(together, lambda scan: touched(scan.key, scan.facts), MAX_ACTIONS, CHUNK))
        return [scan for scan in scans.read(self.changed) if scan.pending]

    def each(self, chunks: Iterable[Sequence[Scan]]) -> None:
        """Settle every chunk, and raise only then if one could not be."""
        failure: Unavailable | None = None
        for chunk in chunks:
            if self.effort.over:
                raise Unavailable.storage()
            try:
                self._chunk(chunk)
            except Unavailable as error:
                failure = error
        if failure:
            raise failure

    def _chunk(self, chunk: Sequence[Scan]) -> None:
        for attempt in range(self.effort.attempts):
            try:
                outcome = _commit(chunk, self._terms(chunk), self.anew)
            except Unavailable:
                outcome = folding.Outcome(committed=False)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up any other scan
                return self._halves(chunk, error)
            if outcome.committed:
                return None
            self.changed |= outcome.changed
            chunk = [scan for scan in chunk if scan.key not in outcome.changed]
            if not chunk:
                return None
            if self.effort.over:
                break
            if not outcome.changed:
                time.sleep(_backoff(attempt))
        raise Unavailable.storage()

    def _terms(self, chunk: Sequence[Scan]) -> Mapping[Owned, Terms | None]:
        if unknown := {_owned(scan) for scan in chunk} - self.terms.keys():
            read = links.terms(unknown)
            self.terms |= {link: read.get(link) for link in unknown}
        return self.terms

    def _halves(self, chunk: Sequence[Scan], error: Exception) -> None:
        """Find the scan that stops its chunk, and let the others pass."""
        if len(chunk) > 1:
            self.each(batches(chunk, -(-len(chunk) // 2)))
            return
        self.failed.add(chunk[0].key)
        poison.note(chunk[0], error)


def _commit(chunk: Sequence[Scan], terms: Mapping[Owned, Terms | None], anew: bool) -> folding.Outcome:
    """One attempt: read everything consistently, fold, write on the condition that nothing changed meanwhile."""
    settling = [_settling(scan, terms[_owned(scan)], anew) for scan in chunk]
    changes = [each.change for each in settling]
    held_visitors = visitors.read(visitor_keys(changes))
    visits = {key: held.value for key, held in held_visitors.items()}
    placement = placed(changes, visits)
    if len(chunk) > 1 and len(chunk) + len(placement.visitors) + len(placement.moves) > MAX_ACTIONS:
        raise Oversized  # it would be refused after more reading and folding
    held_rollups = rollups.read(placement.moves.keys())
    folded = placement.entered({key: held.value for key, held in held_rollups.items()})
    return folding.commit(settling, folded, folding.Standing(held_visitors, held_rollups))


def _settling(scan: Scan, terms: Terms | None, anew: bool) -> Settling:
    if terms is None:
        return Settling(scan, None)
    return Settling(scan, judged(scan, terms, anew), terms.expires(scan.key.ms))


def _place(scan: Scan) -> tuple[int, int, ScanKey]:
    """Scans that share rollups stand together, so that a transaction writes few: a link's, and those of links whose
    organization's rollups are the same."""
    return scan.key.organization, spread.home(scan.key.link, scan.key.slot), scan.key


def _owned(scan: Scan) -> Owned:
    return scan.key.organization, scan.key.link


def _backoff(attempt: int) -> float:
    """Full jitter, so that writers who met do not meet again."""
    longest = min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS)
    return random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing
