"""`Recount`, woken every night: orders the recounts of the day before."""

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib import logs
from chalicelib.functions.invocations import now_ms, observed
from chalicelib.services import recounting

bp = Blueprint(__name__)


@observed
@bp.schedule(Cron(30, 2, "*", "*", "?", "*"), name="recount")
def handler(_event: CloudWatchEvent) -> None:
    recounting.order_nightly(now_ms())
    logs.info("recount ordered")
