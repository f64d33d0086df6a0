"""`Recount`, woken every night: orders the recounts of the day before."""

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib.functions.invocations import log, now_ms
from chalicelib.services import recounting

bp = Blueprint(__name__)


@bp.schedule(Cron(30, 2, "*", "*", "?", "*"), name="recount")
def handler(_event: CloudWatchEvent) -> None:
    recounting.order_nightly(now_ms())
    log("recount ordered")
