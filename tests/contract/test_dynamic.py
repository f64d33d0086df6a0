"""The `dynamic` API's document, sentence by sentence: its example answer, its worked examples, its limits."""

import re
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.connection import Connection

from chalicelib import ids, redirect
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of, iso_time
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, counting
from chalicelib.store import scans
from tests.api.calls import Answer, Caller, new_caller
from tests.contract.nesting import types
from tests.e2e.agents import GOOGLEBOT, IPAD_SAFARI, IPHONE_SAFARI, WINDOWS_EDGE
from tests.world import World, now_ms

_numbers = count(1)

# Noon of the day on which the tests run, so that none sees midnight pass.
NOON = day_of(now_ms()) * DAY_MS + DAY_MS // 2
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

# "The full response, field by field", as the document prints it; lists without what its dots leave out.
EXAMPLE: Mapping[str, Any] = {
    "id": "b1c2",
    "slug": "spring-sale",
    "short_url": "https://oqr.to/spring-sale",
    "destination": "https://example.com/spring/live",
    "scans": {"total": 1840, "last7": 263, "topCountry": "GB", "topDevice": "mobile"},
    "analytics": {
        "days_window": 30,
        "total": 1840,
        "window_total": 612,
        "daily": [{"day": "2026-05-30", "n": 0}, {"day": "2026-05-31", "n": 14}],
        "by_country": [{"value": "GB", "n": 421}, {"value": "IE", "n": 88}],
        "by_device": [{"value": "mobile", "n": 540}, {"value": "desktop", "n": 72}],
        "by_referrer": [{"value": "Direct", "n": 580}, {"value": "t.co", "n": 21}],
    },
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in the API and on the way of a scan."""
    clock = SimpleNamespace(time_ns=lambda: NOON * 1_000_000, monotonic=time.monotonic)
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON)
    monkeypatch.setattr(redirect, "time", clock)
    monkeypatch.setattr(ids, "_last", 0)
    redirect._cache.clear()


def _scan(caller: Caller, code: Mapping[str, Any], days_ago: int = 0, agent: str = IPHONE_SAFARI, **facts: Any) -> None:
    """A scan of a code, so many days ago, folded."""
    number = ids.parse(code["id"])
    assert number is not None
    key = ScanKey(caller.organization, number, 0, NOON - days_ago * DAY_MS, f"{next(_numbers):016x}")
    scans.put_new(Arrival(key, Facts(**{"address": "a", "agent": "x", **facts}), Unjudged(agent)).attributes())
    counting.settle(scans.read([key]))


def _read(caller: Caller, code: Mapping[str, Any], days: object = 30) -> Any:
    answer = caller.call("GET", f"/v1/dynamic/{code['id']}/scans?days={days}")
    assert answer.status == 200, answer.json
    return answer.json


def _day(days_ago: int) -> str:
    return (datetime.fromtimestamp(NOON / 1000, UTC) - timedelta(days=days_ago)).strftime("%Y-%m-%d")


# --- The response, field by field


def test_the_answer_has_every_field_of_the_example_at_its_place_and_of_its_type(caller: Caller) -> None:
    code = caller.create(slug="spring-sale", destination="https://example.com/spring/live")
    _scan(caller, code, country="GB")
    _scan(caller, code, 3, WINDOWS_EDGE, country="IE", referrer="t.co")
    answer = _read(caller, code)
    assert set(types(EXAMPLE)) <= set(types(answer))
    assert (answer["slug"], answer["destination"]) == (EXAMPLE["slug"], EXAMPLE["destination"])
    assert answer["short_url"] == "https://qz.example/spring-sale"
    assert answer["id"] == code["id"]


def test_a_row_of_a_series_or_of_a_breakdown_has_no_other_fields(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code, country="GB", referrer="t.co")
    analytics = _read(caller, code)["analytics"]
    assert {tuple(row) for row in analytics["daily"]} == {("day", "n")}
    for name in ("by_country", "by_device", "by_referrer"):
        assert {tuple(row) for row in analytics[name]} == {("value", "n")}


def test_the_summary_is_lifetime_and_the_trailing_seven_days_whatever_the_window(caller: Caller) -> None:
    code = caller.create()
    for days_ago in (0, 6, 7, 29, 30, 364, 365):
        _scan(caller, code, days_ago, country="GB" if days_ago > 6 else "IE")
    totals = {days: _read(caller, code, days) for days in (1, 7, 30, 365)}
    summary = {"total": 7, "last7": 2, "topCountry": "GB", "topDevice": "mobile"}
    assert [answer["scans"] for answer in totals.values()] == [summary] * 4
    assert {answer["analytics"]["total"] for answer in totals.values()} == {7}
    assert {days: answer["analytics"]["window_total"] for days, answer in totals.items()} == {1: 1, 7: 2, 30: 4, 365: 6}


def test_breakdowns_lie_within_the_window(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code, 0, country="IE", referrer="t.co")
    _scan(caller, code, 7, WINDOWS_EDGE, country="GB")
    _scan(caller, code, 7, WINDOWS_EDGE, country="GB")
    analytics = _read(caller, code, 7)["analytics"]
    assert analytics["by_country"] == [{"value": "IE", "n": 1}]
    assert analytics["by_device"] == [{"value": "mobile", "n": 1}]
    assert analytics["by_referrer"] == [{"value": "t.co", "n": 1}]


@pytest.mark.parametrize("days", [1, 2, 7, 30, 365])
def test_daily_has_every_day_of_the_window_oldest_first_and_ends_today(caller: Caller, days: int) -> None:
    daily = _read(caller, caller.create(), days)["analytics"]["daily"]
    assert daily == [{"day": _day(days_ago), "n": 0} for days_ago in range(days - 1, -1, -1)]


def test_the_daily_series_adds_up_to_the_window_total(caller: Caller) -> None:
    code = caller.create()
    for days_ago in (0, 0, 1, 5, 6, 8):
        _scan(caller, code, days_ago)
    analytics = _read(caller, code, 7)["analytics"]
    assert {row["day"]: row["n"] for row in analytics["daily"] if row["n"]} == {
        _day(0): 2,
        _day(1): 1,
        _day(5): 1,
        _day(6): 1,
    }
    assert sum(row["n"] for row in analytics["daily"]) == analytics["window_total"] == 5


@pytest.mark.parametrize(
    ("asked", "window"),
    [
        pytest.param("30", 30, id="as asked"),
        pytest.param("0", 1, id="0"),
        pytest.param("-1", 1, id="below zero"),
        pytest.param("366", 365, id="a day too many"),
        pytest.param("9999", 365, id="9999"),
        pytest.param("9" * 400, 365, id="immense"),
        pytest.param("-" + "9" * 400, 1, id="immensely below zero"),
        pytest.param("0" * 40 + "7", 7, id="leading zeros"),
        pytest.param("%207%20", 7, id="spaces around"),
    ],
)
def test_the_window_is_echoed_clamped(caller: Caller, asked: str, window: int) -> None:
    assert _read(caller, caller.create(), asked)["analytics"]["days_window"] == window


def test_tops_are_at_most_eight_and_ties_fall_by_value(caller: Caller) -> None:
    code = caller.create()
    for country in ("PT", "NO", "NL", "IT", "IE", "GB", "FR", "ES", "DE", "AT"):
        _scan(caller, code, country=country, referrer=f"{country.lower()}.example")
    _scan(caller, code, country="SE", referrer="se.example")
    _scan(caller, code, country="SE", referrer="se.example")
    answer = _read(caller, code)
    leading = ["SE", "AT", "DE", "ES", "FR", "GB", "IE", "IT"]
    assert [row["value"] for row in answer["analytics"]["by_country"]] == leading
    assert [row["value"] for row in answer["analytics"]["by_referrer"]] == [f"{c.lower()}.example" for c in leading]
    assert sum(row["n"] for row in answer["analytics"]["by_country"]) < answer["analytics"]["window_total"]
    assert answer["scans"]["topCountry"] == "SE"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        pytest.param(IPHONE_SAFARI, "mobile", id="phone"),
        pytest.param(IPAD_SAFARI, "tablet", id="tablet"),
        pytest.param(WINDOWS_EDGE, "desktop", id="desktop"),
        pytest.param("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 TV Safari/538.1", "Unknown", id="TV"),
    ],
)
def test_a_device_is_one_of_three_classes_or_unknown(caller: Caller, agent: str, device: str) -> None:
    code = caller.create()
    _scan(caller, code, agent=agent)
    answer = _read(caller, code)
    assert answer["analytics"]["by_device"] == [{"value": device, "n": 1}]
    assert answer["scans"]["topDevice"] == device


def test_what_is_not_known_is_called_unknown_and_no_referrer_direct(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code)
    answer = _read(caller, code)
    assert answer["analytics"]["by_country"] == [{"value": "Unknown", "n": 1}]
    assert answer["analytics"]["by_referrer"] == [{"value": "Direct", "n": 1}]
    assert answer["scans"]["topCountry"] == "Unknown"


def test_a_referrer_that_is_called_unknown_is_not_taken_for_none(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code)
    _scan(caller, code, referrer="unknown")
    assert _read(caller, code)["analytics"]["by_referrer"] == [
        {"value": "Direct", "n": 1},
        {"value": "unknown", "n": 1},
    ]


def test_bots_are_in_no_number_but_the_one_that_says_how_many_were_left_out(caller: Caller) -> None:
    code = caller.create()
    for _ in range(3):
        _scan(caller, code, agent=GOOGLEBOT, country="US", referrer="google.com")
    answer = _read(caller, code)
    assert answer["scans"] == {"total": 0, "last7": 0, "topCountry": None, "topDevice": None}
    analytics = answer["analytics"]
    assert (analytics["total"], analytics["window_total"], analytics["bots_excluded"]) == (0, 0, 3)
    assert [analytics[name] for name in ("by_country", "by_device", "by_referrer")] == [[], [], []]


def test_only_dynamic_codes_have_scans_and_by_their_id_not_their_slug(caller: Caller) -> None:
    code = caller.create(slug="spring-sale")
    static = caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": "a"}}).json
    for name in (static["id"], code["slug"]):
        answer = caller.call("GET", f"/v1/dynamic/{name}/scans")
        assert (answer.status, answer.json["code"]) == (404, "not_found")


# --- The worked examples, as its clients run them


def test_worked_example_one_the_dashboard_summary(caller: Caller) -> None:
    code = caller.create()
    for days_ago, country, referrer in ((40, "GB", ""), (4, "GB", "t.co"), (4, "GB", ""), (0, "IE", "")):
        _scan(caller, code, days_ago, country=country, referrer=referrer)
    answer = _read(caller, code)
    summary, analytics = answer["scans"], answer["analytics"]
    busiest = {"day": "\u2014", "n": 0}
    for row in analytics["daily"]:
        busiest = row if row["n"] > busiest["n"] else busiest

    def top(rows: list[dict[str, Any]]) -> str:
        return f"{rows[0]['value']} ({rows[0]['n']})" if rows else "none"

    assert [
        f"Lifetime: {summary['total']} \u00b7 30d: {analytics['window_total']}",
        f"Busiest day: {busiest['day']} ({busiest['n']})",
        f"Top country: {top(analytics['by_country'])}",
        f"Top referrer: {top(analytics['by_referrer'])}",
    ] == [
        "Lifetime: 4 \u00b7 30d: 3",
        f"Busiest day: {_day(4)} (2)",
        "Top country: GB (2)",
        "Top referrer: Direct (2)",
    ]


def test_worked_example_two_the_daily_series_as_csv(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code, 364)
    rows = [f"{row['day']},{row['n']}" for row in _read(caller, code, 365)["analytics"]["daily"]]
    assert len(rows) == 365
    assert (rows[0], rows[-1]) == (f"{_day(364)},1", f"{_day(0)},0")
    assert rows == sorted(rows)


def test_worked_example_three_the_newest_day_for_slack(caller: Caller) -> None:
    code = caller.create(slug="spring-sale")
    _scan(caller, code, 0, country="GB")
    _scan(caller, code, 2, country="GB")
    answer = _read(caller, code, 7)
    newest = answer["analytics"]["daily"][-1]
    assert (
        f"*{answer['slug']}* \u2014 {newest['n']} scans on {newest['day']}"
        == f"*spring-sale* \u2014 1 scans on {_day(0)}"
    )
    assert (answer["analytics"]["window_total"], answer["scans"]["total"]) == (2, 2)


def test_codes_add_up_to_a_campaign(caller: Caller) -> None:
    for n in range(3):
        code = caller.create(label="campaign")
        for days_ago in range(n + 1):
            _scan(caller, code, days_ago)
    codes = caller.call("GET", "/v1/dynamic").json["codes"]
    reports = [_read(caller, code)["analytics"] for code in codes]
    by_day: Counter[str] = Counter()
    for report in reports:
        by_day.update({row["day"]: row["n"] for row in report["daily"] if row["n"]})
    assert sum(report["window_total"] for report in reports) == 6
    assert by_day == {_day(0): 3, _day(1): 2, _day(2): 1}


def test_a_scan_is_in_the_very_next_answer(caller: Caller) -> None:
    code = caller.create()
    event = {
        "httpMethod": "GET",
        "pathParameters": {"slug": code["slug"]},
        "headers": {"User-Agent": IPHONE_SAFARI, "Referer": "https://www.T.co/abc"},
        "requestContext": {"identity": {"sourceIp": "198.51.100.9"}},
    }
    for scanned in range(1, 4):
        assert redirect.handler(event, None)["statusCode"] == 302
        answer = _read(caller, code)
        assert (answer["scans"]["total"], answer["analytics"]["window_total"]) == (scanned, scanned)
        assert answer["analytics"]["by_referrer"] == [{"value": "t.co", "n": scanned}]


def test_reading_scans_costs_nothing_of_the_hourly_creates(caller: Caller) -> None:
    codes = [caller.create() for _ in range(20)]
    for code in codes[:3]:
        answer = caller.call("GET", f"/v1/dynamic/{code['id']}/scans")
        assert answer.status == 200
        assert not [name for name in answer.headers if name.startswith("x-ratelimit")]


def test_deleting_a_code_erases_its_data(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code)
    assert caller.call("DELETE", f"/v1/dynamic/{code['id']}").json == {"deleted": True, "id": code["id"]}
    assert caller.call("GET", f"/v1/dynamic/{code['id']}/scans").status == 404
    assert caller.call("GET", "/v1/dynamic").json == {"codes": []}
    assert caller.call("GET", "/v1/codes").json == {"codes": []}


# --- Further facts, and what decisions.md settles


def _scanned(slug: str) -> Any:
    redirect._cache.clear()
    event = {
        "httpMethod": "HEAD",
        "pathParameters": {"slug": slug},
        "headers": {},
        "requestContext": {"identity": {"sourceIp": "198.51.100.9"}},
    }
    answer = redirect.handler(event, None)
    return answer["statusCode"], answer["headers"].get("Location")


def test_an_edit_takes_all_its_fields_at_once_and_reaches_the_scan(caller: Caller) -> None:
    code = caller.create(label="Old", slug="old-slug")
    change = {"destination": "https://example.com/B?c=%2F", "label": "New", "slug": "New-Slug", "status": "active"}
    answer = caller.call("PATCH", f"/v1/dynamic/{code['id']}", change)
    assert answer.status == 200
    documented = {"id", "slug", "short_url", "destination", "label"}
    assert {name: answer.json[name] for name in documented} == {
        "id": code["id"],
        "slug": "new-slug",
        "short_url": "https://qz.example/new-slug",
        "destination": "https://example.com/B?c=%2F",
        "label": "New",
    }
    assert _scanned("new-slug") == (302, "https://example.com/B?c=%2F")
    assert _scanned("old-slug") == (404, None)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param("2099-01-31T12:30:45Z", "2099-01-31T12:30:45Z", id="UTC"),
        pytest.param("2099-01-31T12:30:45+02:00", "2099-01-31T10:30:45Z", id="an offset"),
        pytest.param("2099-01-31T12:30:45.999Z", "2099-01-31T12:30:45Z", id="a part of a second"),
        pytest.param("2099-01-31T12:30:45", "2099-01-31T12:30:45Z", id="no offset is UTC"),
        pytest.param("2099-01-31", "2099-01-31T00:00:00Z", id="a date"),
    ],
)
def test_pause_until_is_a_time_shown_in_utc_with_whole_seconds(caller: Caller, sent: str, shown: str) -> None:
    code = caller.create()
    answer = caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"pause_until": sent})
    assert (answer.status, answer.json["status"], answer.json["pause_until"]) == (200, "paused", shown)
    assert _scanned(code["slug"]) == (404, None)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="active"),
        pytest.param({"status": "paused"}, id="paused"),
        pytest.param({"pause_until": "2099-01-01T00:00:00Z"}, id="paused for a time"),
        pytest.param({"status": "active"}, id="made active"),
    ],
)
def test_a_code_that_is_sent_back_as_it_was_read_stays_as_it_is(caller: Caller, change: dict[str, str]) -> None:
    path = f"/v1/dynamic/{caller.create(label='L')['id']}"
    caller.call("PATCH", path, change)
    read = caller.call("GET", path).json
    assert caller.call("PATCH", path, read).json == read


def test_no_end_of_a_pause_does_not_bring_a_pause_back_that_is_over(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/dynamic/{caller.create()['id']}"
    until = NOON + HOUR_MS
    caller.call("PATCH", path, {"pause_until": iso_time(until)})
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: until)
    assert caller.call("GET", path).json["status"] == "active"
    answer = caller.call("PATCH", path, {"pause_until": None, "label": "Back"}).json
    assert (answer["status"], answer["pause_until"]) == ("active", None)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        pytest.param({"status": {"S": "draft"}}, "paused", id="draft"),
        pytest.param({"valid_until": {"N": "1"}}, "expired", id="expired"),
    ],
)
def test_a_status_of_another_api_is_shown_in_this_ones_words(
    caller: Caller, world: World, stored: dict[str, Any], shown: str
) -> None:
    code = caller.create()
    (item,) = [item for item in world.items("objects") if item["sk"]["S"].startswith("link#")]
    world.dynamodb.put_item(TableName="objects", Item={**item, **stored})
    assert caller.call("GET", f"/v1/dynamic/{code['id']}").json["status"] == shown
    for path in ("/v1/dynamic", "/v1/codes"):
        assert [row["status"] for row in caller.call("GET", path).json["codes"]] == [shown]


def test_rows_have_exactly_the_decided_fields_and_times(caller: Caller) -> None:
    caller.create(label="L")
    caller.call("POST", "/v1/codes", {"type": "url", "fields": {"url": "https://example.com/"}})
    (row,) = caller.call("GET", "/v1/dynamic").json["codes"]
    created = {"id", "slug", "short_url", "destination", "label"}
    assert set(row) == created | {"status", "pause_until", "created_at", "compact", "scannability"}
    static, dynamic = caller.call("GET", "/v1/codes").json["codes"]
    decided = {"id", "type", "dynamic", "destination", "label", "status", "short_url", "created_at"}
    assert decided <= set(static)
    assert decided <= set(dynamic)
    assert (static["type"], static["dynamic"], static["label"], static["status"]) == ("url", False, None, "active")
    assert (dynamic["dynamic"], dynamic["short_url"]) == (True, row["short_url"])
    assert all(TIME.fullmatch(it["created_at"]) for it in (row, static, dynamic))


@pytest.mark.parametrize("path", ["/v1/dynamic", "/v1/codes"])
def test_a_cursor_is_absent_at_the_end_even_of_a_full_page(caller: Caller, path: str) -> None:
    for _ in range(4):
        caller.create()
    first = caller.call("GET", f"{path}?limit=2").json
    assert isinstance(first["next_cursor"], str)
    second = caller.call("GET", f"{path}?limit=2&cursor={first['next_cursor']}").json
    assert (len(second["codes"]), "next_cursor" in second) == (2, False)


def test_codes_that_come_and_go_while_paging_neither_repeat_nor_hide_others(caller: Caller) -> None:
    made = [caller.create()["id"] for _ in range(6)]
    first = caller.call("GET", "/v1/codes?limit=3").json
    caller.create()
    caller.call("DELETE", f"/v1/dynamic/{made[3]}")
    rest = caller.call("GET", f"/v1/codes?limit=9&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["codes"] + rest["codes"]] == made[::-1]


def test_a_search_goes_through_both_kinds_of_codes_and_keeps_to_its_pages(caller: Caller) -> None:
    for n in range(3):
        caller.create(label=f"Spring {n}")
        caller.create(label=f"Autumn {n}")
        caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": f"spring {n}"}})
    seen: list[str] = []
    path = "/v1/codes?search=sPRING&limit=2"
    while path:
        page = caller.call("GET", path).json
        seen += [row["label"] or row["payload"] for row in page["codes"]]
        path = f"/v1/codes?search=sPRING&limit=2&cursor={page['next_cursor']}" if "next_cursor" in page else ""
    assert seen == ["spring 2", "Spring 2", "spring 1", "Spring 1", "spring 0", "Spring 0"]
    assert caller.call("GET", "/v1/dynamic?search=winter").json == {"codes": []}


def test_a_code_made_for_one_path_is_found_under_every_spelling_on_all_of_them(caller: Caller) -> None:
    code = caller.create()
    number = ids.parse(code["id"])
    assert number is not None
    base32 = code["id"].partition("_")[2]
    for spelling in (str(number), f"qr_{base32}", f"qpr_{base32}", f"dc_{base32.upper()}"):
        path = f"/v1/dynamic/{spelling}"
        assert caller.call("GET", path).json["id"] == code["id"]
        assert caller.call("GET", f"{path}/scans").json["id"] == code["id"]
        assert caller.call("PATCH", path, {"label": spelling}).json["label"] == spelling
    assert caller.call("DELETE", f"/v1/dynamic/{number}").json == {"deleted": True, "id": code["id"]}


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Bearer {}", id="as documented"),
        pytest.param("bearer {}", id="lower case"),
        pytest.param("BEARER  {} ", id="capitals and spaces"),
    ],
)
def test_a_bearer_key_is_read_as_http_spells_it(caller: Caller, header: str) -> None:
    assert caller.call("GET", "/v1/me", Authorization=header.format(caller.key)).status == 200


def test_a_key_with_any_prefix_has_thirty_two_letters_and_digits(caller: Caller) -> None:
    for prefix in ("qz_live_", "oqr_", "oqr_live_"):
        key = accounts.create_key(caller.organization, caller.member, now_ms(), prefix)
        assert re.fullmatch(prefix + "[A-Za-z0-9]{32}", key)
        assert caller.call("GET", "/v1/me", Authorization=f"Bearer {key}").status == 200


# --- Errors


def _unauthorized(caller: Caller) -> Answer:
    return caller.call("GET", "/v1/me", Authorization="Bearer oqr_" + "a" * 32)


def _invalid_request(caller: Caller) -> Answer:
    return caller.call("POST", "/v1/dynamic", {})


def _plan_limit_exceeded(caller: Caller) -> Answer:
    small = new_caller("Small", plan="free")
    for hour in (0, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("chalicelib.api.requests.now_ms", lambda hour=hour: NOON + hour * HOUR_MS)
            answers = [small.call("POST", "/v1/dynamic", {"destination": "https://example.com/"}) for _ in range(13)]
    return answers[-1]


def _rate_limited(caller: Caller) -> Answer:
    for _ in range(20):
        caller.create()
    return caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/"})


def _slug_taken(caller: Caller) -> Answer:
    caller.create(slug="spring-sale")
    return caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/", "slug": "spring-sale"})


def _unsafe_destination(caller: Caller) -> Answer:
    return caller.call("POST", "/v1/dynamic", {"destination": "https://qz.example/loop"})


def _not_found(caller: Caller) -> Answer:
    return caller.call("GET", "/v1/dynamic/dc_1")


def _server_error(caller: Caller) -> Answer:
    def fail(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "dispatch", fail)
        return caller.call("GET", "/v1/dynamic/dc_1")


@pytest.mark.parametrize(
    ("provoke", "status", "field"),
    [
        pytest.param(_unauthorized, 401, None, id="unauthorized"),
        pytest.param(_invalid_request, 400, "destination", id="invalid_request"),
        pytest.param(_plan_limit_exceeded, 403, None, id="plan_limit_exceeded"),
        pytest.param(_rate_limited, 429, None, id="rate_limited"),
        pytest.param(_slug_taken, 409, "slug", id="slug_taken"),
        pytest.param(_unsafe_destination, 400, "destination", id="unsafe_destination"),
        pytest.param(_not_found, 404, None, id="not_found"),
        pytest.param(_server_error, 503, None, id="server_error"),
    ],
)
def test_every_documented_error_has_its_code_its_status_and_its_shape(
    caller: Caller, request: pytest.FixtureRequest, provoke: Any, status: int, field: str | None
) -> None:
    answer = provoke(caller)
    code = request.node.callspec.id
    assert (answer.status, answer.json["code"], answer.json.get("field")) == (status, code, field)
    assert set(answer.json) == {"error", "code"} | ({"field"} if field else set())
    assert isinstance(answer.json["error"], str)
    assert answer.json["error"]
    assert answer.headers["content-type"] == "application/json"
    assert ("retry-after" in answer.headers) == (status in (429, 503))


def test_days_of_the_series_are_dates(caller: Caller) -> None:
    daily = _read(caller, caller.create())["analytics"]["daily"]
    assert all(DAY.fullmatch(row["day"]) for row in daily)


def test_a_link_that_the_qr_api_deleted_is_in_no_list_and_stays_readable(caller: Caller) -> None:
    code = caller.create()
    _scan(caller, code)
    assert caller.call("DELETE", f"/api/v1/urls/{code['id']}").status == 200
    assert caller.call("GET", "/v1/dynamic").json == {"codes": []}
    assert caller.call("GET", f"/v1/dynamic/{code['id']}").json["status"] == "deleted"
    assert _read(caller, code)["scans"]["total"] == 1
    assert caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"label": "x"}).status == 404
    assert caller.call("DELETE", f"/v1/dynamic/{code['id']}").status == 200
    assert caller.call("GET", f"/v1/dynamic/{code['id']}").status == 404
