"""Records of the tables' streams: what changed, as DynamoDB tells it. They come at least once, repeated too."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.config import settings

Image = dict[str, Any]

# The tables whose streams are read, by the names of their settings.
TABLES = ("objects_table", "scans_table", "rollups_table")


class Changed(NamedTuple):
    """An item's change. `table` is the name of a setting, `old` and `new` are the item in DynamoDB's own JSON, None for
    one that was not there. `ms` is about when it happened, the same in every repetition."""

    table: str
    pk: str
    sk: str
    old: Image | None
    new: Image | None
    ms: int


def changes(records: Iterable[Mapping[str, Any]]) -> Iterator[Changed]:
    """What records say."""
    tables = {getattr(settings(), table): table for table in TABLES}
    for record in records:
        said = record["dynamodb"]
        keys = said["Keys"]
        yield Changed(
            table=tables[record["eventSourceARN"].split("/")[1]],
            pk=keys["pk"]["S"],
            sk=keys["sk"]["S"],
            old=_image(said.get("OldImage")),
            new=_image(said.get("NewImage")),
            ms=int(float(said["ApproximateCreationDateTime"]) * 1000),
        )


def _image(said: Mapping[str, Any] | None) -> Image | None:
    """An item as the SDK has it: events carry bytes as base64."""
    if said is None:
        return None
    return {name: {"B": b64decode(value["B"])} if "B" in value else value for name, value in said.items()}
