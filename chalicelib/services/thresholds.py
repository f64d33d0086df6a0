"""Crossing thresholds: a total that came to one is told of, once.

The stream record of a lifetime rollup is only a doorbell. What it brings is the total that its slot had *before*: a
lower bound of the sum before. The sum of now is read, over all slots, and what lies in between and was not announced
yet is written to the scope's mark, on the condition that this is what was read:

    doorbell (9 in its slot before): reads 12, no mark ... writes: 10 crossed at 12 -> a stream record: the event
    the same again ............................ reads 12, (9, 12] is announced: nothing
    another at the same time .. reads 12, no mark ............ refused: reads again: nothing

So each threshold is crossed exactly once, whatever doorbells come again, late, in another order or at once. A total
that falls, because scans were left out or judged anew, and rises again crosses nothing twice. A threshold that is
added below the total is not told of later with one slot, unless a doorbell of before comes once more; with several
slots, where the bound is lower, it may be told of late.

The mark is written in one transaction with a look at the link, so that none is left of one that is being erased.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from chalicelib import logs
from chalicelib.core import rollups as r
from chalicelib.core.rollups import LIFETIME, RollupKey, merged, scoped
from chalicelib.core.thresholds import Span, Thresholds, crossed, in_force, joined
from chalicelib.errors import Unavailable
from chalicelib.store import accounts, links, reached, rollups, spreads
from chalicelib.store.reached import Crossing
from chalicelib.store.transactions import Transaction
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8


class _Look(NamedTuple):
    """Of a scope: what it is of, the bound of its total before, its total now, and the thresholds in force."""

    scope: str
    link: int
    marker: int
    before: int
    total: int
    thresholds: Thresholds


class _Found(NamedTuple):
    look: _Look
    held: Held[tuple[Span, ...]]
    thresholds: Thresholds


def cross_all(doorbells: Mapping[tuple[int, str], int], now_ms: int) -> None:
    """Write what the totals of links (`core.rollups.link_scope`) and of markers (`marker_scope`) have crossed.

    A doorbell is (organization, scope) with what the total was before: a lower bound, of several the lowest. Scopes of
    organizations have no thresholds. Raises Unavailable when any could not be seen to, after the others were.
    """
    rung: dict[int, dict[str, int]] = {}
    for (organization, scope), before in doorbells.items():
        rung.setdefault(organization, {})[scope] = before
    failure: Unavailable | None = None
    for organization, scopes in rung.items():
        try:
            _cross_scopes(organization, scopes, now_ms)
        except Unavailable as error:
            failure = error
    if failure:
        raise failure


def _cross_scopes(organization: int, rung: Mapping[str, int], now_ms: int) -> None:
    """Raises Unavailable when any could not be seen to, after the others were."""
    failure: Unavailable | None = None
    for _ in range(ATTEMPTS):
        again: dict[str, int] = {}
        for found in _crossed(organization, rung):
            try:
                if not _written(organization, found, now_ms):
                    again[found.look.scope] = found.look.before
            except Unavailable as error:
                failure = error
        rung = again
        if not rung:
            break
    if failure or rung:
        raise failure or Unavailable.storage()


def _crossed(organization: int, rung: Mapping[str, int]) -> Iterator[_Found]:
    """What there is to be written. Marks are read only of scopes with a threshold between before and now."""
    looks = {
        look.scope: look for look in _looks(organization, rung) if crossed(look.thresholds, (), look.before, look.total)
    }
    for scope, held in reached.announced(organization, looks).items() if looks else ():
        look = looks[scope]
        thresholds = crossed(look.thresholds, held.value, look.before, look.total)
        if thresholds:
            yield _Found(look, held, thresholds)


def _looks(organization: int, rung: Mapping[str, int]) -> Iterator[_Look]:
    """Slots are read before totals: what is counted in a slot that is newer rings a doorbell of its own."""
    of = {scope: found for scope in rung if (found := scoped(scope))}
    known = links.several(organization, {link for link, _ in of.values()}) if of else {}
    if not known:
        return
    owner = accounts.read_organization(organization)
    spread = spreads.several(organization, known)
    slots = {scope: spread[link].slots for scope, (link, _) in of.items() if link in known}
    for scope, total in _totals(organization, slots).items():
        link, marker = of[scope]
        thresholds = in_force(owner.thresholds, known[link].details.thresholds)
        yield _Look(scope, link, marker, rung[scope], total, thresholds)


def _totals(organization: int, slots: Mapping[str, int]) -> dict[str, int]:
    """The lifetime totals of scopes. One that cannot be read is left out: its repair rings again."""
    keys = {
        scope: [RollupKey(organization, scope, slot, LIFETIME) for slot in range(number)]
        for scope, number in slots.items()
    }
    held = rollups.read_as_stored([key for of in keys.values() for key in of])
    totals: dict[str, int] = {}
    for scope, of in keys.items():
        parts = [rollup for key in of if (rollup := held[key].value) is not None]
        if len(parts) == len(of):
            totals[scope] = r.amount(merged(parts), r.TOTAL)
        else:
            logs.report("a total that cannot be read", organization=organization)
    return totals


def _written(organization: int, found: _Found, now_ms: int) -> bool:
    """Write what was crossed; False when what it goes by has changed. Raises Unavailable."""
    look = found.look
    crossing = Crossing(organization, look.link, look.marker, found.thresholds, look.total, now_ms)
    write = Transaction()
    links.check_there(write, organization, look.link)
    spans = joined(found.held.value, look.before, look.total)
    reached.add(write, look.scope, found.held, spans, crossing)
    return not write.commit()
