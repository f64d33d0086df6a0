"""What `make status` calls wrong."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.core.accounts import Organization
from chalicelib.core.days import DAY_MS, day_of
from chalicelib.core.integrity import Drift, Report
from chalicelib.store import poisoned, reports
from infra.attached import Place
from infra.status import Line, alarms, deployed, queues, recount, streams
from tests.infra.stubbed import Stubbed

NOW_MS = 1_795_331_045_000
ACME = Organization(1, "Acme", "enterprise", b"", NOW_MS - 10 * DAY_MS)


def wrong(lines: list[Line]) -> list[str]:
    return [line.text for line in lines if line.wrong]


def test_messages_in_dead_letters_are_wrong_and_waiting_ones_are_not() -> None:
    stub = Stubbed("sqs")
    for waiting, held in (("7", "3"), ("0", "1")):
        attributes = {"ApproximateNumberOfMessages": waiting, "ApproximateNumberOfMessagesNotVisible": held}
        stub.answers("get_queue_attributes", {"Attributes": attributes})
    lines = list(queues(stub.client, {"SpillDeadLetters": "https://b", "SpillQueue": "https://a"}))
    assert "SpillQueue" in lines[0].text
    assert "7 waiting      3 in work" in lines[0].text
    assert wrong(lines) == [lines[1].text]


@pytest.mark.parametrize(
    ("ages", "said", "late"),
    [([], "nothing read", False), ([2_000.0, 299_000.0], "299 s behind", False), ([301_000.0], "301 s behind", True)],
)
def test_a_stream_that_is_minutes_behind_is_wrong(ages: list[float], said: str, late: bool) -> None:
    stub = Stubbed("cloudwatch")
    points = [{"Timestamp": datetime.now(UTC), "Maximum": age} for age in ages]
    stub.answers("get_metric_statistics", {"Datapoints": points}).answers("get_metric_statistics", {"Datapoints": []})
    lines = list(streams(stub.client, {"Fold": "fold-1", "Events": "events-1"}))
    assert said in lines[0].text
    assert lines[0].wrong == late
    assert not lines[1].wrong


def test_alarms_that_ring_are_named_with_what_they_mean_and_others_accounts_ring_unheard() -> None:
    ringing = [
        {"AlarmName": "qz-spill-1", "AlarmDescription": "Scans wait."},
        {"AlarmName": "somebody-elses"},
    ]
    stub = Stubbed("cloudwatch").answers("describe_alarms", {"MetricAlarms": ringing}, {"StateValue": "ALARM"})
    lines = list(alarms(stub.client, {"SpillWaitingAlarm": "qz-spill-1", "TickFailingAlarm": "qz-tick-1"}))
    assert [line.text for line in lines] == ["alarms      1 of 2 ring", "alarm       SpillWaitingAlarm: Scans wait."]
    assert all(line.wrong for line in lines)


@pytest.mark.parametrize(
    ("status", "well"), [("CREATE_COMPLETE", True), ("UPDATE_ROLLBACK_COMPLETE", False), ("UPDATE_IN_PROGRESS", False)]
)
def test_a_deploy_that_did_not_come_to_a_good_end_is_wrong(status: str, well: bool) -> None:
    told = {"StackName": "quietzone-prod", "CreationTime": datetime.now(UTC), "StackStatus": status}
    stub = Stubbed("cloudformation").answers("describe_stacks", {"Stacks": [told]})
    place = Place(lambda _: stub.client, "quietzone-prod", {"Version": "0.10.0"}, {})
    (line,) = deployed(place)
    assert "0.10.0" in line.text
    assert line.wrong != well


def report(age_days: int, **found: Any) -> Report:
    """The report of a day some days ago."""
    return Report(day_of(NOW_MS) - age_days, NOW_MS, links=3, scans=40, **found)


@pytest.mark.parametrize(
    ("found", "poison", "is_wrong"),
    [
        ([report(1)], 0, False),
        ([report(2)], 0, False),
        ([report(3)], 0, True),
        ([], 0, True),
        ([report(1, repaired=Drift(rollups=1, scans=2))], 0, True),
        ([report(1, unchecked=1)], 0, True),
        ([report(1)], 4, True),
    ],
    ids=["yesterday", "the day before", "late", "never", "drift", "unchecked", "poison"],
)
def test_a_recount_that_is_missing_or_found_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, found: list[Report], poison: int, is_wrong: bool
) -> None:
    monkeypatch.setattr(reports, "newest", lambda *_: found)
    monkeypatch.setattr(poisoned, "count", lambda _: poison)
    assert recount(ACME, NOW_MS).wrong == is_wrong


def test_an_organization_of_today_needs_no_recount_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "newest", lambda *_: [])
    monkeypatch.setattr(poisoned, "count", lambda _: 0)
    young = Organization(1, "Acme", "enterprise", b"", NOW_MS - DAY_MS)
    assert recount(young, NOW_MS) == Line("recount     Acme                 none yet", False)
