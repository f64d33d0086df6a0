"""Which migrations an installation's data has been through, in the objects table.

pk migrations   sk <name>   a migration that was ordered, how far it came, and when it was done
"""

from typing import NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.store.tables import Record, refused, whole
from chalicelib.store.versions import new_version, unchanged

_ALL = "migrations"


class Migrating(NamedTuple):
    """A migration that was ordered: all organizations up to `after` are done, for which so many items were `written`.

    `touched_ms` is when a job last took it up, `version` which one; `done_ms` is None until it is done.
    """

    name: str
    after: int
    written: int
    touched_ms: int
    done_ms: int | None
    version: int


class MigrationItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    after = NumberAttribute()
    written = NumberAttribute()
    touched = NumberAttribute()
    done = NumberAttribute(null=True)
    version = NumberAttribute()


def ordered() -> dict[str, Migrating]:
    """Every migration that was ever ordered, by its name, consistently."""
    return {item.sk: _migrating(item) for item in MigrationItem.query(_ALL, consistent_read=True)}


def put_missing(name: str, now_ms: int) -> bool:
    """Order a migration; False when it was ordered before."""
    return not refused(lambda: _new(name, now_ms).save(condition=MigrationItem.pk.does_not_exist()))


def put_again(name: str, now_ms: int) -> None:
    """Order a migration from its beginning; a job that is at it stops."""
    _new(name, now_ms).save()


def take(name: str, now_ms: int) -> Migrating | None:
    """Take a migration up, from another job as well; None when there is nothing to do any more."""
    item = MigrationItem(_ALL, name)
    taking: list[Action] = [MigrationItem.touched.set(now_ms), MigrationItem.version.set(new_version())]
    waits = MigrationItem.pk.exists() & MigrationItem.done.does_not_exist()
    return None if refused(lambda: item.update(taking, condition=waits)) else _migrating(item)


def reach(known: Migrating, after: int, written: int, now_ms: int) -> bool:
    """Note how far a migration came; False when another job has taken it up."""
    return _note(known, [MigrationItem.after.set(after), *_counted(written, now_ms)])


def end(known: Migrating, written: int, now_ms: int) -> bool:
    """Note that a migration is done; False when another job has taken it up: that one ends it."""
    return _note(known, [MigrationItem.done.set(now_ms), *_counted(written, now_ms)])


def _counted(written: int, now_ms: int) -> list[Action]:
    return [MigrationItem.written.set(written), MigrationItem.touched.set(now_ms)]


def _note(known: Migrating, actions: list[Action]) -> bool:
    item, mine = MigrationItem(_ALL, known.name), unchanged(MigrationItem.version, known.version)
    return not refused(lambda: item.update(actions, condition=mine))


def _new(name: str, now_ms: int) -> MigrationItem:
    return MigrationItem(_ALL, name, after=0, written=0, touched=now_ms, version=new_version())


def _migrating(item: MigrationItem) -> Migrating:
    return Migrating(
        name=item.sk,
        after=int(item.after),
        written=int(item.written),
        touched_ms=int(item.touched),
        done_ms=whole(item.done),
        version=int(item.version),
    )
