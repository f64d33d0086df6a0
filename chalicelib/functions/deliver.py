"""`Deliver`, woken by the delivery queue: posts events to receivers."""

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib import logs
from chalicelib.functions.invocations import Records, failures, now_ms, observed
from chalicelib.functions.sources import arn
from chalicelib.services import delivering

bp = Blueprint(__name__)


@observed
@bp.on_sqs_message(queue_arn=arn("DeliveryQueue"), batch_size=10, name="deliver")
def handler(event: SQSEvent) -> dict[str, Any]:
    return deliver(event.to_dict()["Records"])


def deliver(records: Records) -> dict[str, Any]:
    """Post deliveries; messages that could not be seen to stay in the queue."""
    done = delivering.deliver([record["body"] for record in records], now_ms)
    failed = [record["messageId"] for record, is_done in zip(records, done, strict=True) if not is_done]
    logs.info("deliver", records=len(records), failed=len(failed))
    return failures(failed)
