"""How many requests a key made in a minute, in the objects table.

pk <organization>#limits#<key>   sk <name>#<minute>   requests of one kind in a calendar minute; expires
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.core.limits import Limit, end_ms
from chalicelib.store.tables import Record, refused


class LimitItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    used = NumberAttribute()
    expires = NumberAttribute()


def take(organization: int, key: int, limit: Limit, minute: int, units: int) -> int | None:
    """Take units of a minute's limit in one conditional write; what is used now, None when they are not left.

    A resent request may take its units twice. That only ends a minute's limit early, so an increment will do here.
    """
    if units > limit.per_minute:
        return None
    item = LimitItem(f"{organization}#limits#{key}", f"{limit.name}#{minute}")
    taking: list[Action] = [LimitItem.used.add(units), LimitItem.expires.set(end_ms(minute) // 1000)]
    left = LimitItem.used.does_not_exist() | (LimitItem.used <= limit.per_minute - units)
    if refused(lambda: item.update(taking, condition=left)):
        return None
    return int(item.used)
