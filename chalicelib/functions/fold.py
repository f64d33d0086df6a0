"""`Fold`, woken by the scans table's stream: counts the scans."""

from chalice.app import Blueprint, DynamoDBEvent

from chalicelib import logs
from chalicelib.functions.invocations import Records, observed
from chalicelib.functions.sources import arn
from chalicelib.services import counting

bp = Blueprint(__name__)


@observed
@bp.on_dynamodb_record(
    stream_arn=arn("ScansTable", "StreamArn"),
    batch_size=1000,  # enough to see more than 100 scans of one second
    starting_position="TRIM_HORIZON",
    name="fold",
)
def handler(event: DynamoDBEvent) -> None:
    fold(event.to_dict()["Records"])


def fold(records: Records) -> None:
    """Fold the scans of a stream batch. It raises if any is left: Lambda then hands the batch out again, halved,
    and whatever was folded meanwhile is found settled."""
    images = [record["dynamodb"]["NewImage"] for record in records if "NewImage" in record["dynamodb"]]
    counting.settle_images(images)
    logs.info("fold", records=len(records))
