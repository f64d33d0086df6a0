"""What the event functions do with the events that Lambda hands them. Each prints one structured line."""

import json
import time
from collections.abc import Mapping
from typing import Any

from chalicelib.services import counting, erasing, sweeping
from chalicelib.services import spill as spilling

# A job hands over to a new message this long before its function would be stopped.
SPARE_MS = 20_000

Records = list[Mapping[str, Any]]


def fold(records: Records) -> None:
    """Fold the scans of a stream batch. It raises if any is left: Lambda then hands the batch out again, halved,
    and whatever was folded meanwhile is found settled."""
    images = [record["dynamodb"]["NewImage"] for record in records if "NewImage" in record["dynamodb"]]
    counting.settle_images(images)
    _log("fold", records=len(records))


def spill(records: Records) -> dict[str, Any]:
    """Write and fold spilled scans; the messages of those that failed stay in the queue."""
    failed = [record["messageId"] for record in records if not _spilled(record)]
    _log("spill", records=len(records), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def jobs(records: Records, context: Any) -> None:
    """Work on the orders in a batch of messages until each is done, or handed over when time runs out."""
    for record in records:
        job = json.loads(record["body"])
        done = erasing.erase(
            job["organization"],
            job["erase"],
            _now_ms(),
            lambda: context.get_remaining_time_in_millis() < SPARE_MS,
        )
        _log("erase", done=done)


def sweep() -> None:
    """Fold what the stream missed, in every organization."""
    sweeping.sweep(_now_ms())
    _log("sweep")


def _spilled(record: Mapping[str, Any]) -> bool:
    try:
        spilling.write(json.loads(record["body"]))
    except Exception as error:  # noqa: BLE001 - one scan must not hold up the others in its batch
        _log("spill", failed_with=type(error).__name__)
        return False
    return True


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _log(message: str, **facts: object) -> None:
    print(json.dumps({"level": "INFO", "message": message, **facts}))
