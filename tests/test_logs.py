"""What the log says, and what it never does: every line is JSON, of its invocation, and nobody's secret."""

import ast
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import app
from bench.assumptions import OWN_LINE
from bench.cold_world import request
from chalicelib import lines, logs, metrics, redirect
from chalicelib.core.integrity import Report
from chalicelib.functions.invocations import Failed, observed
from chalicelib.wire.answers import Answer
from chalicelib.wire.endpoints import Endpoint
from tests.services.account import new_account, new_link
from tests.test_imports import FILES
from tests.world import World, by_moto

EVENTS = Path(__file__).parent / "events"
CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 60_000)
# Whatever strangers and owners send: an address, an agent, a key, a mail address, a destination with a password in it.
SECRETS = (
    "203.0.113.77",
    "Kestrelphone/7.31",
    "qz_live_Zk4mPq8sTv2xYb6nRc1dFg5hJw9lQe3u",
    "owner@private.example",
    "https://example.com/?token=hunter2",
)
SECRET = " ".join(SECRETS)
# Names of facts, each looked at: none is of what was asked, or of who asked.
FACTS = {
    *("at", "done", "error", "event", "failed", "failures", "field", "kinds", "method"),
    *("migration", "ms", "organization", "partition"),
    *("picture", "posted", "records", "route", "scan", "sent", "set_aside", "sort", "status"),
}
MESSAGES = {"MIGRATE", "SIGN_IN", "kind"}  # that no literal is: names of orders (functions/jobs.py)

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """What tests before these counted in this process is told by none of them."""
    metrics._counted.clear()


def written(capsys: Capture) -> list[dict[str, Any]]:
    """The lines since the last look; each must be JSON."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def explode(*_args: object, **_options: object) -> None:
    raise LookupError(SECRET)


def calls() -> list[ast.Call]:
    """Every line that is written by `logs`, in the sources."""
    trees = [ast.parse(path.read_text()) for path in FILES]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if ast.unparse(node.func) in ("logs.info", "logs.report")]


def test_messages_and_the_names_of_facts_are_constants_that_somebody_looked_at() -> None:
    messages = [call.args[0] for call in calls()]
    others = {ast.unparse(it) for it in messages if not isinstance(it, ast.Constant)}
    assert others == MESSAGES
    assert {word.arg for call in calls() for word in call.keywords if word.arg} == FACTS - {"at"}
    told = FACTS | {it.name for it in fields(Report)}
    own = {*vars(logging.makeLogRecord({})), "message", "asctime"}
    assert told.isdisjoint(own), "Python's own names, which it lets nobody else use"
    spread = [ast.unparse(word.value) for call in calls() for word in call.keywords if word.arg is None]
    assert spread == ["{**asdict(report), 'day': iso_day(run.day)}"]  # numbers of a recount


def test_the_redirect_writes_the_lines_that_powertools_does(capsys: Capture) -> None:
    event = json.loads((EVENTS / "scan.json").read_text())
    logs.begin(event, CONTEXT)
    logs.info("redirect", status=302, counted=True)
    lines.begin(event, CONTEXT)
    lines.log("INFO", "redirect", status=302, counted=True)
    theirs, ours = capsys.readouterr().out.splitlines()
    assert ours == theirs
    assert list(json.loads(ours)) == list(json.loads(OWN_LINE))


def test_the_redirect_counts_in_the_format_that_powertools_does(capsys: Capture) -> None:
    lines.begin(json.loads((EVENTS / "scan.json").read_text()), CONTEXT)
    metrics.count("ScansSpilled")
    metrics.flush("lambda-1")
    lines.count("ScansSpilled")
    theirs, ours = written(capsys)
    assert abs(ours["_aws"].pop("Timestamp") - theirs["_aws"].pop("Timestamp")) < 5_000
    assert ours.pop("request_id")
    assert ours == theirs
    assert theirs["service"] == "quietzone-test"


def test_what_is_counted_in_an_invocation_is_told_once_and_nothing_of_what_is_not(capsys: Capture) -> None:
    metrics.count("WebhookAttempts", 3)
    metrics.count("WebhookAttempts")
    metrics.count("WebhookFailures", 0)
    metrics.flush("1")
    metrics.flush("2")
    (told,) = written(capsys)
    assert (told["WebhookAttempts"], told["function_request_id"]) == ([4.0], "1")
    assert "WebhookFailures" not in told


def test_an_error_is_its_type_and_its_places(capsys: Capture) -> None:
    try:
        explode()
    except LookupError as error:
        logs.report("failed", error, failures=object())
    (told,) = written(capsys)
    assert (told["level"], told["error"], told["failures"]) == ("ERROR", "LookupError", "object")
    assert told["at"][0].startswith("test_logs.py:")
    assert not any(secret in json.dumps(told) for secret in SECRETS)


def test_a_librarys_own_lines_lose_what_they_tell(capsys: Capture) -> None:
    log = logging.getLogger("somebodys")
    logs.adopt(log)
    try:
        explode()
    except LookupError:
        log.exception("Caught exception for path %s", SECRET)
    (told,) = written(capsys)
    assert (told["message"], told["error"]) == ("Caught exception for path %s", "LookupError")
    assert not any(secret in json.dumps(told) for secret in SECRETS)


# --- Every function, with secrets wherever its event has room for them


def messages(**body: object) -> dict[str, Any]:
    return {"Records": [{"messageId": "1", "body": json.dumps({"secret": SECRET, **body})}]}


CHANGES = {
    "Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": {"pending": {"N": "1"}, "secret": {"S": SECRET}}}}]
}
SCHEDULE = json.loads((EVENTS / "schedule.json").read_text()) | {"detail": {"secret": SECRET}}
WOKEN = {
    "fold": (CHANGES, "services.counting.settle_images"),
    "events": (CHANGES, "services.fanning.fan_out"),
    "deliver": (messages(), "services.delivering.deliver"),
    "jobs": (messages(sign_in="digest", asked_ms=1), "services.signing_in.send_link"),
    "slow": (SCHEDULE, "services.slow_lane.drain"),
    "tick": (SCHEDULE, "services.ticking.tick"),
    "sweep": (SCHEDULE, "services.sweeping.sweep"),
    "recount": (SCHEDULE, "services.recounting.order_nightly"),
}


@pytest.mark.parametrize("name", WOKEN)
def test_a_function_that_fails_says_so_without_a_word_of_what_it_was_given(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    event, service = WOKEN[name]
    monkeypatch.setattr(f"chalicelib.{service}", explode)
    with pytest.raises(Failed) as failed:
        import_module(f"chalicelib.functions.{name}").handler(event, CONTEXT)
    assert (str(failed.value), failed.value.__suppress_context__) == ("LookupError", True)
    _check(capsys, "failed")


def test_a_spilled_scan_that_cannot_be_written_stays_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("chalicelib.services.spill.write", explode)
    answer = import_module("chalicelib.functions.spill").handler(messages(), CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    _check(capsys, "spill")


@pytest.mark.parametrize("name", ["slow", "tick", "sweep", "recount", "deliver"])
def test_a_function_that_has_nothing_to_do_writes_a_line_of_its_invocation(
    name: str, world: World, capsys: Capture
) -> None:
    event = {"Records": []} if name == "deliver" else SCHEDULE
    import_module(f"chalicelib.functions.{name}").handler(event, CONTEXT)
    assert [line["function_request_id"] for line in written(capsys)] == ["lambda-1"]


ASKED = request(
    "/v1/dynamic/{code_id}",
    {"Authorization": f"Bearer {SECRETS[2]}", "User-Agent": SECRETS[1], "X-Forwarded-For": SECRETS[0]},
    code_id=SECRETS[3],
) | {"body": SECRET, "queryStringParameters": {"to": SECRETS[4]}}


def _crash_further_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.dialects.of_path", explode)


@pytest.mark.parametrize(
    ("trouble", "message", "status"),
    [
        pytest.param(lambda _: None, "request", 401, id="an unknown key"),
        pytest.param(_crash_further_out, "Caught exception for path %s", 500, id="a bug where errors are answered"),
    ],
)
def test_an_answer_of_the_api_says_who_asked_for_it_by_an_id_alone(
    trouble: Callable[[pytest.MonkeyPatch], None],
    message: str,
    status: int,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    trouble(monkeypatch)
    assert observed(app)(ASKED, CONTEXT)["statusCode"] == status
    told = _check(capsys, message)
    assert {line["request_id"] for line in told} == {"1"}


VISITOR = {"User-Agent": SECRETS[1], "Authorization": SECRETS[2], "Referer": SECRETS[4], "X-Forwarded-For": SECRETS[0]}


@pytest.mark.parametrize(
    ("silent", "metric"),
    [
        pytest.param((), "", id="counted"),
        pytest.param((".PutItem",), "ScansSpilled", id="spilled"),
        pytest.param((".PutItem", ".SendMessage"), "ScansLost", id="lost"),
    ],
)
def test_a_redirect_says_nothing_of_its_visitor_whatever_becomes_of_the_scan(
    silent: tuple[str, ...], metric: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def send(endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Answer:
        if headers["x-amz-target"].endswith(silent):
            raise TimeoutError
        return by_moto(endpoint, headers, body)

    event = request("/{slug}", VISITOR, slug=new_account().link.slug)
    monkeypatch.setattr("chalicelib.wire.client.exchange", send)
    assert redirect.handler(event, CONTEXT)["statusCode"] == 302
    told = _check(capsys, "redirect")
    assert [name for line in told for name in line if name.startswith("Scans")] == [metric] * bool(metric)


@pytest.mark.parametrize("place", ["viewer", "_onward", "_record"])
def test_an_error_that_nobody_foresaw_costs_the_scan_and_not_the_visitor_their_way(
    place: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    event = request("/{slug}", VISITOR, slug=new_account().link.slug)
    monkeypatch.setattr(redirect, place, explode)
    answer = redirect.handler(event, CONTEXT)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, new_link().destination)
    counted, lost, told = _check(capsys, "scan lost")
    assert counted["ScansLost"] == [1.0]
    assert (lost["level"], lost["error"], told["counted"]) == ("ERROR", "LookupError", False)
    assert lost["at"][-1].startswith("test_logs.py:")


def test_a_redirect_that_fails_answers_as_for_an_outage_and_says_where_without_a_word_of_the_visitor(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(redirect, "_resolve", explode)
    assert redirect.handler(request("/{slug}", VISITOR, slug="spring"), CONTEXT)["statusCode"] == 503
    counted, failed, told = _check(capsys, "failed")
    assert counted["RedirectsFailed"] == [1.0], "Lambda counts none, as it was answered: the alarm adds both"
    assert (failed["level"], failed["error"]) == ("ERROR", "LookupError")
    assert failed["at"][-1].startswith("test_logs.py:")
    assert told["status"] == 503


def _check(capsys: Capture, message: str) -> list[dict[str, Any]]:
    """The lines: one says `message`, each is of its invocation, and none holds a secret."""
    told = written(capsys)
    assert message in [line.get("message") for line in told]
    assert {line["function_request_id"] for line in told} == {"lambda-1"}
    assert [secret for secret in SECRETS if secret in json.dumps(told)] == []
    return told
