"""What the functions of a running stack may do, what was done, and what Lambda does for them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from infra.embedded.policies import Permission, permissions
from infra.embedded.roles import CALLS
from infra.local import LocalStack
from tests.e2e.observed import clients

Permissions = frozenset[Permission]

_READING_A_STREAM = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
_READING_A_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_LOGGING = ("logs:CreateLogStream", "logs:PutLogEvents")


def granted(stack: LocalStack) -> dict[str, Permissions]:
    """All that each function's role allows, by the function's deployed name."""
    roles = {function["FunctionName"]: function["Role"].rpartition("/")[2] for function in _functions(stack)}
    return {name: permissions(tuple(policies(stack, role).values())) for name, role in roles.items()}


def policies(stack: LocalStack, role: str) -> dict[str, str]:
    """The documents of a role's policies, by the policies' names."""
    iam = clients(stack.aws_endpoint)("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    return {name: json.dumps(document) for name, document in found.items()}


def done_by_lambda(stack: LocalStack) -> dict[str, Permissions]:
    """What Lambda does itself by a function's role: reads what wakes it, sends on what failed, writes its log."""
    of = clients(stack.aws_endpoint)
    logs = {it["logGroupName"]: it["arn"] for it in of("logs").describe_log_groups()["logGroups"]}
    found: dict[str, set[Permission]] = defaultdict(set)
    for function in _functions(stack):
        group = logs[function["LoggingConfig"]["LogGroup"]]
        found[function["FunctionName"]].update(Permission(action, group) for action in _LOGGING)
    for source in of("lambda").list_event_source_mappings()["EventSourceMappings"]:
        found[source["FunctionArn"].rpartition(":")[2]].update(_of_source(source))
    return {name: frozenset(those) for name, those in found.items()}


def _of_source(source: Mapping[str, Any]) -> Iterator[Permission]:
    arn = source["EventSourceArn"]
    is_stream = ":dynamodb:" in arn
    yield from (Permission(action, arn) for action in (_READING_A_STREAM if is_stream else _READING_A_QUEUE))
    if is_stream:
        yield Permission("dynamodb:ListStreams", "*")  # it knows no resources
    if failed := source.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
        yield Permission("sqs:SendMessage", failed)


def used(stack: LocalStack) -> dict[str, Permissions]:
    """The permissions that each function needed since the stack began."""
    found: dict[str, set[Permission]] = {function["FunctionName"]: set() for function in _functions(stack)}
    for entry in _entries(stack):
        if "refused" not in entry:
            found[entry["function"]].add(Permission(entry["action"], entry["resource"]))
    return {name: frozenset(those) for name, those in found.items()}


def refused(stack: LocalStack) -> list[str]:
    """What functions asked for in vain."""
    return [f"{entry['function']}: {entry['refused']}" for entry in _entries(stack) if "refused" in entry]


def _functions(stack: LocalStack) -> list[dict[str, Any]]:
    pages = clients(stack.aws_endpoint)("lambda").get_paginator("list_functions").paginate()
    return [function for page in pages for function in page["Functions"]]


def _entries(stack: LocalStack) -> list[dict[str, str]]:
    return [json.loads(line) for line in (stack.folder / CALLS).read_text().splitlines()]
