"""Counters that look right, and are known to be wrong. The harness must catch each of them, or it proves nothing.

Each is handed the same stream records as the product's function, through the same wire, and keeps one item a link in
the rollups table: `total` scans, and the `messages` of their conversations.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

Record = dict[str, Any]
Counting = Callable[[list[Record]], None]
CONTROL: Final = "control"


def add_per_record(records: list[Record]) -> None:
    """Each new scan adds one. A batch that comes again adds again."""
    for record in _new(records):
        _client().update_item(**_adding(_link(record), total=1))


def marker_then_add(records: list[Record]) -> None:
    """A marker says that a scan is counted, and then it is. A crash in between loses it."""
    for record in _new(records):
        if _put_once({"pk": {"S": CONTROL}, "sk": {"S": f"marker#{_id(record)}"}}):
            _client().update_item(**_adding(_link(record), total=1))


def marker_with_add(records: list[Record]) -> None:
    """The marker and the sum in one transaction: right, as far as it goes. It shows that the others fail by their own
    fault, not by the harness's."""
    for record in _new(records):
        marker = {"pk": {"S": CONTROL}, "sk": {"S": f"marker#{_id(record)}"}}
        once = {"TableName": "rollups", "Item": marker, "ConditionExpression": "attribute_not_exists(pk)"}
        _commit([{"Put": once}, {"Update": _adding(_link(record), total=1)}])


def batch_token(records: list[Record]) -> None:
    """A batch is one transaction under a token of its own. A batch that is cut in two has other tokens."""
    counted = Counter(_link(record) for record in _new(records))
    if counted:
        token = hashlib.sha256("".join(map(_id, records)).encode()).hexdigest()[:32]
        actions = [{"Update": _adding(link, total=n)} for link, n in counted.items()]
        _client().transact_write_items(TransactItems=actions, ClientRequestToken=token)


def watermark(records: list[Record]) -> None:
    """What is not above the highest number seen is counted already. Another shard's records may come later, and are."""
    seen = _client().get_item(TableName="rollups", Key=_key("watermark"), ConsistentRead=True).get("Item", {})
    mark = seen.get("mark", {"S": ""})["S"]
    fresh = [record for record in records if record["dynamodb"]["SequenceNumber"] > mark]
    if not fresh:
        return
    newest = max(record["dynamodb"]["SequenceNumber"] for record in fresh)
    unchanged = {"ConditionExpression": "attribute_not_exists(pk)"}
    if mark:
        unchanged = {"ConditionExpression": "mark = :old"}
    values = {":new": {"S": newest}} | ({":old": {"S": mark}} if mark else {})
    moved = {"TableName": "rollups", "Key": _key("watermark"), "UpdateExpression": "SET mark = :new"}
    actions: list[Any] = [{"Update": {**moved, **unchanged, "ExpressionAttributeValues": values}}]
    counted = Counter(_link(record) for record in _new(fresh))
    _commit([*actions, *({"Update": _adding(link, total=n)} for link, n in counted.items())])


def edits_by_delta(records: list[Record]) -> None:
    """Each record adds the difference of its two images, once, on the scan's own flag. Records that are passed over
    because a newer revision waits take their difference with them."""
    for record in records:
        new, old = record["dynamodb"]["NewImage"], record["dynamodb"].get("OldImage", {})
        settle = {
            "TableName": "scans",
            "Key": record["dynamodb"]["Keys"],
            "UpdateExpression": "REMOVE pending",
            "ConditionExpression": "pending = :pending",
            "ExpressionAttributeValues": {":pending": new["pending"]},
        }
        added = {"total": int(not old), "messages": _messages(new) - _messages(old)}
        _commit([{"Update": settle}, {"Update": _adding(_link(record), **added)}])


COUNTERS: Final[dict[str, Counting]] = {
    "ADD per record": add_per_record,
    "marker, then ADD": marker_then_add,
    "batch token": batch_token,
    "watermark": watermark,
    "edits by delta": edits_by_delta,
}


def counts_messages(counter: Counting) -> bool:
    """Whether a counter counts conversations too; the others are asked for scans alone."""
    return counter is edits_by_delta


def function(counter: Counting) -> Callable[[dict[str, Any], Any], None]:
    """A counter as the stream's function."""
    return lambda event, _context: counter(event["Records"])


def counted(items: Iterable[dict[str, Any]]) -> dict[int, tuple[int, int]]:
    """What a counter came to: scans and messages by link."""
    links = (item for item in items if item["pk"]["S"] == CONTROL and item["sk"]["S"].startswith("link#"))
    return {int(item["sk"]["S"][5:]): (_number(item, "total"), _number(item, "messages")) for item in links}


def _new(records: list[Record]) -> list[Record]:
    return [record for record in records if record["eventName"] == "INSERT"]


def _link(record: Record) -> int:
    return int(record["dynamodb"]["Keys"]["pk"]["S"].split("#")[1])


def _id(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _messages(image: Record) -> int:
    return _number(image, "messages")


def _number(item: Record, name: str) -> int:
    return int(item.get(name, {"N": "0"})["N"])


def _key(sort: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": CONTROL}, "sk": {"S": sort}}


def _adding(link: int, **amounts: int) -> dict[str, Any]:
    return {
        "TableName": "rollups",
        "Key": _key(f"link#{link}"),
        "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in amounts),
        "ExpressionAttributeNames": {f"#{name}": name for name in amounts},
        "ExpressionAttributeValues": {f":{name}": {"N": str(n)} for name, n in amounts.items()},
    }


def _put_once(item: dict[str, Any]) -> bool:
    try:
        _client().put_item(TableName="rollups", Item=item, ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _commit(actions: list[Any]) -> None:
    """A transaction; one whose condition fails is somebody else's business already."""
    try:
        _client().transact_write_items(TransactItems=actions)
    except ClientError as error:
        reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
        if "ConditionalCheckFailed" not in reasons:
            raise


@cache
def _client() -> Any:
    return boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))
