"""`/v1/integrity` over HTTP: what the recounts found, of the caller's organization alone."""

from chalicelib.core.days import day_of, iso_day, iso_time
from chalicelib.core.integrity import EXPIRED
from chalicelib.services import recounting, sweeping
from tests.api.calls import Caller, new_caller
from tests.world import World, now_ms


def _recount(caller: Caller, days_ago: int) -> str:
    now = now_ms()
    day = day_of(now) - days_ago
    recounting.order(caller.organization, day, now)
    assert recounting.recount(caller.organization, iso_day(day), now, lambda: False)
    return iso_day(day)


def test_before_the_first_night_there_is_nothing_to_tell(caller: Caller) -> None:
    answer = caller.call("GET", "/v1/integrity")
    nothing = {"reports": [], "days_checked": 0, "in_progress": [], "poison": 0, "swept_until": None}
    assert (answer.status, answer.json) == (200, nothing)


def test_reports_come_newest_day_first_and_no_more_than_asked_for(caller: Caller, world: World) -> None:
    caller.create()
    days = [_recount(caller, days_ago) for days_ago in (3, 1, 2)]
    reports = caller.call("GET", "/v1/integrity").json["reports"]
    assert [report["day"] for report in reports] == sorted(days, reverse=True)
    assert {report["links"] for report in reports} == {1}
    assert [it["day"] for it in caller.call("GET", "/v1/integrity?limit=1").json["reports"]] == [days[1]]


def test_a_day_that_could_not_be_checked_is_no_day_checked(caller: Caller) -> None:
    _recount(caller, 1)
    _recount(caller, 500)
    answer = caller.call("GET", "/v1/integrity").json
    assert [report["skipped"] for report in answer["reports"]] == [None, EXPIRED]
    assert answer["days_checked"] == 1


def test_what_is_ordered_and_how_far_the_sweep_came_is_told(caller: Caller) -> None:
    now = now_ms()
    recounting.order(caller.organization, day_of(now), now)
    sweeping.sweep(now)
    answer = caller.call("GET", "/v1/integrity").json
    assert answer["in_progress"] == [iso_day(day_of(now))]
    assert answer["swept_until"] == iso_time(now - sweeping.SETTLED_MS)


def test_nobody_sees_the_reports_of_another_organization(caller: Caller) -> None:
    _recount(caller, 1)
    assert new_caller("Other").call("GET", "/v1/integrity").json["reports"] == []


def test_a_key_without_the_scope_is_refused(caller: Caller) -> None:
    answer = new_caller("Other", scopes=frozenset({"qr:read"})).call("GET", "/v1/integrity")
    assert (answer.status, answer.json["code"]) == (403, "unauthorized")
