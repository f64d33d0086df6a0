"""The stack's own template on its way from its tables to restored ones, as CloudFormation takes each step."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from infra.errors import StackError
from infra.swapping import Table, Template, imports, tables, with_imported, without


@pytest.fixture(scope="session")
def others(template: Template) -> dict[str, Table]:
    """Another table for each of the stack's."""

    def other(name: str) -> Table:
        arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/qz-{name}-then"
        return Table(f"qz-{name}-then", arn, f"{arn}/stream/2026-11-22T03:00:00.000")

    return {name: other(name) for name in tables(template)}


@pytest.fixture(scope="session")
def rest(template: Template, others: dict[str, Table]) -> Template:
    return without(template, others)


def test_nothing_refers_to_a_table_that_is_not_there(rest: Template, others: dict[str, Table]) -> None:
    assert not tables(rest)
    assert not set(referred(rest)) & others.keys()
    assert set(referred(rest)) <= rest["Resources"].keys() | rest["Parameters"].keys()
    # Nothing reads the streams of visitors and deliveries: they have none.
    assert {name for name, other in others.items() if other.stream in json.dumps(rest)} == {
        *("ObjectsTable", "ScansTable", "RollupsTable")
    }


def referred(part: Any) -> Iterator[str]:
    """All that a part of a template refers to, by any function; pseudo parameters are nobody's."""
    match part:
        case {"Ref": str(name)} if not name.startswith("AWS::"):
            yield name
        case {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::GetAtt": str(place)}:
            yield place.partition(".")[0]
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{(\w+)(?![\w:])", text)
        case {"DependsOn": str(name)}:
            yield name
        case {"DependsOn": [*names]}:
            yield from names
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from referred(each)


def test_functions_get_the_names_of_the_others(rest: Template, others: dict[str, Table]) -> None:
    given = rest["Resources"]["Redirect"]["Properties"]["Environment"]["Variables"]
    assert given["SCANS_TABLE"] == others["ScansTable"].name
    assert given["OBJECTS_TABLE"] == others["ObjectsTable"].name


def test_an_import_adds_the_tables_and_changes_nothing_else(
    template: Template, rest: Template, others: dict[str, Table]
) -> None:
    whole = with_imported(rest, template, others)
    assert {name: it for name, it in whole["Resources"].items() if name not in others} == rest["Resources"]
    assert {key: it for key, it in whole.items() if key != "Resources"} == {
        key: it for key, it in rest.items() if key != "Resources"
    }
    assert tables(whole) == tables(template)
    assert all(
        it["DeletionPolicy"] == "Retain" and "TableName" not in it["Properties"] for it in tables(whole).values()
    )
    told = {it["LogicalResourceId"]: it["ResourceIdentifier"]["TableName"] for it in imports(others)}
    assert told == {name: other.name for name, other in others.items()}


def test_a_template_is_not_changed_by_this(template: Template, others: dict[str, Table]) -> None:
    before = deepcopy(template)
    without(template, others)
    assert template == before


def test_a_table_that_would_be_deleted_is_not_left(template: Template, others: dict[str, Table]) -> None:
    careless = deepcopy(template)
    del careless["Resources"]["ScansTable"]["DeletionPolicy"]
    with pytest.raises(StackError, match="ScansTable"):
        without(careless, others)


ONE = {"T": Table("then", "arn:then", "arn:then/stream/1")}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"Ref": "T"}, "then"),
        ({"Ref": "Other"}, {"Ref": "Other"}),
        ({"Fn::GetAtt": ["T", "Arn"]}, "arn:then"),
        ({"Fn::GetAtt": "T.StreamArn"}, "arn:then/stream/1"),
        ({"Fn::Sub": "${T.Arn}/index/${Index} ${!T}"}, {"Fn::Sub": "arn:then/index/${Index} ${!T}"}),
        ({"Fn::Sub": ["${T}/${Own}", {"Own": {"Ref": "T"}}]}, {"Fn::Sub": ["then/${Own}", {"Own": "then"}]}),
        ({"Fn::Sub": ["${T}", {"T": "mine"}]}, {"Fn::Sub": ["${T}", {"T": "mine"}]}),
        ([{"a": {"Ref": "T"}}, "T"], [{"a": "then"}, "T"]),
    ],
    ids=["Ref", "another's", "GetAtt", "GetAtt as a text", "Sub", "Sub with variables", "a variable's name", "within"],
)
def test_each_way_to_refer_to_a_table_is_written_out(said: Any, named: Any) -> None:
    resources = {
        "T": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
        "R": {"Type": "X", "Properties": said},
    }
    left = without({"Resources": resources}, ONE)["Resources"]
    assert left == {"R": {"Type": "X", "Properties": named}}


@pytest.mark.parametrize(("waits", "left"), [("T", None), (["T", "U"], ["U"])])
def test_nothing_waits_for_a_table_that_is_not_there(waits: Any, left: Any) -> None:
    resources = {
        "T": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
        "R": {"Type": "X", "DependsOn": waits},
    }
    assert without({"Resources": resources}, ONE)["Resources"]["R"].get("DependsOn") == left


def test_what_is_not_known_of_a_table_stops_it() -> None:
    resources = {
        "T": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
        "R": {"Type": "X", "Properties": {"Fn::GetAtt": ["T", "TableId"]}},
    }
    with pytest.raises(StackError, match="TableId"):
        without({"Resources": resources}, ONE)
