"""A stack of the embedded AWS is put on restored tables, however often that is cut off."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from infra import aws, deploy
from infra.artifacts import Clients
from infra.deploy import Witness, outputs
from infra.embedded.ministack import MiniStack
from infra.errors import StackError
from infra.restore import moment, told
from infra.restoring import Plan, adopting, recovering, restore
from infra.under_way import check_arrived, deployed

FAST = Witness(pause=0.05)
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Say": {"Type": "String"}},
    "Resources": {
        "Things": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "day")],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "by_day",
                        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "KEYS_ONLY"},
                    }
                ],
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
                "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        },
        "Told": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::Sub": "${Say} ${Things} ${Things.StreamArn}"}},
        },
    },
    "Outputs": {"Things": {"Value": {"Ref": "Things"}}, "Told": {"Value": {"Ref": "Told"}}},
}
_numbers = count(1)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    engine = MiniStack(tmp_path_factory.mktemp("restoring"))
    engine.start(0)
    engine.wait()
    yield aws.clients(engine.endpoint)
    engine.stop()


@pytest.fixture
def stack(clients: Clients) -> str:
    """A stack with a table that holds an item."""
    name = f"qz-{next(_numbers)}"
    source = {"TemplateBody": json.dumps(TEMPLATE)}
    deploy.apply(clients("cloudformation"), name, source, TEMPLATE["Parameters"], {"Say": "hello"}, FAST)
    put(clients, table_of(clients, name), "kept")
    return name


def table_of(clients: Clients, stack: str) -> str:
    return outputs(clients("cloudformation"), stack)["Things"]


def put(clients: Clients, table: str, pk: str) -> None:
    clients("dynamodb").put_item(TableName=table, Item={"pk": {"S": pk}, "day": {"S": "today"}})


def items(clients: Clients, table: str) -> list[str]:
    """What the index of a table has."""
    asked = {"KeyConditionExpression": "#d = :d", "ExpressionAttributeNames": {"#d": "day"}}
    values = {":d": {"S": "today"}}
    found = clients("dynamodb").query(TableName=table, IndexName="by_day", ExpressionAttributeValues=values, **asked)
    return sorted(item["pk"]["S"] for item in found["Items"])


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def restored(clients: Clients, stack: str, at: datetime) -> Plan:
    plan = recovering(clients, stack, at)
    restore(clients, plan, FAST, lambda _: None)
    return plan


def assert_is_on(clients: Clients, stack: str, plan: Plan) -> None:
    """The stack is what it was but for its table, which is the restored one; the old one is beside, untouched."""
    table, old = plan.targets["Things"], plan.present["Things"]
    assert table_of(clients, stack) == table != old
    assert deployed(clients("cloudformation"), stack) == TEMPLATE
    put(clients, table, "new")
    assert (items(clients, table), items(clients, old)) == (["kept", "new"], ["kept"])
    stream = clients("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    name = outputs(clients("cloudformation"), stack)["Told"]
    assert clients("ssm").get_parameter(Name=name)["Parameter"]["Value"] == f"hello {table} {stream}"


def test_a_stack_gets_restored_tables_and_is_else_what_it_was(clients: Clients, stack: str) -> None:
    plan = restored(clients, stack, now())
    assert_is_on(clients, stack, plan)
    assert plan.at is not None
    assert recovering(clients, stack, plan.at).is_done
    while now() == plan.at:  # a plan is known by its second
        time.sleep(0.05)
    again = restored(clients, stack, now())
    assert again.present == {"Things": plan.targets["Things"]}
    assert table_of(clients, stack) == again.targets["Things"]


@pytest.mark.parametrize("cut", [1, 2, 3], ids=["letting go", "taking in", "coming back"])
def test_what_is_cut_off_goes_on_with_the_same_time(
    clients: Clients, stack: str, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, calls = now(), count(1)

    def changing(*args: Any) -> bool:
        if next(calls) == cut:
            raise StackError("cut off")
        return deploy.change(*args)

    with monkeypatch.context() as patch:
        patch.setattr("infra.restoring.change", changing)
        with pytest.raises(StackError, match="cut off"):
            restored(clients, stack, at)
    if cut > 1:
        with pytest.raises(StackError, match=f"finish that first, with make restore AT={at:%Y-%m-%dT%H:%M:%SZ}"):
            check_arrived(clients("cloudformation"), stack)
        with pytest.raises(StackError, match="finish that first"):
            recovering(clients, stack, at.replace(year=at.year - 1))
    assert_is_on(clients, stack, restored(clients, stack, at))
    check_arrived(clients("cloudformation"), stack)


def test_an_import_that_would_change_something_else_is_refused_as_aws_does(clients: Clients, stack: str) -> None:
    other = json.loads(json.dumps(TEMPLATE).replace("${Say} ", ""))
    arguments = {
        "TemplateBody": json.dumps(other),
        "Parameters": [{"ParameterKey": "Say", "UsePreviousValue": True}],
        "ResourcesToImport": [],
    }
    with pytest.raises(StackError, match="you cannot modify"):
        deploy.change(clients("cloudformation"), stack, "IMPORT", arguments, FAST)


def test_there_must_be_a_stack(clients: Clients) -> None:
    with pytest.raises(StackError, match="there is no stack nothing"):
        recovering(clients, "nothing", now())


def test_a_new_stack_takes_over_the_tables_of_one_that_is_gone(clients: Clients, stack: str) -> None:
    kept = table_of(clients, stack)
    source = {"TemplateBody": json.dumps(TEMPLATE)}
    deploy.apply(clients("cloudformation"), f"{stack}-new", source, TEMPLATE["Parameters"], {"Say": "hello"}, FAST)
    plan = adopting(clients, f"{stack}-new", {"Things": kept})
    assert f"  {plan.present['Things']} -> {kept}" in told(plan)
    restore(clients, plan, FAST, lambda _: None)
    assert (table_of(clients, f"{stack}-new"), items(clients, kept)) == (kept, ["kept"])
    assert adopting(clients, f"{stack}-new", {"Things": kept}).is_done


@pytest.mark.parametrize(
    ("targets", "said"),
    [({}, "must name all of Things"), ({"Things": "x", "Y": "y"}, "and no others"), ({"Things": "x"}, "no table x")],
    ids=["none", "too many", "one that is not there"],
)
def test_tables_to_take_over_must_be_all_and_be_there(
    clients: Clients, stack: str, targets: dict[str, str], said: str
) -> None:
    with pytest.raises(StackError, match=said):
        adopting(clients, stack, targets)


def test_a_plan_says_what_becomes_of_each_table() -> None:
    at = moment("2026-11-22T04:00:00+01:00")
    text = told(Plan("quietzone-prod", "AT=...", {}, {"ScansTable": "old"}, {"ScansTable": "new"}, at))
    assert "  old -> new" in text
    assert "as they were at 2026-11-22T03:00:00Z" in text


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T03:00:00"])
def test_a_time_must_be_one_and_name_its_offset(text: str) -> None:
    with pytest.raises(StackError, match="AT="):
        moment(text)
