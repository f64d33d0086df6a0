"""How a function hears that its role does not allow something."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore import parsers

from infra.embedded.actions import Signed
from infra.embedded.policies import Permission
from infra.embedded.roles import Book, answer

MESSAGE = "Fold is not authorized to perform: <something>"


def heard(protocol: str, service: str, method: str = "POST") -> tuple[int, Any]:
    """The status, and the error that an SDK makes of it."""
    credential = {"X-Amz-Credential": [f"000000000000/20261122/us-east-1/{service}/aws4_request"]}
    status, headers, body = answer(Signed(method, "/", credential, {}, b""), MESSAGE)
    lower = {name.lower(): value for name, value in headers.items()}
    found = parsers.create_parser(protocol).parse({"status_code": status, "headers": lower, "body": body}, None)
    return status, found["Error"]


@pytest.mark.parametrize(
    ("protocol", "service", "status", "code"),
    [
        ("json", "dynamodb", 400, "AccessDeniedException"),
        ("json", "ssm", 400, "AccessDeniedException"),
        ("json", "sqs", 400, "AccessDenied"),
        ("rest-json", "ses", 403, "AccessDeniedException"),
        ("rest-xml", "s3", 403, "AccessDenied"),
    ],
)
def test_each_service_says_it_in_its_own_way(protocol: str, service: str, status: int, code: str) -> None:
    found, error = heard(protocol, service)
    assert (found, error["Code"], error["Message"]) == (status, code, MESSAGE)


def test_a_question_without_a_body_is_answered_without_one() -> None:
    status, error = heard("rest-xml", "s3", "HEAD")
    assert (status, error["Code"]) == (403, "403")


def test_each_thing_is_written_down_once(tmp_path: Path) -> None:
    book = Book(tmp_path / "calls.jsonl")
    for _ in range(2):
        book.allowed("Fold", [Permission("dynamodb:GetItem", "scans")])
        book.refused("Fold", "dynamodb:PutItem on scans")
    assert [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()] == [
        {"function": "Fold", "action": "dynamodb:GetItem", "resource": "scans"},
        {"function": "Fold", "refused": "dynamodb:PutItem on scans"},
    ]
