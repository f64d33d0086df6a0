"""Static codes, in the objects table.

pk <organization>   sk code#<number>   a static code
"""

from collections.abc import Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core.codes import StaticCode
from chalicelib.store import numbered
from chalicelib.store.numbered import sort_key
from chalicelib.store.tables import Record
from chalicelib.store.transactions import Transaction


class CodeItem(Record):
    table = "objects_table"
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    payload = UnicodeAttribute()
    label = UnicodeAttribute(null=True)
    created = NumberAttribute()


def newest_first(organization: int, before: int | None, page_size: int | None = None) -> Iterator[StaticCode]:
    """An organization's static codes with numbers below `before`, newest first."""
    for found in numbered.newest_first(CodeItem, "code", organization, before, page_size):
        yield StaticCode(
            organization=organization,
            number=int(found.sk.removeprefix("code#")),
            kind=found.kind,
            payload=found.payload,
            label=found.label,
            created_ms=int(found.created),
        )


def put_new(write: Transaction, code: StaticCode) -> None:
    """Add a new static code to a transaction; a refusal names `code`."""
    found = CodeItem(
        str(code.organization),
        sort_key("code", code.number),
        kind=code.kind,
        payload=code.payload,
        label=code.label,
        created=code.created_ms,
    )
    write.put(found, CodeItem.pk.does_not_exist(), "code")
