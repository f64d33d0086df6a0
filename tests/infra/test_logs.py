"""What `make logs` makes of functions' lines."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.errors import StackError
from infra.log_lines import Entry, readable
from infra.logs import chosen, entries, local_entries, span
from tests.infra.stubbed import Stubbed

ROOT = Path(__file__).parent.parent.parent
MS = 1_795_331_045_000  # 2026-11-22 07:04:05 UTC


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '{"level": "INFO", "message": "redirect", "status": 302, "counted": true, "service": "quietzone"}',
            "2026-11-22 07:04:05 Redirect   INFO    redirect status=302 counted=true",
        ),
        (
            '{"level": "ERROR", "message": "no table", "reason": "two words", "location": "x:1", "cold_start": true}',
            '2026-11-22 07:04:05 Redirect   ERROR   no table reason="two words"',
        ),
        ("Task timed out after 15.00 seconds\n", "2026-11-22 07:04:05 Redirect   Task timed out after 15.00 seconds"),
        ("[1, 2]", "2026-11-22 07:04:05 Redirect   [1, 2]"),
        ("START RequestId: 1 Version: $LATEST", None),
        ("REPORT RequestId: 1 Duration: 3 ms", None),
        ('{"type": "platform.report", "record": {}}', None),
        ('{"_aws": {"CloudWatchMetrics": []}, "Redirects": 1}', None),
        ("", None),
    ],
)
def test_a_line_is_spread_out_for_people_and_bookkeeping_left_out(text: str, line: str | None) -> None:
    assert readable(Entry(MS, "Redirect", text)) == line


def test_the_trace_of_an_exception_follows_its_line() -> None:
    text = json.dumps({"level": "ERROR", "message": "failed", "exception": "Traceback:\n  File x\nKeyError: 1"})
    assert str(readable(Entry(MS, "Fold", text))).splitlines()[1:] == [
        "    Traceback:",
        "      File x",
        "    KeyError: 1",
    ]


def told(ms: int, text: str) -> dict[str, Any]:
    return {"timestamp": ms, "message": text, "eventId": f"{ms}-{text}"}


def test_lines_of_all_functions_come_in_the_order_of_time_from_all_pages() -> None:
    stub = Stubbed("logs")
    asked = {"logGroupName": "/fold", "startTime": 5}
    stub.answers("filter_log_events", {"events": [told(10, "a"), told(40, "d")], "nextToken": "more"}, asked)
    stub.answers("filter_log_events", {"events": [told(50, "e")]}, {**asked, "nextToken": "more"})
    stub.answers("filter_log_events", {"events": [told(20, "b"), told(30, "c")]})
    found = list(entries(stub.client, {"Fold": "/fold", "Redirect": "/redirect"}, 5, "", follow=False))
    assert [(it.function, it.text) for it in found] == [
        ("Fold", "a"),
        ("Redirect", "b"),
        ("Redirect", "c"),
        ("Fold", "d"),
        ("Fold", "e"),
    ]


def test_following_tells_each_line_once_and_looks_back_for_late_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    stub = Stubbed("logs").answers("filter_log_events", {"events": [told(100_000, "a")]})
    later = [told(90_000, "late"), told(100_000, "a"), told(100_001, "b")]
    stub.answers("filter_log_events", {"events": later}, {"logGroupName": "/fold", "startTime": 70_000})
    found = entries(stub.client, {"Fold": "/fold"}, 5, "", follow=True)
    assert [next(found).text for _ in range(3)] == ["a", "late", "b"]


@pytest.mark.parametrize(
    ("text", "pattern"), [("timed out", '"timed out"'), ('{ $.level = "ERROR" }', '{ $.level = "ERROR" }')]
)
def test_a_filter_is_text_or_a_pattern_of_cloudwatch(text: str, pattern: str) -> None:
    asked = {"logGroupName": "/fold", "startTime": 5, "filterPattern": pattern}
    stub = Stubbed("logs").answers("filter_log_events", {"events": []}, asked)
    assert list(entries(stub.client, {"Fold": "/fold"}, 5, text, follow=False)) == []


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("6h", 21_600), ("2d", 172_800)])
def test_spans_of_time(text: str, seconds: int) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1.5h", "-1h", "1w"])
def test_what_is_no_span_of_time_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="give one like 90s, 15m, 6h or 2d"):
        span(text)


GROUPS = {"ApiLogs": "/api", "RedirectLogs": "/redirect"}


@pytest.mark.parametrize(
    ("function", "found"),
    [("", {"Api", "Redirect"}), ("redirect", {"Redirect"}), ("APIHandler", {"Api"}), ("api", {"Api"})],
)
def test_a_function_is_named_as_in_the_template(function: str, found: set[str]) -> None:
    assert chosen(GROUPS, function).keys() == found


def test_a_function_without_logs_is_refused_with_those_there_are() -> None:
    with pytest.raises(StackError, match="those of Api, Redirect"):
        chosen(GROUPS, "Redirekt")


def test_the_local_stacks_lines_are_those_of_its_functions_alone(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    log.write_text(
        "2026-11-22 07:09:05 INFO [lambda] quietzone-Tick-CBA1F0A7ABC18: spawned\n"
        'quietzone-Tick-CBA1F0A7ABC18: {"level": "INFO", "message": "tick"}\n'
        'quietzone-Slow-A73AA33966AF5: {"level": "INFO", "message": "slow"}\n'
    )
    found = list(local_entries(log, "", "", follow=False))
    assert [entry.function for entry in found] == ["Tick", "Slow"]
    assert [entry.function for entry in local_entries(log, "slow", "", follow=False)] == ["Slow"]
    assert list(local_entries(log, "", "absent", follow=False)) == []
    with pytest.raises(StackError, match="make serve"):
        list(local_entries(tmp_path / "none.log", "", "", follow=False))


def test_a_pattern_of_cloudwatch_gets_through_make_as_it_is_said() -> None:
    pattern = '{ $.level = "ERROR" }'
    asked = ["make", "--dry-run", "--old-file=install", "logs", f"FILTER={pattern}"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert f"FILTER='{pattern}'" in done.stdout
