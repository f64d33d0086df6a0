"""What happened, from what the tables' streams say changed.

A stream record may come again: then the same event is made of it, with the same id. What cannot be understood is set
aside in a queue, with a line in the log: a stream would hand it out for a day, and everything behind it had to wait.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeVar

from chalicelib import ids, logs, metrics
from chalicelib.core import events as e
from chalicelib.core.codes import QrCode
from chalicelib.core.endpoints import DISABLED, Endpoint
from chalicelib.core.events import Drawn, Event, Made, Reached, Scanned, Subject
from chalicelib.core.links import Link
from chalicelib.core.metric_names import EVENTS_UNTOLD
from chalicelib.core.scans import Scan
from chalicelib.core.summaries import Subscription
from chalicelib.errors import Unavailable
from chalicelib.store import codes, endpoints, links, queues, reached, rollups, scans, subscriptions
from chalicelib.store.streams import Changed

T = TypeVar("T")
Wanted = Callable[[int], Collection[str]]  # the types of events that anybody of an organization wants

# What is posted to, by the beginnings of their sort keys.
_RECEIVERS: Final[dict[str, Callable[[dict[str, Any]], Endpoint | Subscription]]] = {
    "endpoint#": endpoints.from_image,
    "summary#": subscriptions.from_image,
}

THRESHOLDS: Final = frozenset({e.QR_SCAN_THRESHOLD, e.URL_CLICK_THRESHOLD})
_MOST_KNOWN: Final = 10_000

_code_numbers: dict[tuple[int, int], int] = {}  # of links' markers: which QR code a marker is never changes


class Found(NamedTuple):
    """An event whose link is still to be read (0 for none); `subject` then says what it is about, None where that is
    nobody's any more."""

    id: str
    type: str
    ms: int
    organization: int
    link: int
    subject: Callable[[Link | None], Subject | None]


def events(changed: Iterable[Changed], wanted: Wanted) -> list[Event]:
    """The events that somebody wants. Raises Unavailable."""
    found = [each for each in _understood(changed, _found) if each.type in wanted(each.organization)]
    numbers: dict[int, set[int]] = defaultdict(set)
    for each in found:
        numbers[each.organization].add(each.link)
    known = {organization: links.several(organization, of - {0}) for organization, of in numbers.items()}
    return [event for each in found for event in _told(each, known[each.organization].get(each.link))]


def doorbells(changed: Iterable[Changed], wanted: Wanted) -> dict[tuple[int, str], int]:
    """The totals that rose, as (organization, scope), each with what it was at least before: time to look whether a
    threshold was crossed."""
    rung: dict[tuple[int, str], int] = {}
    for rise in _understood(changed, _rises):
        if THRESHOLDS & set(wanted(rise.organization)):
            scope = rise.organization, rise.scope
            rung[scope] = min(rise.before, rung.get(scope, rise.before))
    return rung


def disabled(changed: Iterable[Changed]) -> Iterator[tuple[int, int]]:
    """The endpoints and summaries that were disabled, as (organization, number)."""
    return _understood(changed, _ends)


def _understood(changed: Iterable[Changed], read: Callable[[Changed], Iterable[T]]) -> Iterator[T]:
    """What is read of each change, as far as that can be. Raises Unavailable."""
    for change in changed:
        found: list[T] = []
        with _setting_aside({"table": change.table, "pk": change.pk, "sk": change.sk}):
            found += read(change)
        yield from found


@contextmanager
def _setting_aside(what: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up other events
        logs.report("a change is not understood", error)
        metrics.count(EVENTS_UNTOLD)
        queues.set_aside(what)


def _told(found: Found, link: Link | None) -> list[Event]:
    """The event, if its subject is somebody's."""
    subject = None
    with _setting_aside({"event": found.id, "organization": found.organization}):
        subject = found.subject(link)
    return [Event(found.id, found.type, found.ms, found.organization, subject)] if subject else []


def _rises(change: Changed) -> list[rollups.Rise]:
    rise = rollups.lifetime_rise(change) if change.table == "rollups_table" else None
    return [rise] if rise else []


def _ends(change: Changed) -> Iterator[tuple[int, int]]:
    read = next((read for kind, read in _RECEIVERS.items() if change.sk.startswith(kind)), None)
    if read and change.old and change.new:
        before, after = read(change.old), read(change.new)
        if after.status == DISABLED != before.status:
            yield after.organization, after.number


def _found(change: Changed) -> Iterator[Found]:
    if change.table == "scans_table" and change.new:
        yield from _of_scan(change)
    elif change.sk.startswith("link#") and change.old is None and change.new:
        yield from _of_link(links.from_image(change.new))
    elif change.sk.startswith(("code#", "bound#")):
        yield from _of_code(change)
    elif change.sk.startswith("reached#") and change.new:
        yield from _of_mark(reached.crossing(change.new))


def _of_scan(change: Changed) -> Iterator[Found]:
    """A scan is told of when it has its first verdict and that is human; its conversation, when it ends first, or with
    the scan where it had ended before."""
    for after in scans.from_images([change.new] if change.new else []):
        before = next(scans.from_images([change.old]), None) if change.old else None
        if after.counted is None or after.counted.bot:
            continue
        about = f"evt_{after.key.id}"
        is_new = before is None or before.counted is None
        if is_new:
            yield _found_scan(about, e.SCAN_CREATED, after.key.ms, after)
        if after.completed_ms is not None and (is_new or (before and before.completed_ms is None)):
            yield _found_scan(f"{about}_completed", e.CONVERSATION_COMPLETED, after.completed_ms, after)


def _found_scan(event: str, kind: str, ms: int, scan: Scan) -> Found:
    marker = scan.counted.marker if scan.counted else 0

    def subject(link: Link | None) -> Subject | None:
        return Scanned(scan, link, _code_number(link, marker)) if link else None

    return Found(event, kind, ms, scan.key.organization, scan.key.link, subject)


def _of_link(link: Link) -> Iterator[Found]:
    """Of one that was made here: an import of thousands of old links is no news to anybody."""
    if link.imported is not None:
        return
    for kind, prefix in ((e.URL_CREATED, "dc"), (e.QPR_CODE_CREATED, "qpr")):
        event = f"evt_{ids.spell(prefix, link.number)}_created"
        yield Found(event, kind, link.created_ms, link.organization, link.number, lambda _: Made(link))


def _of_code(change: Changed) -> Iterator[Found]:
    before, after = (codes.from_image(image) if image else None for image in (change.old, change.new))
    said = _said_of_code(before, after, change.ms)
    code = after or (replace(before, deleted_ms=change.ms) if before else None)
    if code is None or said is None:
        return
    kind, what, ms = said
    if kind == e.QR_UPDATED and change.new:
        what = f"updated_{codes.version_in(change.new)}"
    event = f"evt_{ids.spell('qr', code.number)}_{what}"
    yield Found(event, kind, ms, code.organization, code.link or 0, lambda link: Drawn(code, link))


def _said_of_code(before: QrCode | None, after: QrCode | None, ms: int) -> tuple[str, str, int] | None:
    """The type of what happened to a QR code, what the event's id ends with, and when; None for nothing."""
    if before is None:
        return (e.QR_CREATED, "created", after.created_ms) if after else None
    if before.deleted_ms is not None:
        return None
    if after is None:  # erased with its link
        return e.QR_DELETED, "deleted", ms
    if after.deleted_ms is not None:
        return e.QR_DELETED, "deleted", after.deleted_ms
    return None if after == before else (e.QR_UPDATED, "updated", ms)


def _of_mark(crossing: reached.Crossing) -> Iterator[Found]:
    number, marker = crossing.link, crossing.marker
    kind = e.QR_SCAN_THRESHOLD if marker else e.URL_CLICK_THRESHOLD
    about = f"evt_{ids.spell('dc', number)}" + (f"_q{marker}" if marker else "")
    for threshold in crossing.thresholds:

        def subject(link: Link | None, threshold: int = threshold) -> Subject | None:
            return Reached(link, threshold, crossing.total, _code_number(link, marker)) if link else None

        yield Found(f"{about}_{threshold}", kind, crossing.ms, crossing.organization, number, subject)


def _code_number(link: Link, marker: int) -> int:
    """The number of one of a link's QR codes; 0 for one that is not there any more, or never was."""
    if not 0 < marker <= link.markers:
        return 0
    if (link.number, marker) not in _code_numbers:
        if len(_code_numbers) > _MOST_KNOWN:
            _code_numbers.clear()
        of_link = codes.of_link(link.organization, link.number, None)
        _code_numbers.update({(link.number, code.marker): code.number for code in of_link})
    return _code_numbers.get((link.number, marker), 0)
