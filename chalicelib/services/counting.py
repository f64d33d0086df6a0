"""Counting: bring pending scans into visitors and rollups, exactly once each.

The stream, readers, the sweep, the spill queue and erasing all end in `settle`. Whoever comes second finds the
scan no longer as it was read, and lets it be.

    fold A: reads scan (pending 1), visitors, rollups ......... commits
    fold B: .... reads the same ............................................ refused: scan is settled, drop it
    crash:  anywhere before the commit nothing has happened, after it everything has
"""

import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from chalicelib.core import slots as spread
from chalicelib.core.fold import placed, visitor_keys
from chalicelib.core.judging import judged
from chalicelib.core.scans import Change, Facts, Scan, ScanKey
from chalicelib.errors import Unavailable
from chalicelib.store import folding, links, rollups, scans, visitors
from chalicelib.store.transactions import MAX_ACTIONS, Oversized

# Each scan has a visitor of its own at worst, and four rollups are the least: 48 + 48 + 4 actions.
CHUNK: Final = 48
ATTEMPTS: Final = 12
FIRST_WAIT_SECONDS: Final = 0.02
LONGEST_WAIT_SECONDS: Final = 1.0

# What readers look back: pending scans older than this are the sweep's.
RECENT_MS: Final = 120_000
READER_TRIES: Final = 2
READER_ATTEMPTS: Final = 4
READER_SCANS: Final = 960  # about as many as can be folded while somebody waits
READER_SECONDS: Final = 5.0

# After slots are raised, redirects go on with what they have cached, for 5 seconds.
SETTLING_MS: Final = 10_000

Wait = Callable[[float], None]


def settle(found: Iterable[Scan], attempts: int = ATTEMPTS, wait: Wait = time.sleep, until: float = math.inf) -> None:
    """Fold scans: pending ones are counted, those of an erased link taken out and deleted.

    Raises Unavailable when any could not be folded, after all others were, or when `until` (of the monotonic clock)
    is past.
    """
    newest: dict[ScanKey, Scan] = {}
    for scan in found:
        held = newest.get(scan.key)
        if held is None or scan.rev > held.rev:
            newest[scan.key] = scan
    ordered = sorted(newest.values(), key=lambda scan: scan.key)
    _settle_each([ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)], attempts, wait, until)


def settle_images(images: Iterable[Mapping[str, Any]]) -> None:
    """Fold the scans in the new images of stream records, and widen links that run hot."""
    pending = [scan for scan in map(scans.from_image, images) if scan.pending]
    settle(pending)
    widen(scan.key for scan in pending)


def settle_recent(organization: int, link: int, slots: range, now_ms: int) -> int:
    """Fold what is pending of a link before it is read; return how many scans could not be folded in time.

    Looking once is enough: a scan that comes after the look came after the question too.
    """
    pending = scans.pending_since(organization, link, slots, now_ms - RECENT_MS, now_ms)
    mine, left = pending[:READER_SCANS], len(pending[READER_SCANS:])
    until = time.monotonic() + READER_SECONDS
    for _ in range(READER_TRIES):
        try:
            settle(mine, READER_ATTEMPTS, until=until)
        except Unavailable:
            mine = [scan for scan in scans.read([scan.key for scan in mine]) if scan.pending]
        else:
            return left
    return left + len(mine)


def widen(keys: Iterable[ScanKey]) -> None:
    """Double the slots of every link that took more than 100 scans a second in one of them."""
    keys = list(keys)
    by_link: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for key in keys:
        by_link[key.organization, key.link].append((key.slot, key.ms))
    for (organization, number), seen in by_link.items():
        if spread.is_hot(seen):
            double(organization, number, max(ms for _, ms in seen))


def double(organization: int, link: int, seen_ms: int) -> None:
    """Double a link's slots, up to the most there can be, for what was seen at a time.

    Not for what was seen before the last doubling could work: a burst is many messages, and one reason.
    """
    if seen_ms <= links.slots_raised(organization, link) + SETTLING_MS:
        return
    held, slots = links.read(organization, link), links.slots(organization, link)
    if held is not None and slots < spread.MAX_SLOTS:
        links.raise_slots(organization, held.value, slots * 2, seen_ms)


def _settle_each(chunks: Iterable[Sequence[Scan]], attempts: int, wait: Wait, until: float) -> None:
    """Settle every chunk, and raise only then if one could not be."""
    failure: Unavailable | None = None
    for chunk in chunks:
        if time.monotonic() > until:
            raise Unavailable.storage()
        try:
            _settle_chunk(chunk, attempts, wait, until)
        except Unavailable as error:
            failure = error
    if failure:
        raise failure


def _settle_chunk(chunk: Sequence[Scan], attempts: int, wait: Wait, until: float) -> None:
    for attempt in range(attempts):
        try:
            outcome = _commit(chunk)
        except Oversized:
            return _settle_halves(chunk, attempts, wait, until)
        except Unavailable:
            outcome = folding.Outcome(committed=False)
        if outcome.committed:
            return None
        chunk = [scan for scan in chunk if scan.key not in outcome.settled]
        if not chunk:
            return None
        if not outcome.settled:
            wait(_backoff(attempt))
    raise Unavailable.storage()


def _settle_halves(chunk: Sequence[Scan], attempts: int, wait: Wait, until: float) -> None:
    middle = len(chunk) // 2
    if not middle:
        raise Unavailable.storage()
    _settle_each([chunk[:middle], chunk[middle:]], attempts, wait, until)


def _commit(chunk: Sequence[Scan]) -> folding.Outcome:
    """One attempt: read everything consistently, fold, write on the condition that nothing changed meanwhile."""
    alive = links.alive({(scan.key.organization, scan.key.link) for scan in chunk})
    settling: list[tuple[Scan, Facts | None]] = [
        (scan, judged(scan) if (scan.key.organization, scan.key.link) in alive else None) for scan in chunk
    ]
    changes = [Change(scan.key, scan.counted, facts) for scan, facts in settling]
    held_visitors = visitors.read(visitor_keys(changes))
    visits = {key: held.value for key, held in held_visitors.items()}
    placement = placed(changes, visits)
    if len(chunk) > 1 and len(chunk) + len(placement.visitors) + len(placement.moves) > MAX_ACTIONS:
        raise Oversized  # it would be refused after more reading and folding
    held_rollups = rollups.read(placement.moves.keys())
    folded = placement.entered({key: held.value for key, held in held_rollups.items()})
    return folding.commit(settling, folded, folding.Standing(held_visitors, held_rollups))


def _backoff(attempt: int) -> float:
    """Full jitter, so that writers who met do not meet again."""
    longest = min(FIRST_WAIT_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS)
    return random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing
