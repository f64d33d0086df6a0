"""Decisions about stored scans: which are an organization's own tests, how long they are kept, by which rules they are
judged. Each is written together with the order that makes the past follow it; the fold goes by it from then on.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from chalicelib import ids
from chalicelib.core.days import DAY_MS
from chalicelib.core.judging import LEAST_KEPT_DAYS, Span
from chalicelib.core.links import Link
from chalicelib.errors import InvalidRequest, Unavailable
from chalicelib.services import links as live
from chalicelib.services.accounts import Caller
from chalicelib.store import accounts, links, queues, refolds, spreads
from chalicelib.store.refolds import Refold
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8
MOST_SPANS: Final = 100
LONGEST_KEPT_DAYS: Final = 3650
ALL_LINKS: Final = 0


def leave_out(caller: Caller, spelled: str, spans: Iterable[Span], now_ms: int) -> Link:
    """Let the scans of a link in these spans, and no others, be tests of its organization's own: in no total.

    Spans may lie in the future. Raises NotFound, InvalidRequest, Unavailable.
    """
    wanted = _united(spans)
    for _ in range(ATTEMPTS):
        held = live.held(caller, spelled)
        link = replace(held.value, left_out=wanted)
        changed = set(wanted) ^ set(held.value.left_out)
        if not changed:
            return link
        order = _order(link.organization, link.number, changed, now_ms)
        write = Transaction()
        links.put_again(write, held, link)
        spreads.begin_recounting(write, link.organization, link.number, order.number)
        if _placed(order, write, now_ms):
            return link
    raise Unavailable.storage()


def rejudge(organization: int, first_ms: int, end_ms: int, now_ms: int) -> None:
    """Judge the scans of all links from a time to just before another again, by today's rules."""
    if first_ms >= end_ms:
        raise InvalidRequest.for_field("to", "must be after from")
    if not _placed(_order(organization, ALL_LINKS, {(first_ms, end_ms)}, now_ms, anew=True), Transaction(), now_ms):
        raise Unavailable.storage()


def keep_scans(organization: int, days: int | None, now_ms: int) -> None:
    """Keep raw scans for so many days, None for ever. Rollups stay. Raises InvalidRequest, Unavailable."""
    if days is not None and not LEAST_KEPT_DAYS <= days <= LONGEST_KEPT_DAYS:
        raise InvalidRequest.for_field("keep_days", f"must be {LEAST_KEPT_DAYS} to {LONGEST_KEPT_DAYS}, or null")
    order = _order(organization, ALL_LINKS, {(0, now_ms + DAY_MS)}, now_ms)  # redirects' clocks may be ahead
    for _ in range(ATTEMPTS):
        known = accounts.read_organization(organization)
        if days == known.keep_days:
            return
        least = min((kept for kept in (days, known.least_kept_days) if kept is not None), default=None)
        kept_from_ms = known.kept_after_change_ms(now_ms)
        wanted = replace(known, keep_days=days, least_kept_days=least, kept_from_ms=kept_from_ms)
        write = Transaction()
        accounts.keep(write, known, wanted)
        if _placed(order, write, now_ms):
            return
    raise Unavailable.storage()


def kept_days(organization: int) -> int | None:
    """For how many days raw scans are kept; None for ever."""
    return accounts.read_organization(organization).keep_days


def _united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order; those that touch are one. Raises InvalidRequest."""
    united: list[Span] = []
    for first, end in sorted(spans):
        if first >= end:
            raise InvalidRequest.for_field("ranges", "must each end after they begin")
        if united and first <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((first, end))
    if len(united) > MOST_SPANS:
        raise InvalidRequest.for_field("ranges", f"must be at most {MOST_SPANS}")
    return tuple(united)


def _order(organization: int, link: int, spans: set[Span], now_ms: int, anew: bool = False) -> Refold:
    first, end = min(first for first, _ in spans), max(end for _, end in spans)
    latest = now_ms + DAY_MS  # no scan is of a later time
    return Refold(organization, ids.new(now_ms), link, first, min(end, latest), anew)


def _placed(order: Refold, write: Transaction, now_ms: int) -> bool:
    """Write an order with what was decided; False when that was refused."""
    refolds.put(write, order, now_ms)
    if write.commit():
        return False
    with suppress(Unavailable):  # the order stands: the sweep sends it again
        queues.send_job({"organization": order.organization, "refold": order.number})
    return True
