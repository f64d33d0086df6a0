"""Comparing one day of one link: what its scans say, against its rollups and its visitors.

Every fold that changes what is counted of a day writes that day's rollup, with a new version. So when the versions
are the same before and after all was read, all of it is of one moment:

    compare:  versions, scans, visitors, versions again: the same ............ mends: refused, reads all again
    fold:     .................................................... commits

The days of a link's QR codes are compared with it: which there are, its scans' markers tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.core import rollups as r
from chalicelib.core.batches import batches
from chalicelib.core.integrity import Drift
from chalicelib.core.mending import Doubt, Uniques, counted_first, doubts, followed, mended, present
from chalicelib.core.recounting import Recounted, histograms_lacking, lacking
from chalicelib.core.recounting import mended as mended_rollup
from chalicelib.core.rollups import ORGANIZATION_SCOPE, Rollup, RollupKey, link_scope
from chalicelib.core.scans import ScanKey
from chalicelib.core.visitors import VisitorKey, Visits, trimmed
from chalicelib.errors import Unavailable
from chalicelib.services import counting
from chalicelib.services.runs import TRIES, Findings, Rollups, Run, versions, wait
from chalicelib.store import counted, rollups, scans, spreads, visitors
from chalicelib.store.versions import Held

VISITORS_PAGE = 100


@dataclass
class Look:
    """A link's day as it was at one moment. `whole` is what it adds to the organization's histograms."""

    held: Rollups
    whole: Uniques
    scans: int = 0
    findings: Findings = field(default_factory=Findings)

    @property
    def touched(self) -> list[RollupKey]:
        """The rollups that are there, or are to be."""
        return [key for key, held in self.held.items() if held.version is not None or key in self.findings.rollups]


class LinkDay:
    """Compares one link's day, and mends it, until it is right."""

    def __init__(self, run: Run, link: int, links_there: frozenset[int]) -> None:
        self._run, self._link, self._links = run, link, links_there
        self._scopes = {link_scope(link)}
        self._doubted: set[Doubt] = set()
        self._settled = False

    def check(self) -> Look | None:
        """The day, once it is right; None when it changes faster than it can be compared and mended.

        Raises TimeIsUp, Expired, Overtaken, Unavailable.
        """
        left = Drift()
        for attempt in range(TRIES):
            look = self._look()
            if look and (not look.findings.drift.items or self._run.repair(look.findings)):
                return look
            left = look.findings.drift if look else left
            wait(attempt)
        self._run.leave(left)
        return None

    def _look(self) -> Look | None:
        """One look at everything; None when it was not of one moment, or showed that there is more to look at."""
        slots = self._slots()
        held = self._read_rollups(slots)
        recounted, pending = self._read_scans(slots)
        if self._settle(pending, held) or self._found_markers(recounted):
            return None
        look = Look(held, Uniques(ORGANIZATION_SCOPE, self._run.day, self._run.horizon), recounted.scans)
        uniques = self._compare_visitors(look, recounted)
        self._compare_rollups(look, recounted, uniques)
        if look.touched and (versions(self._read_rollups(slots)) != versions(held) or self._slots() != slots):
            return None
        return look

    def _slots(self) -> range:
        return range(spreads.slots(self._run.organization, self._link))

    def _read_rollups(self, slots: range) -> Rollups:
        organization, day = self._run.organization, self._run.day
        keys = [RollupKey(organization, scope, slot, day) for scope in sorted(self._scopes) for slot in slots]
        return rollups.read_as_stored(keys)

    def _read_scans(self, slots: range) -> tuple[Recounted, list[ScanKey]]:
        """What the day's scans come to, and those of them that wait to be folded."""
        recounted, pending = Recounted(self._run.day), []
        for page in counted.pages(self._run.organization, self._link, slots, self._run.day):
            recounted.add([(scan.key, scan.facts) for scan in page if scan.facts is not None])
            pending += [scan.key for scan in page if scan.pending]
            self._run.check_time()
        return recounted, pending

    def _settle(self, pending: list[ScanKey], held: Rollups) -> bool:
        """Fold what waits, once; what cannot be folded is in no rollup, and is compared as such.

        Not into a rollup that nobody can read: that would be held against the scan.
        """
        if not pending or self._settled or any(rollup.value is None for rollup in held.values()):
            return False
        self._settled = True
        for chunk in batches(pending, counting.CHUNK):
            try:
                counting.settle(scans.read(chunk))
            except Unavailable:
                break
            self._run.check_time()
        return True

    def _found_markers(self, recounted: Recounted) -> bool:
        """Whether there are scopes whose rollups were not read before the scans were."""
        known = len(self._scopes)
        self._scopes |= recounted.scopes
        return len(self._scopes) > known

    def _compare_visitors(self, look: Look, recounted: Recounted) -> dict[str, Uniques]:
        """Find the visitors that do not know of their scans; return the day's histograms, by scope."""
        uniques = {scope: Uniques(scope, self._run.day, self._run.horizon) for scope in self._scopes}
        for page in batches(sorted(recounted.visitors), VISITORS_PAGE):
            for key, held in visitors.read_as_stored(page).items():
                self._compare_visitor(look, recounted, key, held, uniques.values())
            self._run.check_time()
        return uniques

    def _compare_visitor(
        self,
        look: Look,
        recounted: Recounted,
        key: VisitorKey,
        held: Held[Visits | None],
        uniques: Iterable[Uniques],
    ) -> None:
        before, day = held.value or {}, self._run.day
        after = mended(before, recounted.visitors[key], self._scopes, day)
        kept = before if after is before else trimmed(after)
        if kept != before or held.value is None:
            look.findings.visitors[key] = Held(kept, held.version)
            look.findings.followed |= followed(before, kept, self._scopes, day)
        self._doubted |= doubts(key, before, after, self._scopes, day)
        for each in uniques:
            each.count(key, after, present(after, each.scope, day), self._doubted)
            each.count_hours(after)
        look.whole.count(key, after, counted_first(after, self._link, self._links, day), self._doubted)

    def _compare_rollups(self, look: Look, recounted: Recounted, uniques: dict[str, Uniques]) -> None:
        for scope, unique in uniques.items():
            mine = {key: held for key, held in look.held.items() if key.scope == scope}
            stored = r.merged(held.value or {} for held in mine.values())
            for key, held in mine.items():
                wanted = mended_rollup(held.value or {}, recounted.rollups.get(key, {}))
                if key.slot == 0:
                    wanted = r.entered(wanted, _lacking(stored, unique))
                look.findings.compare(key, held, wanted)


def _lacking(stored: Rollup, unique: Uniques) -> Rollup:
    """What the first slot's rollup must be given so that the histograms are right in sum."""
    hours = lacking(r.table(stored, r.HOURLY_VISITORS), unique.hours)
    return {**histograms_lacking(stored, unique.tables, unique.unsure, unique.horizon), r.HOURLY_VISITORS: hours}
