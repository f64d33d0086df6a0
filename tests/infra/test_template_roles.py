"""Roles: what each function may do."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.infra.conftest import Resources
from tests.infra.test_template_functions import FUNCTIONS
from tests.infra.test_template_tables import TABLES
from tests.infra.translated import of_type


def actions_on(policies: list[dict[str, Any]], resource: str) -> set[str]:
    """The actions that a role's policies allow on what is, or is part of, a resource."""
    statements = [it for policy in policies for it in policy["PolicyDocument"]["Statement"]]
    return {action for it in statements if resource in json.dumps(it["Resource"]) for action in it["Action"]}


@pytest.mark.parametrize("role", ["ApiHandlerRole", *(f"{name}Role" for name in FUNCTIONS if name != "APIHandler")])
def test_no_role_may_do_everything(resources: Resources, role: str) -> None:
    statements = [
        statement
        for policy in resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert not [action for it in statements for action in it["Action"] if "*" in action]
    assert [it["Action"] for it in statements if "*" in it["Resource"]] in ([], [["dynamodb:ListStreams"]])


@pytest.mark.parametrize("role", ["ApiHandlerRole", *(f"{name}Role" for name in FUNCTIONS if name != "APIHandler")])
def test_no_role_allows_the_same_twice(resources: Resources, role: str) -> None:
    allowed = Counter(
        (action, json.dumps(resource))
        for policy in resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    )
    assert not [permission for permission, number in allowed.items() if number > 1]


def test_the_redirect_may_read_a_slug_write_a_scan_and_spill(resources: Resources) -> None:
    policies = resources["RedirectRole"]["Properties"]["Policies"]
    allowed = {name: actions_on(policies, name) for name in (*TABLES, "SpillQueue", "JobsQueue")}
    assert allowed == {
        "ObjectsTable": {"dynamodb:GetItem"},
        "ScansTable": {"dynamodb:PutItem"},
        "RollupsTable": set(),
        "VisitorsTable": set(),
        "DeliveriesTable": set(),
        "SpillQueue": {"sqs:SendMessage"},
        "JobsQueue": set(),
    }


def test_checks_within_transactions_and_batches_of_writes_have_actions_of_their_own(resources: Resources) -> None:
    roles = of_type(resources, "AWS::IAM::Role")
    allowed = {name: actions_on(it.get("Policies", []), "ObjectsTable") for name, it in roles.items()}
    special = {"dynamodb:ConditionCheckItem", "dynamodb:BatchWriteItem"}
    assert {name: actions & special for name, actions in allowed.items() if actions & special} == {
        "ApiHandlerRole": {"dynamodb:ConditionCheckItem"},  # services/sharing.py
        "EventsRole": {"dynamodb:ConditionCheckItem"},  # services/thresholds.py
        "JobsRole": {"dynamodb:BatchWriteItem"},  # services/erasing.py, of marks
    }


def test_the_api_may_sign_for_exports_and_only_jobs_may_write_them(resources: Resources) -> None:
    roles = of_type(resources, "AWS::IAM::Role")
    allowed = {name: actions_on(it.get("Policies", []), "ExportsBucket") for name, it in roles.items()}
    assert {name: actions for name, actions in allowed.items() if actions} == {
        "ApiHandlerRole": {"s3:GetObject"},
        "JobsRole": {"s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject"},
    }
