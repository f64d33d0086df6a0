"""Two attempts and no third, a pause between them, and errors told apart: at a real server on loopback."""

import json
import os
import socket
from binascii import crc32
from pathlib import Path

import pytest
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from chalicelib.wire import client, connections
from chalicelib.wire.client import ATTEMPTS, DYNAMODB, LONGEST_PAUSE_SECONDS, PASSING_CODES, PASSING_STATUSES, SQS
from chalicelib.wire.connections import CONNECT_SECONDS, READ_SECONDS
from chalicelib.wire.failed import Failed
from infra.template import whole
from tests.wire.conftest import Serve
from tests.wire.servers import Move, answers, cuts, hangs_up, is_silent, refuses, says, spelled

READ = {"TableName": "objects", "Key": {"pk": {"S": "slug#a"}}}
FOUND = {"Item": {"pk": {"S": "slug#a"}}}
HALF = spelled(200, b'{"Item": {}}')[:-3]
DAMAGED = spelled(200, b"{}", x_amz_crc32=str(crc32(b"{ }")))

PASSES = [
    pytest.param(answers(status=500), "500", id="500"),
    pytest.param(answers(status=503), "503", id="503"),
    pytest.param(cuts(spelled(502, b"<html>", Connection="close")), "502", id="502 of something in between"),
    pytest.param(refuses("InternalServerError", 500), "InternalServerError", id="ill"),
    pytest.param(refuses("ProvisionedThroughputExceededException"), "ProvisionedThroughputExceededException", id="hot"),
    pytest.param(refuses("ThrottlingException"), "ThrottlingException", id="throttled"),
    pytest.param(hangs_up, "ConnectionResetError", id="hung up"),
    pytest.param(cuts(HALF), "Garbled", id="half an answer"),
    pytest.param(says(b"SSH-2.0\r\n\r\n"), "Garbled", id="another protocol"),
    pytest.param(says(spelled(200, b"<html>")), "DamagedAnswer", id="no JSON"),
    pytest.param(says(spelled(200, b"[]")), "DamagedAnswer", id="no object"),
    pytest.param(says(DAMAGED), "DamagedAnswer", id="a wrong checksum"),
    pytest.param(is_silent, "TimeoutError", id="silence"),
]
STAYS = ["AccessDeniedException", "ConditionalCheckFailedException", "ResourceNotFoundException", "ValidationException"]


@pytest.fixture(autouse=True)
def _impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.5 if "silence" in request.node.name else 30.0)


def test_a_request_is_json_with_its_operation_in_a_header(serve: Serve) -> None:
    aws = serve(answers(FOUND))
    assert DYNAMODB.call("GetItem", READ) == FOUND
    (asked,) = aws.asked
    assert json.loads(asked.body) == READ
    assert asked.headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert asked.headers["content-type"] == "application/x-amz-json-1.0"
    assert "/eu-west-1/dynamodb/aws4_request" in asked.headers["authorization"]


def test_a_message_is_sent_to_the_service_not_to_its_queues_url(serve: Serve) -> None:
    aws = serve(answers({"MessageId": "1"}))
    SQS.call("SendMessage", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/spill", "MessageBody": "{}"})
    (asked,) = aws.asked
    assert asked.headers["x-amz-target"] == "AmazonSQS.SendMessage"
    assert asked.headers["host"] == f"localhost:{aws.port}"
    assert "/eu-west-1/sqs/aws4_request" in asked.headers["authorization"]


@pytest.mark.parametrize(("fault", "code"), PASSES)
def test_what_passes_is_tried_again_after_a_pause(serve: Serve, pauses: list[float], fault: Move, code: str) -> None:
    aws = serve(fault, answers(FOUND))
    assert DYNAMODB.call("GetItem", READ) == FOUND
    assert (len(aws.asked), len(pauses)) == (2, 1)
    assert aws.asked[0].body == aws.asked[1].body
    assert 0 <= pauses[0] <= LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize(("fault", "code"), PASSES)
def test_there_is_no_third_attempt(serve: Serve, pauses: list[float], fault: Move, code: str) -> None:
    aws = serve(fault, fault, answers(FOUND))
    with pytest.raises(Failed) as failed:
        DYNAMODB.call("GetItem", READ)
    assert failed.value.code == code
    assert (len(aws.asked), len(pauses)) == (ATTEMPTS, ATTEMPTS - 1)


@pytest.mark.parametrize("code", STAYS)
def test_a_refusal_that_stays_is_not_tried_again(serve: Serve, pauses: list[float], code: str) -> None:
    aws = serve(refuses(code))
    with pytest.raises(Failed) as failed:
        DYNAMODB.call("PutItem", {})
    assert (failed.value.code, len(aws.asked), pauses) == (code, 1, [])


def test_an_attempt_is_signed_anew(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = serve(answers(status=500))
    clock = iter([1_800_000_000_000_000_000, 1_800_000_001_000_000_000])
    monkeypatch.setattr("chalicelib.wire.client.time.time_ns", lambda: next(clock))
    DYNAMODB.call("GetItem", READ)
    assert [asked.headers["x-amz-date"] for asked in aws.asked] == ["20270115T080000Z", "20270115T080001Z"]
    assert len({asked.headers["authorization"] for asked in aws.asked}) == 2


@pytest.mark.parametrize(("drawn", "pause"), [(b"\x00", 0.0), (b"\xff", LONGEST_PAUSE_SECONDS)])
def test_a_pause_is_drawn_by_lot_so_that_not_all_come_back_together(
    serve: Serve, pauses: list[float], monkeypatch: pytest.MonkeyPatch, drawn: bytes, pause: float
) -> None:
    serve(answers(status=500))
    monkeypatch.setattr("chalicelib.wire.client.os.urandom", lambda _: drawn)
    DYNAMODB.call("GetItem", READ)
    assert pauses == [pause]


def test_nobody_there_is_tried_twice_as_well(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
    with pytest.raises(Failed, match="ConnectionRefusedError"):
        DYNAMODB.call("GetItem", READ)
    assert len(pauses) == ATTEMPTS - 1


def test_who_does_not_take_the_connection_in_time_is_given_up(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def connect(_address: object, seconds: float) -> None:
        waited.append(seconds)
        raise TimeoutError

    monkeypatch.setattr("chalicelib.wire.connections.socket.create_connection", connect)
    with pytest.raises(Failed, match="TimeoutError"):
        DYNAMODB.call("GetItem", READ)
    assert waited == [CONNECT_SECONDS] * ATTEMPTS


def test_reading_writing_and_spilling_are_over_before_the_function_is() -> None:
    limit = whole(Path(__file__).parents[2])["Resources"]["Redirect"]["Properties"]["Timeout"]
    longest = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + (ATTEMPTS - 1) * LONGEST_PAUSE_SECONDS
    assert 3 * longest < limit


def test_a_right_checksum_is_no_failure(serve: Serve) -> None:
    serve(says(spelled(200, b"{}", x_amz_crc32=str(crc32(b"{}")))))
    assert DYNAMODB.call("PutItem", {}) == {}


def test_what_passes_is_what_the_sdk_says() -> None:
    transient, throttled = TransientRetryableChecker, ThrottledRetryableChecker
    assert set(transient._TRANSIENT_STATUS_CODES) == PASSING_STATUSES
    assert {*transient._TRANSIENT_ERROR_CODES, *throttled._THROTTLED_ERROR_CODES} == PASSING_CODES


def test_without_credentials_nothing_is_sent(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = serve()
    monkeypatch.setattr(client, "credentials", _none)
    with pytest.raises(Failed, match="NoCredentials"):
        DYNAMODB.call("GetItem", READ)
    assert aws.asked == []


def _none() -> None:
    raise Failed("NoCredentials")


def test_a_region_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert "AWS_REGION" not in os.environ
    with pytest.raises(Failed, match="NoRegion"):
        DYNAMODB.call("GetItem", READ)
