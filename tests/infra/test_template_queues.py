"""Queues, their dead letters and their readers; the bucket of exports."""

from typing import Any

import pytest

from tests.infra.conftest import Resources
from tests.infra.translated import Variant, of_type, readers


def test_the_slow_lane_holds_its_messages_longer_than_it_runs(resources: Resources) -> None:
    assert resources["SlowQueue"]["Properties"]["VisibilityTimeout"] > resources["Slow"]["Properties"]["Timeout"]


@pytest.mark.parametrize(
    ("queue", "function", "batch"),
    [("SpillQueue", "Spill", 10), ("JobsQueue", "Jobs", 1), ("DeliveryQueue", "Deliver", 10)],
)
def test_queues_outlast_their_function_and_end_in_dead_letters(
    resources: Resources, queue: str, function: str, batch: int
) -> None:
    properties = resources[queue]["Properties"]
    assert properties["VisibilityTimeout"] >= 6 * resources[function]["Properties"]["Timeout"]
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 3600
    dead_letters = properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert resources[dead_letters]["Type"] == "AWS::SQS::Queue"
    (reader,) = readers(resources, function)
    assert reader["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert reader["BatchSize"] == batch


def test_no_reader_takes_more_messages_than_its_function_is_given_room_for(template: dict[str, Any]) -> None:
    resources = Variant(template).resources
    for function in ("Spill", "Jobs", "Deliver"):
        (reader,) = readers(resources, function)
        room = resources[function]["Properties"]["ReservedConcurrentExecutions"]
        assert reader["ScalingConfig"] == {"MaximumConcurrency": room}, "it would be throttled, message by message"


def test_exports_are_private_encrypted_and_gone_after_a_week(resources: Resources) -> None:
    bucket = resources["ExportsBucket"]["Properties"]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Status": "Enabled",
        "ExpirationInDays": 7,
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def test_every_queue_is_encrypted_keeps_for_two_weeks_and_ends_somewhere(resources: Resources) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    assert all(it["SqsManagedSseEnabled"] is True for it in queues.values())
    assert {it["MessageRetentionPeriod"] for it in queues.values()} == {14 * 24 * 3600}
    ends = {
        name: it["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for name, it in queues.items()
        if "RedrivePolicy" in it
    }
    readers_ends = {
        it["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for it in of_type(resources, "AWS::Lambda::EventSourceMapping").values()
        if "DestinationConfig" in it
    }
    assert set(queues) == set(ends) | set(ends.values()) | readers_ends, "it has no dead letters and is none"
    assert not set(ends) & set(ends.values())


def test_a_message_is_tried_for_hours_before_it_is_given_up(resources: Resources) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    tried = {
        name: it["VisibilityTimeout"] * it["RedrivePolicy"]["maxReceiveCount"] / 3600
        for name, it in queues.items()
        if "RedrivePolicy" in it
    }
    assert tried == {"SpillQueue": 24, "DeliveryQueue": 20, "SlowQueue": 50, "JobsQueue": 10}
