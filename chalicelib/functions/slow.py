"""`Slow`, woken every minute: posts events to receivers that are slow or fail."""

from functools import partial
from typing import Any, Final

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import logs
from chalicelib.functions.invocations import is_out_of_time, now_ms, observed
from chalicelib.services import slow_lane

# The slow lane begins nothing new this long before its end: it works for a minute, until the next one is started, and
# what is under way then takes 15 s at most.
SPARE_MS: Final = 40_000

bp = Blueprint(__name__)


@observed
@bp.schedule(Rate(1, unit=Rate.MINUTES), name="slow")
def handler(event: CloudWatchEvent) -> None:
    slow(event.context)


def slow(context: Any) -> None:
    """Post deliveries until there are none or time runs out."""
    posted = slow_lane.drain(now_ms, partial(is_out_of_time, context, SPARE_MS))
    logs.info("slow", posted=posted)
