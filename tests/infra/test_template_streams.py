"""What the streams hand to whom, and how often they try."""

import json
from typing import Any

import pytest

from tests.infra.conftest import Resources
from tests.infra.translated import of_type, readers


def test_the_fold_reads_only_scans_that_wait_and_gives_up_on_none_silently(resources: Resources) -> None:
    (fold,) = readers(resources, "Fold")
    assert fold["EventSourceArn"] == {"Fn::GetAtt": ["ScansTable", "StreamArn"]}
    (waiting,) = fold["FilterCriteria"]["Filters"]
    assert json.loads(waiting["Pattern"]) == {"dynamodb": {"NewImage": {"pending": {"N": [{"exists": True}]}}}}
    assert fold["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FoldDeadLetters", "Arn"]}
    given = {name: fold[name] for name in ("BatchSize", "StartingPosition", "BisectBatchOnFunctionError")}
    assert given == {"BatchSize": 1000, "StartingPosition": "TRIM_HORIZON", "BisectBatchOnFunctionError": True}
    assert (fold["ParallelizationFactor"], fold["MaximumRetryAttempts"]) == (1, 10)
    assert fold["MaximumBatchingWindowInSeconds"] == {"Ref": "FoldWindowSeconds"}
    assert fold["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_events_are_made_of_three_streams_and_try_for_as_long_as_a_record_lives(resources: Resources) -> None:
    mine = readers(resources, "Events")
    streams = {it["EventSourceArn"]["Fn::GetAtt"][0] for it in mine}
    assert streams == {"ScansTable", "ObjectsTable", "RollupsTable"}
    for reader in mine:
        assert reader["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"
        assert (reader["StartingPosition"], reader["BatchSize"]) == ("TRIM_HORIZON", 100)
        assert (reader["MaximumRetryAttempts"], reader["BisectBatchOnFunctionError"]) == (-1, True)
        assert reader["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["EventsDeadLetters", "Arn"]}


@pytest.mark.parametrize(
    ("name", "record", "passes"),
    [
        ("ScansTable", {"NewImage": {"counted": {"S": "[]"}}, "OldImage": {"pending": {"N": "1"}}}, True),
        ("ScansTable", {"NewImage": {"pending": {"N": "1"}}}, False),
        ("ScansTable", {"OldImage": {"counted": {"S": "[]"}}}, False),
        ("RollupsTable", {"Keys": {"sk": {"S": "lifetime"}}}, True),
        ("RollupsTable", {"Keys": {"sk": {"S": "2026-11-21"}}}, False),
        ("ObjectsTable", {"Keys": {"sk": {"S": "link#0000000000000001"}}}, True),
        ("ObjectsTable", {"Keys": {"sk": {"S": "bound#0000000000000001"}}}, True),
        ("ObjectsTable", {"Keys": {"sk": {"S": "reached#l1"}}}, True),
        ("ObjectsTable", {"Keys": {"sk": {"S": "usage#202611#qr_generated"}}}, False),
        ("ObjectsTable", {"Keys": {"sk": {"S": "linked#0000000000000001#0000000000000002"}}}, False),
    ],
)
def test_only_what_may_be_an_event_wakes_the_function(
    resources: Resources, name: str, record: dict[str, Any], passes: bool
) -> None:
    (reader,) = (it for it in readers(resources, "Events") if it["EventSourceArn"]["Fn::GetAtt"][0] == name)
    patterns = [json.loads(it["Pattern"]) for it in reader["FilterCriteria"]["Filters"]]
    assert any(_admits(it, {"eventName": "INSERT", "dynamodb": record}) for it in patterns) == passes


def _admits(pattern: dict[str, Any], found: Any) -> bool:
    """Lambda's rule: every leaf of a pattern must admit what is there; what is not there matches `exists: false`."""
    for key, wanted in pattern.items():
        value = found.get(key) if isinstance(found, dict) else None
        if isinstance(wanted, dict):
            if not _admits(wanted, value or {}):
                return False
        elif not any(_is(rule, value) for rule in wanted):
            return False
    return True


def _is(rule: Any, value: Any) -> bool:
    if not isinstance(rule, dict):
        return bool(rule == value)
    if "exists" in rule:
        return bool(rule["exists"] == (value is not None))
    return isinstance(value, str) and value.startswith(rule["prefix"])


def test_what_a_stream_gives_up_on_goes_where_no_queue_redrives_to(resources: Resources) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    streamed = [*readers(resources, "Fold"), *readers(resources, "Events")]
    ends = {it["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0] for it in streamed}
    assert {queues[name]["RedriveAllowPolicy"]["redrivePermission"] for name in ends} == {"denyAll"}
    others = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    assert [it for it in others if "StartingPosition" in it and it not in streamed] == []
