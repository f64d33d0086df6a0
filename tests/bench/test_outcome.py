"""How a benchmark tells what it found."""

import json
import sys

import pytest

from bench import outcome
from bench.outcome import Limit, Section

KEPT = Limit("milliseconds a scan", 0.25, 0.5)
MISSED = Limit("calls a scan", 3, 2)
SECTION = Section(
    "scan",
    "A scan",
    ("what", "calls", "ms", "share"),
    [("redirect", 1, 0.1234, "10%"), ("fold", 12_345, 1234.5, "90%")],
    (KEPT,),
    "A *note*.",
)


def test_a_table_is_markdown_with_numbers_at_the_right() -> None:
    assert outcome.table(SECTION) == (
        "| what | calls | ms | share |\n"
        "| --- | ---: | ---: | --- |\n"
        "| redirect | 1 | 0.123 | 10% |\n"
        "| fold | 12,345 | 1,234 | 90% |"
    )


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        (KEPT, "- milliseconds a scan: **0.25**, at most 0.5"),
        (Limit("calls", 2, 2), "- calls: **2**, at most 2"),
        (MISSED, "- calls a scan: **3**, at most 2: MISSED"),
        (Limit("bytes", 20_000_001, 20_000_000), "- bytes: **20,000,001**, at most 20,000,000: MISSED"),
    ],
)
def test_a_limit_tells_whether_it_is_kept(limit: Limit, line: str) -> None:
    section = Section("scan", "A scan", ("what",), [("redirect",)], (limit,))
    assert outcome.body(section) == f"| what |\n| --- |\n| redirect |\n\n{line}"
    assert limit.kept == ("MISSED" not in line)


def test_a_section_has_a_title_a_table_limits_and_a_note() -> None:
    parts = outcome.text(SECTION).split("\n\n")
    assert parts[0] == "## A scan"
    assert parts[1] == outcome.table(SECTION)
    assert parts[2:] == ["- milliseconds a scan: **0.25**, at most 0.5", "A *note*."]


def test_a_section_comes_out_of_json_as_it_went_in() -> None:
    spelled = json.dumps(SECTION.as_json())
    again = Section.of(json.loads(spelled))
    assert json.dumps(again.as_json()) == spelled
    assert (again.limits, outcome.text(again)) == ((KEPT,), outcome.text(SECTION))


def _measured(*limits: Limit) -> list[Section]:
    print("what the product prints while it is measured")
    return [Section("scan", "A scan", ("what",), [("redirect",)], limits)]


@pytest.mark.parametrize(("limits", "code"), [((), 0), ((KEPT,), 0), ((KEPT, MISSED), 1)])
def test_a_benchmark_by_itself_prints_tables_and_fails_when_a_limit_is_missed(
    limits: tuple[Limit, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench"])
    with pytest.raises(SystemExit) as ended:
        outcome.main(lambda: _measured(*limits))
    assert int(ended.value.code or 0) == code
    assert capsys.readouterr().out == "\n\n".join(map(outcome.text, _sections(*limits))) + "\n"


def test_the_suite_gets_one_line_of_json_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--json"])
    outcome.main(lambda: _measured(MISSED))
    (line,) = capsys.readouterr().out.splitlines()
    (found,) = json.loads(line)
    assert Section.of(found).limits == (MISSED,)


def _sections(*limits: Limit) -> list[Section]:
    return [Section("scan", "A scan", ("what",), [("redirect",)], limits)]
