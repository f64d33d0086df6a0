"""What a function's request asks for in IAM's words."""

import json
from typing import Any

import pytest

from infra.embedded.actions import Asked, Signed, UnknownRequest, asked

PLACE = "us-east-1:000000000000"
TABLES = f"arn:aws:dynamodb:{PLACE}:table"


def signed(service: str, method: str = "POST", path: str = "/", **more: Any) -> Signed:
    credential = (
        f"AWS4-HMAC-SHA256 Credential=000000000000/20261122/us-east-1/{service}/aws4_request, SignedHeaders=host"
    )
    headers = {"authorization": credential, "x-amz-target": more.get("target", "")}
    return Signed(method, path, more.get("query", {}), headers, json.dumps(more.get("body", {})).encode())


def of(service: str, target: str, body: dict[str, Any]) -> set[Asked]:
    return set(asked(signed(service, target=target, body=body)))


@pytest.mark.parametrize(
    ("operation", "body", "wanted"),
    [
        ("GetItem", {"TableName": "scans"}, {("GetItem", "scans")}),
        ("PutItem", {"TableName": "scans"}, {("PutItem", "scans")}),
        ("Query", {"TableName": "scans"}, {("Query", "scans")}),
        ("Query", {"TableName": "scans", "IndexName": "by_day"}, {("Query", "scans/index/by_day")}),
        ("BatchGetItem", {"RequestItems": {"a": {}, "b": {}}}, {("BatchGetItem", "a"), ("BatchGetItem", "b")}),
        ("BatchWriteItem", {"RequestItems": {"a": []}}, {("BatchWriteItem", "a")}),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "a"}}]}, {("GetItem", "a")}),
    ],
)
def test_a_request_to_dynamodb_asks_for_its_operation_on_its_tables(
    operation: str, body: dict[str, Any], wanted: set[tuple[str, str]]
) -> None:
    found = of("dynamodb", f"DynamoDB_20120810.{operation}", body)
    assert found == {Asked(f"dynamodb:{action}", f"{TABLES}/{table}") for action, table in wanted}


def test_a_transaction_asks_for_each_of_its_parts() -> None:
    kinds = {"Put": "a", "Update": "b", "Delete": "c", "ConditionCheck": "d"}
    parts = [{kind: {"TableName": table}} for kind, table in kinds.items()]
    assert of("dynamodb", "DynamoDB_20120810.TransactWriteItems", {"TransactItems": parts}) == {
        Asked("dynamodb:PutItem", f"{TABLES}/a"),
        Asked("dynamodb:UpdateItem", f"{TABLES}/b"),
        Asked("dynamodb:DeleteItem", f"{TABLES}/c"),
        Asked("dynamodb:ConditionCheckItem", f"{TABLES}/d"),
    }


@pytest.mark.parametrize("operation", ["SendMessage", "SendMessageBatch"])
def test_many_messages_take_the_permission_that_one_takes(operation: str) -> None:
    body = {"QueueUrl": "http://127.0.0.1:20000/000000000000/jobs"}
    assert of("sqs", f"AmazonSQS.{operation}", body) == {Asked("sqs:SendMessage", f"arn:aws:sqs:{PLACE}:jobs")}


def test_every_parameter_is_asked_for_by_its_path() -> None:
    found = of("ssm", "AmazonSSM.GetParameters", {"Names": ["/quietzone/a/1", "/quietzone/a/2"]})
    paths = {f"arn:aws:ssm:{PLACE}:parameter/quietzone/a/{n}" for n in (1, 2)}
    assert found == {Asked("ssm:GetParameters", path) for path in paths}


@pytest.mark.parametrize(
    ("method", "query", "action"),
    [
        ("PUT", {}, "PutObject"),
        ("POST", {"uploads": [""]}, "PutObject"),
        ("PUT", {"partNumber": ["1"], "uploadId": ["x"]}, "PutObject"),
        ("POST", {"uploadId": ["x"]}, "PutObject"),
        ("DELETE", {"uploadId": ["x"]}, "AbortMultipartUpload"),
        ("GET", {}, "GetObject"),
        ("HEAD", {}, "GetObject"),
    ],
)
def test_a_file_is_asked_for_by_its_key(method: str, query: dict[str, list[str]], action: str) -> None:
    found = asked(signed("s3", method, "/exports/1/scans.csv", query=query))
    assert found == {Asked(f"s3:{action}", "arn:aws:s3:::exports/1/scans.csv")}


def test_a_signed_address_asks_for_what_its_signer_may() -> None:
    query = {"X-Amz-Credential": ["000000000000/20261122/us-east-1/s3/aws4_request"]}
    found = asked(Signed("GET", "/exports/1/scans.csv", query, {}, b""))
    assert found == {Asked("s3:GetObject", "arn:aws:s3:::exports/1/scans.csv")}


def test_a_mail_is_asked_for_by_who_it_is_from() -> None:
    body = {"FromEmailAddress": "qr@example.com", "Content": {"Simple": {}}}
    found = asked(signed("ses", path="/v2/email/outbound-emails", body=body))
    assert found == {Asked("ses:SendEmail", f"arn:aws:ses:{PLACE}:identity/qr@example.com")}


@pytest.mark.parametrize(
    "unheard",
    [
        signed("kms", target="TrentService.Decrypt"),
        signed("dynamodb", target="DynamoDB_20120810.ListTables"),
        signed("sqs", target="AmazonSQS.ListQueues"),
        signed("s3", "GET", "/exports"),
        signed("s3", "DELETE", "/exports/1/scans.csv"),
        signed("ses", "GET", "/v2/email/identities"),
        Signed("GET", "/exports/1/scans.csv", {}, {}, b""),
    ],
)
def test_what_nobody_thought_of_is_no_request_that_passes(unheard: Signed) -> None:
    with pytest.raises(UnknownRequest):
        asked(unheard)
