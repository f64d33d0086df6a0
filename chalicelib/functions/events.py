"""`Events`, woken by three streams: tells everybody who wants to know what happened."""

from chalice.app import Blueprint, DynamoDBEvent

from chalicelib import logs
from chalicelib.api import event_bodies
from chalicelib.config import settings
from chalicelib.functions.invocations import Records, now_ms, observed
from chalicelib.functions.sources import arn
from chalicelib.services import fanning

bp = Blueprint(__name__)


@observed  # the template adds the streams of objects and rollups
@bp.on_dynamodb_record(
    stream_arn=arn("ScansTable", "StreamArn"), batch_size=100, starting_position="TRIM_HORIZON", name="events"
)
def handler(event: DynamoDBEvent) -> None:
    events(event.to_dict()["Records"])


def events(records: Records) -> None:
    """Send every event to every receiver. It raises if not everything was sent: Lambda then hands the batch out again.
    Short links in it begin with the public URL."""
    base = settings().public_url
    sent = fanning.fan_out(records, lambda event, format: event_bodies.body(event, format, base), now_ms())
    logs.info("events", records=len(records), sent=sent)
