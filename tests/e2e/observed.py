"""What tests see of a running stack beside its HTTP: tables, the fold's source, waiting for what takes a moment."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from chalicelib.core import rollups as r
from chalicelib.core.days import parse_day
from chalicelib.core.rollups import LIFETIME, Rollup
from chalicelib.core.scans import Arrival
from chalicelib.store import rollup_bodies
from infra import aws
from infra.deploy import Clients
from infra.local import LocalStack
from infra.resume import tick

Item = dict[str, Any]
Books = dict[tuple[int, str, int], Rollup]

_PAUSE_SECONDS = 0.1
_WRITTEN_AT_ONCE = 25


@cache
def clients(endpoint: str) -> Clients:
    """Those of a running stack, kept: making one takes a third of a second of a core."""
    return aws.clients(endpoint)


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something becomes true within a time."""
    end = time.monotonic() + seconds
    while not (reached := true()) and time.monotonic() < end:
        time.sleep(_PAUSE_SECONDS)
    return reached


def eventually_after(done: Callable[[], object], true: Callable[[], bool]) -> bool:
    """Whether something becomes true within a minute, while something is done again and again."""

    def reached() -> bool:
        done()
        return true()

    return eventually(reached)


def items(stack: LocalStack, table: str) -> Iterator[Item]:
    """Every item of a table, named as the settings name it, in DynamoDB's own JSON."""
    pages = clients(stack.aws_endpoint)("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=stack.environment[table], ConsistentRead=True):
        yield from page["Items"]


def scan_items(stack: LocalStack, organization: int) -> list[Item]:
    """The scans of an organization."""
    return [item for item in items(stack, "SCANS_TABLE") if item["pk"]["S"].startswith(f"{organization}#")]


def is_all_counted(stack: LocalStack, organization: int) -> bool:
    """Whether no scan of an organization waits to be counted."""
    return not any("pending" in item for item in scan_items(stack, organization))


def stored(arrived: Arrival) -> Item:
    """A scan as the redirect writes it."""
    return {name: {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in arrived.attributes().items()}


def write_scans(stack: LocalStack, found: Iterable[Item]) -> None:
    """Put scans into the table, past the redirect."""
    dynamodb, table = clients(stack.aws_endpoint)("dynamodb"), stack.environment["SCANS_TABLE"]
    puts = [{"PutRequest": {"Item": item}} for item in found]
    for start in range(0, len(puts), _WRITTEN_AT_ONCE):
        answer = dynamodb.batch_write_item(RequestItems={table: puts[start : start + _WRITTEN_AT_ONCE]})
        assert not answer["UnprocessedItems"]


def books(stack: LocalStack, organization: int) -> Books:
    """Every rollup of an organization, slots added up: (organization, scope, period) -> rollup."""
    slots: dict[tuple[int, str, int], list[Rollup]] = defaultdict(list)
    for item in items(stack, "ROLLUPS_TABLE"):
        owner, scope, _slot = item["pk"]["S"].split("#")
        if int(owner) == organization:
            period = _period(item["sk"]["S"])
            slots[organization, scope, period].append(rollup_bodies.unpacked(item["body"]["B"], period))
    summed = {at: r.merged(found) for at, found in slots.items()}
    return {at: rollup for at, rollup in summed.items() if rollup}


def lifetimes(stack: LocalStack, organization: int, links: Collection[int]) -> dict[int, Rollup]:
    """The lifetime rollups of links of one slot, consistently; one that there is none of yet is empty."""
    dynamodb, table = clients(stack.aws_endpoint)("dynamodb"), stack.environment["ROLLUPS_TABLE"]
    partitions = {f"{organization}#{r.link_scope(link)}#0": link for link in links}
    keys = [{"pk": {"S": partition}, "sk": {"S": "lifetime"}} for partition in partitions]
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})["Responses"][table]
    held = {partitions[item["pk"]["S"]]: rollup_bodies.unpacked(item["body"]["B"], LIFETIME) for item in found}
    return {link: held.get(link, {}) for link in links}


def _period(sort: str) -> int:
    return LIFETIME if sort == "lifetime" else parse_day(sort)


def function_name(stack: LocalStack, handler: str) -> str:
    """The deployed name of the function with this handler, like `chalicelib.functions.fold.handler`."""
    found = clients(stack.aws_endpoint)("lambda").list_functions()["Functions"]
    (name,) = [str(function["FunctionName"]) for function in found if function["Handler"] == handler]
    return name


def invoke(stack: LocalStack, handler: str, event: Mapping[str, Any]) -> None:
    """Run a function, and wait for it."""
    functions = clients(stack.aws_endpoint)("lambda")
    answer = functions.invoke(FunctionName=function_name(stack, handler), Payload=json.dumps(event).encode())
    assert "FunctionError" not in answer, answer["Payload"].read()


@contextmanager
def unscheduled(stack: LocalStack, function: str) -> Iterator[None]:
    """The clock does not wake a function meanwhile, like `sweep`; a run that had begun is over."""
    of, handler = clients(stack.aws_endpoint), f"chalicelib.functions.{function}.handler"
    found = of("lambda").get_function_configuration(FunctionName=function_name(stack, handler))
    (rule,) = of("events").list_rule_names_by_target(TargetArn=found["FunctionArn"])["RuleNames"]
    of("events").disable_rule(Name=rule)
    try:
        invoke(stack, handler, tick())  # it waits for its turn
        yield
    finally:
        of("events").enable_rule(Name=rule)


@contextmanager
def held_back(stack: LocalStack, function: str) -> Iterator[None]:
    """Neither stream nor queue wakes a function meanwhile, like `fold`; afterwards it goes on where it was."""
    functions = clients(stack.aws_endpoint)("lambda")
    name = function_name(stack, f"chalicelib.functions.{function}.handler")
    (source,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=source["UUID"], Enabled=True)
