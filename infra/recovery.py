"""Tables as they were at a time: made anew by DynamoDB's point-in-time recovery, and given what that leaves out."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from infra.errors import StackError
from infra.swapping import Table

MOST_SECONDS: Final = 24 * 3600
NOT_YET: Final = "ContinuousBackupsUnavailableException"
NOT_YET_SECONDS: Final = 900

Tell = Callable[[str], None]


def check_window(dynamodb: Any, names: Mapping[str, str], at: datetime) -> None:
    """Raises StackError unless each table (its name by that of its resource) can be had as it was then."""
    for resource, name in names.items():
        try:
            told = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
            window = told["PointInTimeRecoveryDescription"]
            first, last = window["EarliestRestorableDateTime"], window["LatestRestorableDateTime"]
        except (ClientError, KeyError) as error:
            raise StackError(f"{resource} ({name}) has no point-in-time recovery") from error
        if not first <= at <= last:
            raise StackError(f"{resource} can be had as it was from {_spelled(first)} to {_spelled(last)}")


def begin(dynamodb: Any, source: str, target: str, at: datetime) -> bool:
    """Have `target` made as `source` was; False when that was begun before."""
    try:
        dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, RestoreDateTime=at)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("TableAlreadyExistsException", "TableInUseException"):
            return False
        raise
    return True


def complete(dynamodb: Any, target: str, defined: Mapping[str, Any], pause: float) -> Table:
    """Wait until a table is there, and make it what a template defines (its properties): a restored one has neither
    stream nor TTL, recovery or protection against deletion. Done twice, it does nothing the second time.

    `pause` is seconds between two looks. Raises StackError when it takes a day.
    """
    told = _active(dynamodb, target, pause)
    stream = defined.get("StreamSpecification")
    if stream and not told.get("StreamSpecification", {}).get("StreamEnabled"):
        dynamodb.update_table(TableName=target, StreamSpecification={"StreamEnabled": True, **stream})
        told = _active(dynamodb, target, pause)
    if defined.get("DeletionProtectionEnabled") and not told.get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=target, DeletionProtectionEnabled=True)
        told = _active(dynamodb, target, pause)
    _expiring(dynamodb, target, defined.get("TimeToLiveSpecification"))
    _recoverable(dynamodb, target, defined.get("PointInTimeRecoverySpecification"), pause)
    return Table(target, told["TableArn"], told.get("LatestStreamArn", ""))


def _expiring(dynamodb: Any, table: str, wanted: Mapping[str, Any] | None) -> None:
    told = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if wanted and told["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _recoverable(dynamodb: Any, table: str, wanted: Mapping[str, Any] | None, pause: float) -> None:
    """A new table is refused for some minutes, though it can be used."""
    deadline = time.monotonic() + NOT_YET_SECONDS
    while wanted:
        try:
            dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] != NOT_YET or time.monotonic() > deadline:
                raise
        time.sleep(pause)


def _active(dynamodb: Any, table: str, pause: float) -> dict[str, Any]:
    """What DynamoDB tells of a table once it can be used."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        told: dict[str, Any] = dynamodb.describe_table(TableName=table)["Table"]
        indexes = told.get("GlobalSecondaryIndexes", [])
        if {told["TableStatus"], *(index.get("IndexStatus", "ACTIVE") for index in indexes)} == {"ACTIVE"}:
            return told
        time.sleep(pause)
    raise StackError(f"the table {table} is still not there after a day")


def _spelled(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
