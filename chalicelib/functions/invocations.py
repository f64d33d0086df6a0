"""What the functions have in common: their time, and whose invocation it is that their log tells of."""

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from chalicelib import logs, metrics

# A job hands over to a new message this long before its function would be stopped.
SPARE_MS: Final = 20_000

Records = list[Mapping[str, Any]]
Handler = Callable[[Any, Any], Any]


class Unfinished(Exception):
    """Time ran out."""


class Failed(Exception):
    """An invocation failed; the log tells of what. Lambda writes down an error's words: these are its type alone."""


def observed(handler: Handler) -> Handler:
    """What Lambda calls: the lines of the log are this invocation's, and what was counted is told when it ends.

    Raises Failed for whatever the handler raises.
    """

    @wraps(handler)
    def observing(event: Any, context: Any) -> Any:
        logs.begin(event, context)
        try:
            return handler(event, context)
        except Exception as error:  # noqa: BLE001 - raised again, without its words
            logs.report("failed", error)
            raise Failed(type(error).__name__) from None
        finally:
            metrics.flush(getattr(context, "aws_request_id", ""))

    return observing


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def is_out_of_time(context: Any, spare_ms: int = SPARE_MS) -> bool:
    """Whether a function would be stopped before long; `context` is Lambda's."""
    return bool(context.get_remaining_time_in_millis() < spare_ms)


def failures(messages: list[str]) -> dict[str, Any]:
    """What tells Lambda which messages of a batch are to stay in their queue, by their ids."""
    return {"batchItemFailures": [{"itemIdentifier": message} for message in messages]}
