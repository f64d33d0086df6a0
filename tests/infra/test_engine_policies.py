"""What a role's policies allow."""

import json
from typing import Any

import pytest

from infra.embedded.actions import Asked
from infra.embedded.policies import Permission, allowing, permissions

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/scans"
BUCKET = "arn:aws:s3:::exports"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


READS = (policy(allow(["dynamodb:GetItem", "dynamodb:Query"], [TABLE]), allow("s3:GetObject", f"{BUCKET}/?/*.csv")),)


@pytest.mark.parametrize(
    ("action", "resource", "is_allowed"),
    [
        ("dynamodb:GetItem", TABLE, True),
        ("dynamodb:Query", TABLE, True),
        ("dynamodb:PutItem", TABLE, False),
        ("dynamodb:Query", f"{TABLE}/index/by_day", False),  # a table is not its indexes
        ("dynamodb:GetItem", f"{TABLE}2", False),
        ("dynamodb:getitem", TABLE, True),
        ("dynamodb:GetItem", TABLE.upper(), False),
        ("s3:GetObject", f"{BUCKET}/1/a/b.csv", True),
        ("s3:GetObject", f"{BUCKET}/12/a.csv", False),
        ("s3:GetObject", f"{BUCKET}/1/axcsv", False),
    ],
)
def test_a_role_may_do_what_a_policy_says_and_nothing_else(action: str, resource: str, is_allowed: bool) -> None:
    assert bool(allowing(READS, Asked(action, resource))) == is_allowed


def test_every_policy_of_a_role_counts_and_is_told_as_it_is_written() -> None:
    documents = (*READS, policy(allow("dynamodb:*", "*")))
    both = {Permission("dynamodb:GetItem", TABLE), Permission("dynamodb:*", "*")}
    assert allowing(documents, Asked("dynamodb:GetItem", TABLE)) == both
    assert both < permissions(documents)


def test_without_a_policy_nothing_is_allowed() -> None:
    assert not allowing((), Asked("dynamodb:GetItem", TABLE))


@pytest.mark.parametrize("more", [{"Effect": "Deny"}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}])
def test_a_policy_that_would_be_misread_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not know"):
        allowing((policy({**allow("dynamodb:*", "*"), **more}),), Asked("dynamodb:GetItem", TABLE))
