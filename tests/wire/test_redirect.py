"""The redirect over real connections: what it asks for, and what becomes of a scan when AWS does not answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.stub import DESTINATION, SLUG, slug_item
from chalicelib import redirect
from chalicelib.wire import connections
from tests.wire.conftest import Serve
from tests.wire.servers import Move, answers, cuts, hangs_up, is_silent, refuses, spelled

EVENT = json.loads((Path(__file__).parents[1] / "events" / "scan.json").read_text())
READ, WRITE, SPILL = "GetItem", "PutItem", "SendMessage"
FOUND = answers({"Item": slug_item(SLUG)})
HALF = cuts(spelled(200, b"{}")[:-1])

TROUBLE = [
    pytest.param(is_silent, "TimeoutError", id="silence"),
    pytest.param(hangs_up, "ConnectionResetError", id="hanging up"),
    pytest.param(HALF, "Garbled", id="half an answer"),
    pytest.param(answers(status=500), "500", id="500"),
    pytest.param(
        refuses("ProvisionedThroughputExceededException"), "ProvisionedThroughputExceededException", id="throttling"
    ),
]


@pytest.fixture(autouse=True)
def _impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.5 if "silence" in request.node.name else 30.0)


def _scan(slug: str = SLUG) -> dict[str, Any]:
    return redirect.handler({**EVENT, "pathParameters": {"slug": slug}}, None)


def test_a_scan_is_one_read_and_one_write_on_a_condition(serve: Serve) -> None:
    aws = serve(FOUND)
    answer = _scan()
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, DESTINATION)
    read, write = (json.loads(asked.body) for asked in aws.asked)
    assert (aws.operations, aws.connections) == ([READ, WRITE], [1, 1])
    assert read == {"TableName": "objects", "Key": {"pk": {"S": f"slug#{SLUG}"}, "sk": {"S": "slug"}}}
    assert (write["TableName"], write["ConditionExpression"]) == ("scans", "attribute_not_exists(pk)")
    assert write["Item"]["pending"] == {"N": "1"}


@pytest.mark.parametrize(("trouble", "code"), TROUBLE)
def test_a_scan_that_cannot_be_written_twice_over_is_spilled_and_its_visitor_redirected(
    serve: Serve, trouble: Move, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # A kept connection that ends costs no attempt: the first is the one of the read.
    again = [trouble] if code == "ConnectionResetError" else []
    aws = serve(FOUND, *again, trouble, trouble)
    assert _scan()["statusCode"] == 302
    assert aws.operations == [READ, *[WRITE] * (2 + len(again)), SPILL]
    first, spilled = json.loads(aws.asked[1].body), json.loads(json.loads(aws.asked[-1].body)["MessageBody"])
    assert spilled["error"] == code
    assert spilled["scan"]["sk"] == first["Item"]["sk"]["S"]
    assert json.loads(capsys.readouterr().out.splitlines()[0])["ScansSpilled"] == [1.0]


@pytest.mark.parametrize(("trouble", "code"), TROUBLE)
def test_trouble_that_passes_is_nobodys_loss(serve: Serve, trouble: Move, code: str) -> None:
    aws = serve(trouble, FOUND, answers(status=503), answers())
    assert _scan()["statusCode"] == 302
    assert aws.operations == [READ, READ, WRITE, WRITE]
    assert aws.asked[2].body == aws.asked[3].body, "the same scan: the condition knows it"


def test_a_second_attempt_that_finds_its_scan_written_is_a_success(serve: Serve) -> None:
    aws = serve(FOUND, HALF, refuses("ConditionalCheckFailedException"))
    assert _scan()["statusCode"] == 302
    assert aws.operations == [READ, WRITE, WRITE]


@pytest.mark.parametrize(("trouble", "code"), TROUBLE)
def test_a_link_that_cannot_be_read_is_unavailable_after_two_attempts(
    serve: Serve, capsys: pytest.CaptureFixture[str], trouble: Move, code: str
) -> None:
    aws = serve(trouble, trouble)
    assert _scan()["statusCode"] == 503
    assert aws.operations == [READ, READ]
    counted, told = map(json.loads, capsys.readouterr().out.splitlines())
    assert counted["RedirectsUnavailable"] == [1.0]
    assert told["error"] == code


def test_a_scan_that_can_go_nowhere_is_one_line_of_the_log(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    aws = serve(FOUND, *[answers(status=500)] * 4)
    assert _scan()["statusCode"] == 302
    assert aws.operations == [READ, WRITE, WRITE, SPILL, SPILL]
    lost, counted, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert counted["ScansLost"] == [1.0]
    assert (lost["message"], lost["error"]) == ("scan lost", "500")
    assert lost["scan"]["sk"] == json.loads(aws.asked[1].body)["Item"]["sk"]["S"]
    assert "user_agent" not in lost["scan"]
