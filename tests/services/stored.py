"""Scans as they lie in the tables long after they were counted, written without counting them one by one."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.fold import placed
from chalicelib.core.rollups import Rollup, RollupKey
from chalicelib.core.scans import FACT_NAMES, Change, Facts, ScanKey
from chalicelib.store import rollups, scans
from chalicelib.store.rollups import RollupItem


def settled(key: ScanKey, facts: Facts) -> dict[str, Any]:
    """A scan item after its fold."""
    known = {name: value for name in FACT_NAMES if (value := getattr(facts, name))}
    index = {} if facts.bot else {"day": key.by_day}
    return {"pk": key.partition, "sk": key.sort, "rev": 1, "counted": facts.dumps(), "rules": 1, **index, **known}


def counted(found: Mapping[ScanKey, Facts]) -> None:
    """Put scans into their rollups, by the fold; nobody remembers their visitors."""
    placement = placed([Change(key, None, facts) for key, facts in found.items()], {})
    held = rollups.read(placement.moves.keys()) if placement.moves else {}
    write(placement.entered({key: rollup.value for key, rollup in held.items()}).rollups)


def write(found: Mapping[RollupKey, Rollup]) -> None:
    """Write rollups as they are."""
    with RollupItem.batch_write() as batch:
        for key, rollup in found.items():
            batch.save(rollups.item(key, rollup))


def remember(found: Mapping[ScanKey, Facts]) -> list[ScanKey]:
    """Store counted scans."""
    scans.put_all(settled(key, facts) for key, facts in found.items())
    counted(found)
    return list(found)
