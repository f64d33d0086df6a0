"""What the event functions have in common: their time, and the one structured line that each prints."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

# A job hands over to a new message this long before its function would be stopped.
SPARE_MS: Final = 20_000

Records = list[Mapping[str, Any]]


class Unfinished(Exception):
    """Time ran out."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def is_out_of_time(context: Any, spare_ms: int = SPARE_MS) -> bool:
    """Whether a function would be stopped before long; `context` is Lambda's."""
    return bool(context.get_remaining_time_in_millis() < spare_ms)


def failures(messages: list[str]) -> dict[str, Any]:
    """What tells Lambda which messages of a batch are to stay in their queue, by their ids."""
    return {"batchItemFailures": [{"itemIdentifier": message} for message in messages]}


def log(message: str, **facts: object) -> None:
    print(json.dumps({"level": "INFO", "message": message, **facts}))
