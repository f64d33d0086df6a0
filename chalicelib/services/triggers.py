"""What the event functions do with the events that Lambda hands them. Each prints one structured line."""

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from chalicelib.config import settings
from chalicelib.core.events import Event
from chalicelib.services import (
    bundling,
    counting,
    delivering,
    erasing,
    exporting,
    fanning,
    recounting,
    refolding,
    replaying,
    signing_in,
    slow_lane,
    summaries,
    sweeping,
    telling,
    ticking,
)
from chalicelib.services import spill as spilling

# A job hands over to a new message this long before its function would be stopped.
SPARE_MS = 20_000
# The slow lane begins nothing new that long before: it works for a minute, until the next one is started, and what is
# under way then takes 15 s at most.
SLOW_SPARE_MS = 40_000

Records = list[Mapping[str, Any]]

# What a job message may ask for: its key, and who does it, for an organization and a number or text.
ORDERS: Final[Mapping[str, Callable[..., bool]]] = {
    "bundle": bundling.bundle,
    "erase": erasing.erase,
    "export": exporting.export,
    "recount": recounting.recount,
    "refold": refolding.refold,
    "replay": replaying.replay,
    "summary": summaries.summarise,
    "tell": telling.tell,
}
SIGN_IN: Final = "sign_in"


class Unfinished(Exception):
    """Time ran out."""


def fold(records: Records) -> None:
    """Fold the scans of a stream batch. It raises if any is left: Lambda then hands the batch out again, halved,
    and whatever was folded meanwhile is found settled."""
    images = [record["dynamodb"]["NewImage"] for record in records if "NewImage" in record["dynamodb"]]
    counting.settle_images(images)
    _log("fold", records=len(records))


def events(records: Records, body: Callable[[Event, str, str], str]) -> None:
    """Tell everybody who wants to know what happened. It raises if not everything was sent: Lambda then hands the batch
    out again. `body` writes an event in a format, of short links that begin with an address."""
    base = settings().public_url
    sent = fanning.fan_out(records, lambda event, format: body(event, format, base), _now_ms())
    _log("events", records=len(records), sent=sent)


def deliver(records: Records) -> dict[str, Any]:
    """Post deliveries; messages that could not be seen to stay in the queue."""
    done = delivering.deliver([record["body"] for record in records], _now_ms)
    failed = [record["messageId"] for record, is_done in zip(records, done, strict=True) if not is_done]
    _log("deliver", records=len(records), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def slow(context: Any) -> None:
    """Post deliveries to receivers that are slow, until there are none or time runs out."""
    posted = slow_lane.drain(_now_ms, partial(_is_out_of_time, context, SLOW_SPARE_MS))
    _log("slow", posted=posted)


def tick(context: Any) -> None:
    """See to everything that is due by now."""
    ticking.tick(_now_ms(), partial(_is_out_of_time, context))
    _log("tick")


def spill(records: Records) -> dict[str, Any]:
    """Write and fold spilled scans; the messages of those that failed stay in the queue."""
    failed = [record["messageId"] for record in records if not _spilled(record)]
    _log("spill", records=len(records), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def jobs(records: Records, context: Any) -> None:
    """Work on the orders in a batch of messages until each is done, or handed over when time runs out."""
    for record in records:
        job = json.loads(record["body"])
        if SIGN_IN in job:  # of no organization: who asks is not known yet
            _log(SIGN_IN, done=signing_in.send_link(job[SIGN_IN], job["asked_ms"], _now_ms()))
            continue
        kind = next(kind for kind in ORDERS if kind in job)
        out_of_time = partial(_is_out_of_time, context)
        done = ORDERS[kind](job["organization"], job[kind], _now_ms(), out_of_time)
        _log(kind, done=done)


def sweep(context: Any) -> None:
    """Fold what the stream missed, in every organization. Raises Unfinished, so that Lambda goes on with it soon."""
    done = sweeping.sweep(_now_ms(), partial(_is_out_of_time, context))
    _log("sweep", done=done)
    if not done:
        raise Unfinished


def recount() -> None:
    """Order the nightly recounts, of every organization."""
    recounting.order_nightly(_now_ms())
    _log("recount ordered")


def _spilled(record: Mapping[str, Any]) -> bool:
    try:
        spilling.write(json.loads(record["body"]), _now_ms())
    except Exception as error:  # noqa: BLE001 - one scan must not hold up the others in its batch
        _log("spill", failed_with=type(error).__name__)
        return False
    return True


def _is_out_of_time(context: Any, spare_ms: int = SPARE_MS) -> bool:
    return bool(context.get_remaining_time_in_millis() < spare_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _log(message: str, **facts: object) -> None:
    print(json.dumps({"level": "INFO", "message": message, **facts}))
