"""`Spill`, woken by the spill queue: writes and counts scans that the redirect could not write."""

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib import logs
from chalicelib.functions.invocations import Records, failures, now_ms, observed
from chalicelib.functions.sources import arn
from chalicelib.services import spill as spilling

bp = Blueprint(__name__)


@observed
@bp.on_sqs_message(queue_arn=arn("SpillQueue"), batch_size=10, name="spill")
def handler(event: SQSEvent) -> dict[str, Any]:
    return spill(event.to_dict()["Records"])


def spill(records: Records) -> dict[str, Any]:
    """Write and fold spilled scans; the messages of those that failed stay in the queue."""
    failed = [record["messageId"] for record in records if not _spilled(record)]
    logs.info("spill", records=len(records), failed=len(failed))
    return failures(failed)


def _spilled(record: Mapping[str, Any]) -> bool:
    try:
        spilling.write(json.loads(record["body"]), now_ms())
    except Exception as error:  # noqa: BLE001 - one scan must not hold up the others in its batch
        logs.report("spill", error)
        return False
    return True
