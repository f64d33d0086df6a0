"""`Tick`, woken every minute: sees to what is due."""

from functools import partial
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import logs
from chalicelib.functions.invocations import is_out_of_time, now_ms, observed
from chalicelib.services import ticking

bp = Blueprint(__name__)


@observed
@bp.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def handler(event: CloudWatchEvent) -> None:
    tick(event.context)


def tick(context: Any) -> None:
    """See to everything that is due by now."""
    ticking.tick(now_ms(), partial(is_out_of_time, context))
    logs.info("tick")
