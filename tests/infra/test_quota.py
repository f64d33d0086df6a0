"""Concurrency is reserved where the account's quota leaves enough."""

from typing import Any

import pytest

from infra import quota
from tests.infra.stubbed import Stubbed


def template(*reserved: Any) -> dict[str, Any]:
    functions = {
        f"F{n}": {
            "Type": "AWS::Lambda::Function",
            "Properties": {} if it is None else {"ReservedConcurrentExecutions": it},
        }
        for n, it in enumerate(reserved)
    }
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"ReservedConcurrentExecutions": 7}}
    return {"Parameters": {"ApiConcurrency": {"Default": 100}}, "Resources": {**functions, "Table": table}}


def unless(value: Any) -> dict[str, Any]:
    return {"Fn::If": ["Reserves", value, {"Ref": "AWS::NoValue"}]}


@pytest.mark.parametrize(
    ("reserved", "values", "needed"),
    [
        ((), {}, 0),
        ((None, 20, 30), {}, 50),
        ((unless(50), unless({"Ref": "ApiConcurrency"})), {}, 150),
        ((unless({"Ref": "ApiConcurrency"}),), {"ApiConcurrency": "300"}, 300),
    ],
)
def test_what_is_wanted_is_what_the_functions_reserve(reserved: Any, values: dict[str, str], needed: int) -> None:
    assert quota.wanted(template(*reserved), values) == needed


@pytest.mark.parametrize(
    ("unreserved", "needed", "held", "enough"),
    [(10, 300, 0, False), (1000, 300, 0, True), (400, 300, 0, True), (399, 300, 0, False), (100, 300, 300, True)],
)
def test_a_hundred_executions_stay_for_everybody(unreserved: int, needed: int, held: int, enough: bool) -> None:
    limit = {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": unreserved}}
    stub = Stubbed("lambda").answers("get_account_settings", limit)
    assert quota.is_enough(lambda _: stub.client, needed, held) == enough


def test_what_functions_hold_already_is_counted() -> None:
    stub = Stubbed("lambda").answers("get_function_concurrency", {"ReservedConcurrentExecutions": 30})
    stub.answers("get_function_concurrency", {}, {"FunctionName": "b"})
    assert quota.reserved(lambda _: stub.client, ["a", "b"]) == 30


def test_whoever_has_too_little_is_told_loudly_and_how_to_ask_for_more() -> None:
    limit = {"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}}
    stub = Stubbed("lambda").answers("get_account_settings", limit)
    said = quota.advice(lambda _: stub.client, 300, "eu-west-1")
    assert "WARNING: this account may run 10 functions at once in eu-west-1" in said
    assert "aws service-quotas request-service-quota-increase --region eu-west-1" in said
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 1000" in said
