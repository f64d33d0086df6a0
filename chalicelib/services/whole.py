"""Comparing what is a sum of what was compared before: the organization's day, and the lifetimes.

The organization's day is the sum of its links' days, home by home. Its versions are read before and after these: every
fold that changes a link's day changes the organization's in the same transaction.

Its histograms are no sums: somebody may have seen two links. They are collected while the links are compared, each
visitor with the first link that saw them. That takes long, so they count only if no version changed since.

A lifetime is the sum of the days in its partition. Those are there when the raw scans are long gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core import slots as spread
from chalicelib.core.batches import batches
from chalicelib.core.integrity import Drift, Sample
from chalicelib.core.recounting import LIFETIME_TOLD, histograms_lacking, mended, of_lifetime, of_organization
from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope
from chalicelib.services.runs import TRIES, Findings, Rollups, Run, versions, wait
from chalicelib.store import census, rollups, spreads
from chalicelib.store.versions import Held

PAGE: Final = 1000

Sums = dict[int, Rollup]  # home -> the days of the links that count there


def sample(run: Run) -> Sample:
    """The organization's histograms before any link was looked at."""
    return Sample(versions=_by_home(_read(run)))


def is_still(run: Run) -> bool:
    """Whether nothing was folded into the organization's day since its sample was begun."""
    return _by_home(_read(run)) == run.progress.sample.versions


def check_organization(run: Run) -> None:
    """Compare the organization's day with its links', which must all be right, and mend it.

    Raises TimeIsUp, Expired, Overtaken, Unavailable.
    """
    left = Drift()
    for attempt in range(TRIES):
        held, histograms = _read(run), run.progress.sample
        still = _by_home(held) == histograms.versions
        sums = _sums(run)
        if sums is not None and versions(_read(run)) == versions(held):
            findings = _compare(run, held, sums, histograms if still else None)
            left = findings.drift
            if not left.items or run.repair(findings):
                check_lifetimes(run, [key for key in held if held[key].version or key in findings.rollups])
                return None if still else run.leave(Drift())
        wait(attempt)
    return run.leave(left)


def check_lifetimes(run: Run, touched: Iterable[RollupKey]) -> None:
    """Compare the lifetimes beside these days with all days there are, and mend them.

    Raises TimeIsUp, Expired, Overtaken, Unavailable.
    """
    for scope, slot in sorted({(key.scope, key.slot) for key in touched}):
        run.check_time()
        _check_lifetime(run, RollupKey(run.organization, scope, slot, LIFETIME))


def _check_lifetime(run: Run, key: RollupKey) -> None:
    left = Drift()
    for attempt in range(TRIES):
        held = rollups.read_scope_as_stored(run.organization, key.scope, key.slot)
        stored = held.pop(key, Held({}, None))
        days = [day.value for day in held.values() if day.value is not None]
        if len(days) < len(held):
            break  # a day that nobody can read must be recounted first
        findings = Findings()
        findings.compare(key, stored, mended(stored.value or {}, of_lifetime(days), LIFETIME_TOLD))
        left = findings.drift
        if not left.items or (_same(run, {**held, key: stored}) and run.repair(findings)):
            return
        wait(attempt)
    run.leave(left)


def _same(run: Run, held: Rollups) -> bool:
    """Whether a partition is as it was read: then it was of one moment."""
    key = next(iter(held))
    again = versions(rollups.read_scope_as_stored(run.organization, key.scope, key.slot))
    return again == {key: version for key, version in versions(held).items() if version is not None}


def _read(run: Run) -> Rollups:
    homes = spread.homes(spreads.most_slots(run.organization))
    keys = [RollupKey(run.organization, ORGANIZATION_SCOPE, home, run.day) for home in homes]
    return rollups.read_as_stored(keys)


def _by_home(held: Rollups) -> dict[str, int | None]:
    return {str(key.slot): rollup.version for key, rollup in held.items()}


def _sums(run: Run) -> Sums | None:
    """The days of all links, added up by home; None when one cannot be read."""
    sums: defaultdict[int, Rollup] = defaultdict(dict)
    for page in batches(list(_link_days(run)), PAGE):
        for key, held in rollups.read_as_stored(page).items():
            if held.value is None:
                return None
            home = spread.home(int(key.scope[1:]), key.slot)
            sums[home] = r.merged([sums[home], held.value])
        run.check_time()
    return sums


def _link_days(run: Run) -> Iterator[RollupKey]:
    """Of every link and slot; links that came after the organization's versions were read are in this."""
    slots = census.slots(run.organization)
    for link in census.links_after(run.organization, 0):
        for slot in range(slots.get(link, 1)):
            yield RollupKey(run.organization, link_scope(link), slot, run.day)


def _compare(run: Run, held: Rollups, sums: Sums, histograms: Sample | None) -> Findings:
    findings = Findings()
    stored = r.merged(rollup.value or {} for rollup in held.values())
    for key, rollup in held.items():
        wanted = mended(rollup.value or {}, of_organization([sums.get(key.slot, {})]))
        if key.slot == 0 and histograms is not None:
            lacks = histograms_lacking(stored, histograms.tables, histograms.unsure, run.horizon)
            wanted = r.entered(wanted, lacks)
        findings.compare(key, rollup, wanted)
    return findings
