"""Brings a stack that the embedded AWS kept up to date with the sources, and loses nothing that is in it."""

import base64
import contextlib
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.carried import emptied
from infra.deploy import Clients, deploy, outputs, with_code
from infra.errors import StackError
from infra.package import Package

# The parameters that functions get as variables (see the template's Globals).
SETTINGS = {
    "PublicUrl": "PUBLIC_URL",
    "OriginSecret": "ORIGIN_SECRET",
    "PlanDefault": "PLAN_DEFAULT",
    "CreatesPerHour": "CREATES_PER_HOUR",
    "MailFrom": "MAIL_FROM",
    "LocalReceivers": "LOCAL_RECEIVERS",
}
# What of an event source mapping is given when it is made.
MAPPING = (
    "EventSourceArn",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "DestinationConfig",
    "FilterCriteria",
)


def is_deployed(clients: Clients, stack: str) -> bool:
    """Whether the stack is there and complete."""
    with contextlib.suppress(ClientError):
        found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        status = str(found["StackStatus"])
        return status.endswith("_COMPLETE") and status not in ("DELETE_COMPLETE", "ROLLBACK_COMPLETE")
    return False


def is_whole(clients: Clients, stack: str) -> bool:
    """Whether what the stack consists of is there too: each service keeps its part in a file of its own."""
    names = outputs(clients("cloudformation"), stack)
    try:
        for table in ("ObjectsTable", "ScansTable", "RollupsTable", "VisitorsTable", "DeliveriesTable"):
            clients("dynamodb").describe_table(TableName=names[table])
        for queue in ("SpillQueueUrl", "JobsQueueUrl", "DeliveryQueueUrl", "SlowQueueUrl"):
            clients("sqs").get_queue_attributes(QueueUrl=names[queue])
        clients("lambda").get_function(FunctionName=names["APIHandlerName"])
        clients("apigateway").get_rest_api(restApiId=names["RestAPIId"])
    except ClientError:
        return False
    return True


def resume(clients: Clients, stack: str, package: Package, parameters: Mapping[str, str]) -> None:
    """Put right what changed since the stack was deployed: template, code, settings; wake its stream readers.

    Raises StackError when a table would be replaced, or is gone from the template: either would empty it.
    """
    kept = with_code(clients("cloudformation").get_template(StackName=stack)["TemplateBody"], "")
    wanted = with_code(package.translated, "")
    if lost := emptied(kept, wanted):
        raise StackError(f"{', '.join(lost)} would be emptied, since its keys changed: start over with FRESH=1")
    if kept != wanted:
        deploy(clients, stack, package, parameters, pause=0.2)
    _update_functions(clients("lambda"), package.code.read_bytes(), parameters)
    _renew_streams(clients("lambda"))


def invoke_sweep(clients: Clients, stack: str) -> None:
    """Start the sweep once, without waiting: stream records from before a restart are gone."""
    found = clients("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    for resource in found:
        if resource["LogicalResourceId"] == "Sweep":
            name = resource["PhysicalResourceId"]
            clients("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(tick()))


def tick() -> dict[str, Any]:
    """An event as EventBridge sends it for a schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": "us-east-1",
        "resources": [],
        "detail": {},
    }


def _update_functions(functions: Any, code: bytes, parameters: Mapping[str, str]) -> None:
    digest = base64.b64encode(hashlib.sha256(code).digest()).decode()
    settings = {SETTINGS[name]: value for name, value in parameters.items() if name in SETTINGS}
    for function in _pages(functions, "list_functions", "Functions"):
        name = function["FunctionName"]
        if function["CodeSha256"] != digest:
            functions.update_function_code(FunctionName=name, ZipFile=code)
        variables = function["Environment"]["Variables"]
        if variables | settings != variables:
            environment = {"Variables": variables | settings}
            functions.update_function_configuration(FunctionName=name, Environment=environment)


def _renew_streams(functions: Any) -> None:
    """Make the stream readers anew: after a restart MiniStack's old ones are silent (1.4.21)."""
    readers: dict[tuple[str, str], dict[str, Any]] = {}
    for mapping in _pages(functions, "list_event_source_mappings", "EventSourceMappings"):
        if ":dynamodb:" in mapping["EventSourceArn"]:
            # One of each: a stack update may have made a second one beside a reader made here.
            readers[mapping["FunctionArn"], mapping["EventSourceArn"]] = mapping
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
    for (function, _), mapping in readers.items():
        kept = {name: mapping[name] for name in MAPPING if mapping.get(name) is not None}
        functions.create_event_source_mapping(FunctionName=function, StartingPosition="TRIM_HORIZON", **kept)


def _pages(client: Any, operation: str, key: str) -> Iterator[dict[str, Any]]:
    for page in list(client.get_paginator(operation).paginate()):
        yield from page[key]
