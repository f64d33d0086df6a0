"""The transaction of a fold: scans, visitors and rollups change together, or nothing does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.core.fold import Folded
from chalicelib.core.judging import Verdict
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.scans import Change, Scan, ScanKey
from chalicelib.core.visitors import VisitorKey, Visits
from chalicelib.store import poisoned, rollups, scans, visitors
from chalicelib.store.scan_items import ScanItem
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held


@dataclass(frozen=True, slots=True)
class Standing:
    """What a fold was made from: the visitors and rollups as they were read."""

    visitors: Mapping[VisitorKey, Held[Visits]]
    rollups: Mapping[RollupKey, Held[Rollup]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a commit ended. Neither `committed` nor any `changed`: visitors or rollups did meanwhile; read them again.

    `changed` are the scans that are no longer what was read: counted by somebody else, edited or gone.
    """

    committed: bool
    changed: frozenset[ScanKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Settling:
    """What a scan shall be: what its verdict says, until it expires (in Unix seconds); gone when there is none."""

    scan: Scan
    verdict: Verdict | None
    expires: int | None = None

    @property
    def change(self) -> Change:
        return Change(self.scan.key, self.scan.counted, self.verdict.facts if self.verdict else None)


def commit(settling: Sequence[Settling], folded: Folded, standing: Standing) -> Outcome:
    """Apply a fold to scans, visitors and rollups.

    Raises Oversized when the chunk is too large for one transaction, Unavailable when DynamoDB fails.
    """
    write = Transaction()
    for each in settling:
        _settle(write, each, folded.firsts.get(each.scan.key))
    for visitor, visits in folded.visitors.items():
        visitors.enter(write, visitor, visits, standing.visitors[visitor].version)
    for rollup_key, rollup in folded.rollups.items():
        rollups.enter(write, rollup_key, rollup, standing.rollups[rollup_key].version)
    refusals = write.commit()
    subjects = (refusal.subject for refusal in refusals if refusal.condition)
    return Outcome(not refusals, frozenset(key for key in subjects if isinstance(key, ScanKey)))


def _settle(write: Transaction, settling: Settling, first: bool | None) -> None:
    scan, verdict = settling.scan, settling.verdict
    condition = scans.as_read(scan)
    if verdict is not None:
        after = scans.settling(scan, verdict, first, settling.expires)
        write.become(ScanItem, (scan.key.partition, scan.key.sort), after, condition, scan.key)
        return
    write.delete(scans.record(scan.key), condition, scan.key)
    if scan.poisoned:
        poisoned.forget(write, scan.key)
