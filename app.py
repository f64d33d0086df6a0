"""The Chalice application: registers the blueprints and the event functions, nothing else."""

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Cron, DynamoDBEvent, Rate, SQSEvent

from chalicelib import redirect
from chalicelib.api import event_bodies, problems, routes
from chalicelib.pages.routes import BLUEPRINTS as PAGES
from chalicelib.services import triggers

# The stack's own resources, named as the template names them; Chalice's types know only strings.
SCANS_STREAM: Any = {"Fn::GetAtt": ["ScansTable", "StreamArn"]}
SPILL_QUEUE: Any = {"Fn::GetAtt": ["SpillQueue", "Arn"]}
JOBS_QUEUE: Any = {"Fn::GetAtt": ["JobsQueue", "Arn"]}
DELIVERY_QUEUE: Any = {"Fn::GetAtt": ["DeliveryQueue", "Arn"]}

app = Chalice(app_name="quietzone")
app.api.binary_types = []
app.register_blueprint(redirect.bp)
for blueprint in (*routes.BLUEPRINTS, *PAGES):
    app.register_blueprint(blueprint)
app.register_middleware(problems.answer_errors, "http")


@app.on_dynamodb_record(
    stream_arn=SCANS_STREAM,
    batch_size=1000,  # enough to see more than 100 scans of one second
    starting_position="TRIM_HORIZON",
    name="fold",
)
def fold(event: DynamoDBEvent) -> None:
    triggers.fold(event.to_dict()["Records"])


# The template adds the streams of objects and rollups.
@app.on_dynamodb_record(stream_arn=SCANS_STREAM, batch_size=100, starting_position="TRIM_HORIZON", name="events")
def events(event: DynamoDBEvent) -> None:
    triggers.events(event.to_dict()["Records"], event_bodies.body)


@app.on_sqs_message(queue_arn=DELIVERY_QUEUE, batch_size=10, name="deliver")
def deliver(event: SQSEvent) -> dict[str, Any]:
    return triggers.deliver(event.to_dict()["Records"])


@app.schedule(Rate(1, unit=Rate.MINUTES), name="slow")
def slow(event: CloudWatchEvent) -> None:
    triggers.slow(event.context)


@app.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def tick(event: CloudWatchEvent) -> None:
    triggers.tick(event.context)


@app.on_sqs_message(queue_arn=SPILL_QUEUE, batch_size=10, name="spill")
def spill(event: SQSEvent) -> dict[str, Any]:
    return triggers.spill(event.to_dict()["Records"])


@app.on_sqs_message(queue_arn=JOBS_QUEUE, batch_size=1, name="jobs")
def jobs(event: SQSEvent) -> None:
    triggers.jobs(event.to_dict()["Records"], event.context)


@app.schedule(Rate(5, unit=Rate.MINUTES), name="sweep")
def sweep(event: CloudWatchEvent) -> None:
    triggers.sweep(event.context)


@app.schedule(Cron(30, 2, "*", "*", "?", "*"), name="recount")
def recount(_event: CloudWatchEvent) -> None:
    triggers.recount()
