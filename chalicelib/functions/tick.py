"""`Tick`, woken every minute: sees to what is due."""

from functools import partial
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.functions.invocations import is_out_of_time, log, now_ms
from chalicelib.services import ticking

bp = Blueprint(__name__)


@bp.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def handler(event: CloudWatchEvent) -> None:
    tick(event.context)


def tick(context: Any) -> None:
    """See to everything that is due by now."""
    ticking.tick(now_ms(), partial(is_out_of_time, context))
    log("tick")
