"""Orders to write a link's scans to a file, in the objects table.

pk <organization>   sk export#<number>   what to write, and how far that came
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.days import DAY_MS
from chalicelib.core.exports import DONE, FAILED, RUNNING, Export, Progress, Wanted
from chalicelib.core.places import Place, Span
from chalicelib.store.tables import Record, refused
from chalicelib.store.versions import new_version, unchanged

# As long as the template keeps the files.
KEPT_DAYS: Final = 7

_PREFIX: Final = "export#"


class ExportItem(Record):
    """`touched` is when a job last took the order up, `etags` those of the parts, separated by blanks."""

    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    link = NumberAttribute()
    first = NumberAttribute()
    end = NumberAttribute()
    format = UnicodeAttribute()
    shape = UnicodeAttribute()
    filename = UnicodeAttribute()
    state = UnicodeAttribute()
    total = NumberAttribute()
    scans = NumberAttribute()
    created = NumberAttribute()
    touched = NumberAttribute()
    expires = NumberAttribute()
    version = NumberAttribute(null=True)
    upload = UnicodeAttribute(null=True)
    etags = UnicodeAttribute(null=True)
    place = UnicodeAttribute(null=True)
    ended = BooleanAttribute(null=True)


def put(order: Export) -> None:
    """Store a new order."""
    wanted = order.wanted
    item = _item(wanted.organization, order.number)
    item.link, item.first, item.end = wanted.link, wanted.span.first_ms, wanted.span.end_ms
    item.format, item.shape, item.filename = wanted.format, wanted.shape, wanted.filename
    item.state, item.total, item.scans = order.state, order.total, order.progress.scans
    item.created = item.touched = order.created_ms
    item.expires = (order.created_ms + KEPT_DAYS * DAY_MS) // 1000
    item.save()


def read(organization: int, number: int, now_ms: int) -> Export | None:
    """An order, None when there is none, or none any more."""
    item = _item(organization, number)
    try:
        item.refresh(consistent_read=True)
    except ExportItem.DoesNotExist:
        return None
    return _export(item) if item.expires > now_ms // 1000 else None


def take(organization: int, number: int, now_ms: int) -> Export | None:
    """Take a running order up, from another job as well; None when there is no such order any more."""
    item = _item(organization, number)
    taking: list[Action] = [ExportItem.touched.set(now_ms), ExportItem.version.set(new_version())]
    running = ExportItem.pk.exists() & (ExportItem.state == RUNNING)
    return None if refused(lambda: item.update(taking, condition=running)) else _export(item)


def reach(order: Export, progress: Progress) -> bool:
    """Note how far an order came; False when another job has taken it up, or ended it."""
    actions: list[Action] = [
        ExportItem.upload.set(progress.upload),
        ExportItem.etags.set(" ".join(progress.etags)),
        ExportItem.place.set(progress.place.encode() if progress.place else ""),
        ExportItem.scans.set(progress.scans),
        ExportItem.ended.set(progress.ended),
    ]
    return _update(order, actions)


def end(order: Export, done: bool) -> bool:
    """End an order; False when another job has taken it up, or ended it."""
    return _update(order, [ExportItem.state.set(DONE if done else FAILED)])


def running(organization: int, idle_since_ms: int | None = None) -> Iterator[Export]:
    """The running orders of an organization, or those that no job has taken up since a time."""
    for found in ExportItem.query(str(organization), ExportItem.sk.startswith(_PREFIX), consistent_read=True):
        if found.state == RUNNING and (idle_since_ms is None or found.touched <= idle_since_ms):
            yield _export(found)


def _update(order: Export, actions: list[Action]) -> bool:
    item, mine = _item(order.wanted.organization, order.number), unchanged(ExportItem.version, order.version)
    return not refused(lambda: item.update(actions, condition=mine & (ExportItem.state == RUNNING)))


def _export(item: ExportItem) -> Export:
    wanted = Wanted(
        organization=int(item.pk),
        link=int(item.link),
        span=Span(int(item.first), int(item.end)),
        format=item.format,
        shape=item.shape,
        filename=item.filename,
    )
    progress = Progress(
        upload=item.upload or "",
        etags=tuple((item.etags or "").split()),
        place=Place.parse(item.place or ""),
        scans=int(item.scans),
        ended=bool(item.ended),
    )
    return Export(
        number=int(item.sk.removeprefix(_PREFIX)),
        wanted=wanted,
        state=item.state,
        total=int(item.total),
        created_ms=int(item.created),
        progress=progress,
        version=int(item.version or 0),
    )


def _item(organization: int, number: int) -> ExportItem:
    return ExportItem(str(organization), f"{_PREFIX}{number}")
