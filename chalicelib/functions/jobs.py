"""`Jobs`, woken by the jobs queue: works on orders until each is done, or handed over when time runs out."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from chalice.app import Blueprint, SQSEvent

from chalicelib import logs
from chalicelib.functions.invocations import Records, is_out_of_time, now_ms, observed
from chalicelib.functions.sources import arn
from chalicelib.services import (
    bundling,
    erasing,
    exporting,
    migrating,
    recounting,
    refolding,
    replaying,
    signing_in,
    summaries,
    telling,
)

SIGN_IN: Final = "sign_in"
MIGRATE: Final = "migrate"
# What a message may ask for: its key, and who does it, for an organization and a number or text.
ORDERS: Final[Mapping[str, Callable[..., bool]]] = {
    "bundle": bundling.bundle,
    "erase": erasing.erase,
    "export": exporting.export,
    MIGRATE: migrating.migrate_one,
    "recount": recounting.recount,
    "refold": refolding.refold,
    "replay": replaying.replay,
    "summary": summaries.summarise,
    "tell": telling.tell,
}

bp = Blueprint(__name__)


@observed
@bp.on_sqs_message(queue_arn=arn("JobsQueue"), batch_size=1, name="jobs")
def handler(event: SQSEvent) -> None:
    work(event.to_dict()["Records"], event.context)


def work(records: Records, context: Any) -> None:
    """Work on the orders in a batch of messages."""
    for record in records:
        job = json.loads(record["body"])
        if SIGN_IN in job:  # of no organization: who asks is not known yet
            logs.info(SIGN_IN, done=signing_in.send_link(job[SIGN_IN], job["asked_ms"], now_ms()))
            continue
        out_of_time = partial(is_out_of_time, context)
        if MIGRATE in job and "organization" not in job:  # of all
            logs.info(MIGRATE, migration=job[MIGRATE], done=migrating.migrate(job[MIGRATE], now_ms(), out_of_time))
            continue
        kind = next((kind for kind in ORDERS if kind in job), None)
        if kind is None:  # of a newer release, since rolled back: its order stands, and its sweep sends it again
            logs.info("unknown order", kinds=sorted(job))
            continue
        done = ORDERS[kind](job["organization"], job[kind], now_ms(), out_of_time)
        logs.info(kind, done=done)
