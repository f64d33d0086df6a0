"""`Sweep`, woken every 5 minutes: counts what the stream missed, and sends idle orders again."""

from functools import partial
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import logs
from chalicelib.functions.invocations import Unfinished, is_out_of_time, now_ms, observed
from chalicelib.services import sweeping

bp = Blueprint(__name__)


@observed
@bp.schedule(Rate(5, unit=Rate.MINUTES), name="sweep")
def handler(event: CloudWatchEvent) -> None:
    sweep(event.context)


def sweep(context: Any) -> None:
    """Sweep every organization. Raises Unfinished, which is seen; the next one goes on from there."""
    done = sweeping.sweep(now_ms(), partial(is_out_of_time, context))
    logs.info("sweep", done=done)
    if not done:
        raise Unfinished
