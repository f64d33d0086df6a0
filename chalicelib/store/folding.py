"""The transaction of a fold: scans, visitors and rollups change together, or nothing does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.core.fold import Folded
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.scans import Facts, Scan, ScanKey
from chalicelib.core.visitors import VisitorKey, Visits
from chalicelib.store import rollups, scans, visitors
from chalicelib.store.rollups import RollupItem
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held, unchanged
from chalicelib.store.visitors import VisitorItem


@dataclass(frozen=True, slots=True)
class Standing:
    """What a fold was made from: the visitors and rollups as they were read."""

    visitors: Mapping[VisitorKey, Held[Visits]]
    rollups: Mapping[RollupKey, Held[Rollup]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a commit ended. Neither `committed` nor any `settled`: something else changed meanwhile; read it again.

    `settled` are the scans that are no longer what was read: somebody else counted them.
    """

    committed: bool
    settled: frozenset[ScanKey] = frozenset()


def commit(settling: Sequence[tuple[Scan, Facts | None]], folded: Folded, standing: Standing) -> Outcome:
    """Apply a fold. Each scan becomes its facts, or goes when there are none.

    Raises Oversized when the chunk is too large for one transaction, Unavailable when DynamoDB fails.
    """
    write = Transaction()
    for scan, facts in settling:
        _settle(write, scan, facts, folded.firsts.get(scan.key))
    for visitor, visits in folded.visitors.items():
        _enter_visitor(write, visitor, visits, standing.visitors[visitor].version)
    for rollup_key, rollup in folded.rollups.items():
        _enter_rollup(write, rollup_key, rollup, standing.rollups[rollup_key].version)
    refusals = write.commit()
    settled = {refusal.subject for refusal in refusals if refusal.condition and isinstance(refusal.subject, ScanKey)}
    return Outcome(not refusals, frozenset(key for key in settled if isinstance(key, ScanKey)))


def _settle(write: Transaction, scan: Scan, facts: Facts | None, first: bool | None) -> None:
    record, condition = scans.record(scan.key), scans.as_read(scan)
    if facts is None:
        write.delete(record, condition, scan.key)
    else:
        write.update(record, scans.settling(facts, first), condition, scan.key)


def _enter_visitor(write: Transaction, key: VisitorKey, visits: Visits, version: int | None) -> None:
    condition = unchanged(VisitorItem.version, version)
    if visits:
        write.put(visitors.item(key, visits), condition, key)
    elif version is not None:
        write.delete(visitors.item(key, visits), condition, key)


def _enter_rollup(write: Transaction, key: RollupKey, rollup: Rollup, version: int | None) -> None:
    condition = unchanged(RollupItem.version, version)
    if rollup:
        write.put(rollups.item(key, rollup), condition, key)
    elif version is not None:
        write.delete(rollups.item(key, rollup), condition, key)
