"""What is shown of a change set."""

from infra.changes import Change, read, summary, table, warnings
from tests.infra.stubbed import Stubbed

TABLE, BUCKET, LAMBDA = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Lambda::Function"


def told(action: str, name: str, kind: str, replacement: str | None = None) -> dict[str, object]:
    """A change as CloudFormation describes it."""
    said = {"Action": action, "LogicalResourceId": name, "ResourceType": kind}
    return {"Type": "Resource", "ResourceChange": said | ({"Replacement": replacement} if replacement else {})}


def test_all_pages_are_read_and_what_takes_away_comes_first() -> None:
    pages = [
        ([told("Add", "Spill", LAMBDA), told("Modify", "Fold", LAMBDA, "False")], {"NextToken": "more"}),
        ([told("Remove", "Old", BUCKET), told("Modify", "ScansTable", TABLE, "True")], {}),
    ]
    stub = Stubbed("cloudformation")
    for changes, more in pages:
        stub.answers("describe_change_set", {"Changes": changes, **more})
    assert read(stub.client, "arn:changes") == [
        Change("Modify", "ScansTable", TABLE, "True"),
        Change("Remove", "Old", BUCKET, ""),
        Change("Add", "Spill", LAMBDA, ""),
        Change("Modify", "Fold", LAMBDA, "False"),
    ]


def test_the_table_has_columns_for_people() -> None:
    shown = table([Change("Modify", "ScansTable", TABLE, "True"), Change("Add", "Spill", LAMBDA, "")])
    assert shown.splitlines() == [
        "  action  resource    type              replacement",
        "  Modify  ScansTable  DynamoDB::Table   REPLACED",
        "  Add     Spill       Lambda::Function",
    ]


def test_tables_and_buckets_that_would_be_lost_are_warned_of_and_nothing_else_is() -> None:
    found = warnings(
        [
            Change("Modify", "ScansTable", TABLE, "True"),
            Change("Modify", "ObjectsTable", TABLE, "Conditional"),
            Change("Remove", "ExportsBucket", BUCKET, ""),
            Change("Modify", "RollupsTable", TABLE, "False"),
            Change("Add", "VisitorsTable", TABLE, ""),
            Change("Modify", "Fold", LAMBDA, "True"),
        ]
    )
    assert found == [
        "WARNING: ScansTable is replaced by an empty one: its items would be out of reach",
        "WARNING: ObjectsTable may be replaced by an empty one: its items would be out of reach",
        "WARNING: ExportsBucket is removed: its files would be out of reach",
    ]


def test_changes_are_counted_by_what_they_do() -> None:
    found = [Change("Add", name, LAMBDA, "") for name in "abc"] + [Change("Remove", "d", LAMBDA, "")]
    assert summary(found) == "3 to add, 1 to remove"
