"""A table as it was: asked for once, waited for, and given what a restore leaves out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.errors import StackError
from infra.recovery import begin, check_window, complete
from tests.world import World

NOW = datetime.now(UTC).replace(microsecond=0)
DEFINED = {
    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "DeletionProtectionEnabled": True,
}


@pytest.fixture
def dynamodb(world: World) -> Any:
    """With a table `now` that can be had as it was."""
    world.dynamodb.create_table(
        TableName="now",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    world.dynamodb.update_continuous_backups(TableName="now", PointInTimeRecoverySpecification=recovery)
    world.dynamodb.put_item(TableName="now", Item={"pk": {"S": "kept"}})
    return world.dynamodb


def test_a_restored_table_has_the_items_and_all_that_is_defined(dynamodb: Any) -> None:
    assert begin(dynamodb, "now", "then", NOW)
    table = complete(dynamodb, "then", DEFINED, 0)
    told = dynamodb.describe_table(TableName="then")["Table"]
    assert (table.name, table.arn, table.stream) == ("then", told["TableArn"], told["LatestStreamArn"])
    assert told["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert told["DeletionProtectionEnabled"]
    ttl = dynamodb.describe_time_to_live(TableName="then")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = dynamodb.describe_continuous_backups(TableName="then")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.scan(TableName="then")["Items"] == [{"pk": {"S": "kept"}}]


def test_done_twice_it_goes_on_with_the_same_table(dynamodb: Any) -> None:
    assert begin(dynamodb, "now", "then", NOW)
    first = complete(dynamodb, "then", DEFINED, 0)
    assert not begin(dynamodb, "now", "then", NOW)
    assert complete(dynamodb, "then", DEFINED, 0) == first


def test_a_table_too_new_for_recovery_is_asked_again(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(dynamodb, "now", "then", NOW)
    refusals, update = [1, 2], dynamodb.update_continuous_backups

    def refusing(**asked: Any) -> Any:
        if refusals:
            refusals.pop()
            raise ClientError({"Error": {"Code": "ContinuousBackupsUnavailableException"}}, "UpdateContinuousBackups")
        return update(**asked)

    monkeypatch.setattr(dynamodb, "update_continuous_backups", refusing)
    complete(dynamodb, "then", DEFINED, 0)
    backups = dynamodb.describe_continuous_backups(TableName="then")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_table_without_a_stream_gets_none(dynamodb: Any) -> None:
    begin(dynamodb, "now", "then", NOW)
    assert complete(dynamodb, "then", {}, 0).stream == ""


class Windowed:
    """DynamoDB, as far as it tells when a table can be had from."""

    def __init__(self, window: dict[str, datetime]) -> None:
        self._window = window

    def describe_continuous_backups(self, **_: str) -> Any:
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": self._window}}


WINDOW = {"EarliestRestorableDateTime": NOW - timedelta(days=35), "LatestRestorableDateTime": NOW}


def test_a_time_within_the_window_is_taken() -> None:
    check_window(Windowed(WINDOW), {"ScansTable": "now"}, NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("window", "at", "said"),
    [
        (WINDOW, NOW - timedelta(days=36), "ScansTable can be had as it was from"),
        (WINDOW, NOW + timedelta(seconds=1), "ScansTable can be had as it was from"),
        ({}, NOW, "no point-in-time recovery"),
    ],
    ids=["too long ago", "not yet", "never"],
)
def test_a_time_that_cannot_be_had_is_refused_before_anything_is_done(
    window: dict[str, datetime], at: datetime, said: str
) -> None:
    with pytest.raises(StackError, match=said):
        check_window(Windowed(window), {"ScansTable": "now"}, at)
