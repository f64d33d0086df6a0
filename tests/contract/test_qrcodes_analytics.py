"""The `qrcodes` API's document, field by field: analytics, scans and time series."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.api.qrcodes_analytics import SCAN, SERIES, SUMMARY
from chalicelib.core.days import DAY_MS, HOUR_MS, iso_day, iso_time, parse_day
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import counting
from chalicelib.store import scans
from tests.api.calls import Caller, new_caller
from tests.contract.nesting import types
from tests.e2e.agents import ANDROID_CHROME, GOOGLEBOT, IPAD_SAFARI, IPHONE_SAFARI, SAMSUNG_BROWSER, WINDOWS_EDGE

_numbers = count(1)

TODAY = parse_day("2026-01-31")
NOON = TODAY * DAY_MS + DAY_MS // 2
MAC_FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:126.0) Gecko/20100101 Firefox/126.0"
OPERA = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 "
    "Safari/537.36 OPR/111.0.0.0"
)
TV = "Roku/DVP-9.10 (519.10E04111A)"
PLACES: Mapping[str, Mapping[str, Any]] = {
    "San Francisco": {"country": "US", "region": "CA", "region_name": "California", "city": "San Francisco"},
    "London": {"country": "GB", "region": "ENG", "region_name": "England", "city": "London"},
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon of the last day of January 2026."""
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON)
    monkeypatch.setattr(ids, "_last", 0)


@pytest.fixture
def code(caller: Caller) -> str:
    """The path of a code."""
    body = {"name": "Poster", "destination_url": "https://example.com/"}
    return f"/v1/qrcodes/{caller.call('POST', '/v1/qrcodes', body).json['id']}"


def _scan(caller: Caller, code: str, ms: int = NOON, agent: str = IPHONE_SAFARI, **facts: Any) -> str:
    """A counted scan; its id."""
    number = ids.parse(code.rsplit("/", 1)[-1]) or 0
    key = ScanKey(caller.organization, number, 0, ms, f"{next(_numbers):016x}")
    scans.put_new(Arrival(key, Facts(**{"address": "a", "agent": "x", **facts}), Unjudged(agent)).attributes())
    counting.settle(scans.read([key]))
    return key.id


def _ago(days: float) -> int:
    return NOON - round(days * DAY_MS)


def _read(caller: Caller, path: str) -> Any:
    answer = caller.call("GET", path)
    assert answer.status == 200, answer.json
    return answer.json


# --- The summary


def test_the_summary_has_every_field_of_the_example_at_its_place_and_of_its_type(caller: Caller, code: str) -> None:
    for place, agent in (
        ("San Francisco", IPHONE_SAFARI),
        ("San Francisco", ANDROID_CHROME),
        ("London", SAMSUNG_BROWSER),
        ("London", TV),
    ):
        _scan(caller, code, agent=agent, **PLACES[place])
    answer = _read(caller, f"{code}/analytics")
    assert set(types(SUMMARY)) <= set(types(answer))
    assert list(answer)[: len(SUMMARY)] == list(SUMMARY)
    assert answer["qr_id"] == code.rsplit("/", 1)[-1]


def test_the_summary_of_the_example_month(caller: Caller, code: str) -> None:
    """1234 scans in 31 days are 39.8 a day: here a hundredth of them."""
    for n in range(12):
        _scan(caller, code, _ago(n), address=f"a{n % 10}", **PLACES["London"])
    answer = _read(caller, f"{code}/analytics?start_date=2026-01-01&end_date=2026-01-31")
    assert answer["period"] == SUMMARY["period"]
    assert answer["summary"] == {
        "total_scans": 12,
        "unique_visitors": 10,
        "avg_daily_scans": 0.4,
        "bots_excluded": 0,
    }
    assert answer["top_countries"] == [{"country": "GB", "scans": 12}]
    assert answer["top_cities"] == [{"city": "London", "country": "GB", "scans": 12, "region": "England"}]


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        pytest.param("", "2026-01-02", "2026-01-31", id="thirty days with today"),
        pytest.param("?start_date=2026-01-30", "2026-01-30", "2026-01-31", id="up to today"),
        pytest.param("?end_date=2026-01-10", "2025-12-12", "2026-01-10", id="thirty days up to the end"),
        pytest.param("?start_date=2026-01-05&end_date=2026-01-05", "2026-01-05", "2026-01-05", id="a day"),
        pytest.param("?start_date=2026-01-05T23:00:00-05:00", "2026-01-06", "2026-01-31", id="a time's UTC day"),
        pytest.param("?start_date=2026-01-05T01:00:00%2B02:00", "2026-01-04", "2026-01-31", id="east of UTC"),
        pytest.param("?start_date=2026-01-05T01:00:00+02:00", "2026-01-04", "2026-01-31", id="a bare plus"),
        pytest.param("?start_date=2016-01-31&end_date=2026-02-06", "2016-01-31", "2026-02-06", id="ten years"),
        pytest.param("?start_date=&end_date=", "2026-01-02", "2026-01-31", id="empty"),
    ],
)
def test_the_period_is_the_days_asked_for_both_ends_included(
    caller: Caller, code: str, query: str, start: str, end: str
) -> None:
    period = {"start": f"{start}T00:00:00Z", "end": f"{end}T23:59:59Z"}
    assert _read(caller, f"{code}/analytics{query}")["period"] == period


def test_a_scan_counts_from_the_first_to_the_last_moment_of_the_days(caller: Caller, code: str) -> None:
    first, end = parse_day("2026-01-10") * DAY_MS, parse_day("2026-01-12") * DAY_MS
    inside = [_scan(caller, code, ms) for ms in (first, end - 1)]
    for ms in (first - 1, end):
        _scan(caller, code, ms)
    query = "?start_date=2026-01-10&end_date=2026-01-11"
    assert _read(caller, f"{code}/analytics{query}")["summary"]["total_scans"] == 2
    found = _read(caller, f"{code}/analytics/scans{query}")
    assert ([row["id"] for row in found["data"]], found["pagination"]["total"]) == (inside, 2)
    rows = _read(caller, f"{code}/analytics/timeseries{query}")["data"]
    assert rows == [{"date": f"2026-01-1{n}", "total_scans": 1, "unique_visitors": 1} for n in (0, 1)]


ANALYTICS = ("/analytics", "/analytics/scans", "/analytics/timeseries")


@pytest.mark.parametrize("path", ANALYTICS)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("start_date=2026-01-02&end_date=2026-01-01", "start_date", id="start after end"),
        pytest.param("start_date=2026-02-01", "start_date", id="start after today"),
        pytest.param("start_date=yesterday", "start_date", id="no date"),
        pytest.param("end_date=2026-02-30", "end_date", id="no such day"),
        pytest.param("end_date=0001-01-01", "end_date", id="before 1970"),
    ],
)
def test_dates_that_make_no_sense_are_refused(caller: Caller, code: str, path: str, query: str, field: str) -> None:
    answer = caller.call("GET", f"{code}{path}?{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")
    assert answer.json["error"]["field"] == field


def test_a_series_is_of_3_660_days_at_most_and_the_rest_of_any(caller: Caller, code: str) -> None:
    _scan(caller, code, parse_day("2016-01-24") * DAY_MS)
    query = "?start_date=2016-01-24"
    answer = caller.call("GET", f"{code}/analytics/timeseries{query}")
    assert (answer.status, answer.json["error"]["field"]) == (400, "start_date")
    assert _read(caller, f"{code}/analytics{query}")["summary"]["total_scans"] == 1
    assert _read(caller, f"{code}/analytics/scans{query}")["pagination"]["total"] == 1


def test_devices_and_browsers_have_the_documents_words(caller: Caller, code: str) -> None:
    agents = {
        IPHONE_SAFARI: ("ios", "safari"),
        IPAD_SAFARI: ("ios", "safari"),
        ANDROID_CHROME: ("android", "chrome"),
        SAMSUNG_BROWSER: ("android", "samsung_browser"),
        WINDOWS_EDGE: ("desktop", "edge"),
        MAC_FIREFOX: ("desktop", "firefox"),
        OPERA: ("desktop", "opera"),
        TV: ("other", "other"),
    }
    for n, agent in enumerate(agents):
        _scan(caller, code, NOON + n, agent)
    answer = _read(caller, f"{code}/analytics")
    assert answer["devices"] == {"ios": 2, "android": 2, "desktop": 3, "other": 1}
    assert list(answer["browsers"].items()) == [
        ("safari", 2),
        *((name, 1) for name in ("chrome", "edge", "firefox", "opera", "samsung_browser", "other")),
    ]
    rows = _read(caller, f"{code}/analytics/scans")["data"]
    assert [(row["device"], row["browser"]) for row in rows] == list(agents.values())


def test_without_scans_the_three_devices_are_there_and_nothing_else(caller: Caller, code: str) -> None:
    answer = _read(caller, f"{code}/analytics")
    assert answer["devices"] == {"ios": 0, "android": 0, "desktop": 0}
    assert [answer[name] for name in ("top_countries", "top_cities", "browsers")] == [[], [], {}]
    assert answer["summary"]["avg_daily_scans"] == 0


def test_tops_have_ten_values_ties_by_value_and_no_unknown_places(caller: Caller, code: str) -> None:
    for country in ("US", "US", "PT", "NO", "NL", "IT", "IE", "GB", "FR", "ES", "DE", "AT", ""):
        _scan(caller, code, country=country, city=country and f"City of {country}")
    answer = _read(caller, f"{code}/analytics")
    leading = ["US", "AT", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "NO"]
    assert [row["country"] for row in answer["top_countries"]] == leading
    assert [row["city"] for row in answer["top_cities"]] == [f"City of {country}" for country in leading]
    assert (answer["top_countries"][0], set(answer["top_cities"][0])) == (
        {"country": "US", "scans": 2},
        {"city", "country", "scans"},
    )


def test_cities_of_one_name_are_told_apart_by_their_region(caller: Caller, code: str) -> None:
    for region in ("Oregon", "Illinois", "Illinois"):
        _scan(caller, code, country="US", region=region[:2].upper(), region_name=region, city="Springfield")
    assert _read(caller, f"{code}/analytics")["top_cities"] == [
        {"city": "Springfield", "country": "US", "scans": 2, "region": "Illinois"},
        {"city": "Springfield", "country": "US", "scans": 1, "region": "Oregon"},
    ]


def test_the_remainder_of_a_full_table_is_a_value_of_its_own(caller: Caller, code: str) -> None:
    for n in range(102):
        _scan(caller, code, country=f"{n:03}", city=f"{n:03}")
    answer = _read(caller, f"{code}/analytics")
    assert answer["top_countries"][0] == {"country": "other", "scans": 2}
    assert answer["top_cities"][0] == {"city": "other", "country": "other", "scans": 2}


def test_bots_are_in_no_number_but_their_own(caller: Caller, code: str) -> None:
    _scan(caller, code)
    for _ in range(2):
        _scan(caller, code, agent=GOOGLEBOT, country="US", address="b")
    summary = _read(caller, f"{code}/analytics")["summary"]
    assert (summary["total_scans"], summary["unique_visitors"], summary["bots_excluded"]) == (1, 1, 2)
    assert _read(caller, f"{code}/analytics/scans")["pagination"]["total"] == 1
    assert sum(row["total_scans"] for row in _read(caller, f"{code}/analytics/timeseries")["data"]) == 1


def test_own_tests_are_shown_apart_and_scans_that_are_judged_again_are_told(caller: Caller, code: str) -> None:
    _scan(caller, code)
    link = code.rsplit("/", 1)[-1]
    span = {"from": iso_time(NOON - HOUR_MS), "to": iso_time(NOON + HOUR_MS)}
    assert caller.call("PUT", f"/v1/dynamic/{link}/left-out", {"ranges": [span]}).json["recounting"]
    for path in ("", "/analytics", "/analytics/timeseries"):
        assert _read(caller, code + path)["recounting"] is True
    _scan(caller, code)
    summary = _read(caller, f"{code}/analytics")["summary"]
    assert (summary["total_scans"], summary["bots_excluded"], summary["own_tests_excluded"]) == (1, 0, 1)


# --- Individual scans


def test_a_scan_is_the_documents_field_by_field(caller: Caller, code: str) -> None:
    ms = parse_day("2026-01-15") * DAY_MS + 14 * HOUR_MS + 32 * 60_000 + 18_999
    known = _scan(caller, code, ms, **PLACES["San Francisco"])
    unknown = _scan(caller, code, ms + 1, TV)
    answer = _read(caller, f"{code}/analytics/scans")
    assert answer["data"] == [
        {**SCAN, "id": known},
        {
            "id": unknown,
            "timestamp": "2026-01-15T14:32:19Z",
            **dict.fromkeys(("country", "region", "city")),
            "device": "other",
            "browser": "other",
            "is_unique": False,
        },
    ]
    assert list(answer["data"][0]) == list(SCAN)
    assert answer["pagination"] == {"page": 1, "limit": 50, "total": 2, "total_pages": 1}


def test_a_region_without_a_name_is_shown_by_its_code(caller: Caller, code: str) -> None:
    _scan(caller, code, country="GB", region="ENG")
    assert _read(caller, f"{code}/analytics/scans")["data"][0]["region"] == "ENG"


def test_scans_come_oldest_first_page_by_page(caller: Caller, code: str) -> None:
    known = [_scan(caller, code, _ago(days)) for days in (5, 4, 3, 2, 1)]
    pages = [_read(caller, f"{code}/analytics/scans?limit=2&page={page}") for page in (1, 2, 3, 4)]
    assert [[row["id"] for row in page["data"]] for page in pages] == [known[:2], known[2:4], known[4:], []]
    for number, page in enumerate(pages, 1):
        where = {name: page["pagination"][name] for name in ("page", "limit", "total", "total_pages")}
        assert where == {"page": number, "limit": 2, "total": 5, "total_pages": 3}


def test_a_cursor_goes_on_behind_the_last_scan_seen(caller: Caller, code: str) -> None:
    known = [_scan(caller, code, _ago(days)) for days in (5, 4, 3, 2, 1)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = _read(caller, f"{code}/analytics/scans?limit=2&cursor={cursor}")
        seen += [row["id"] for row in page["data"]]
        _scan(caller, code, _ago(20))  # what comes before does not move what is behind
        cursor = page["pagination"].get("next_cursor")
    assert seen == known


def test_a_cursor_of_another_code_or_of_nothing_is_refused(caller: Caller, code: str) -> None:
    for _ in range(2):
        _scan(caller, code)
    cursor = _read(caller, f"{code}/analytics/scans?limit=1")["pagination"]["next_cursor"]
    other = caller.create()["id"]
    for path in (f"/v1/qrcodes/{other}/analytics/scans?cursor={cursor}", f"{code}/analytics/scans?cursor={cursor}A"):
        answer = caller.call("GET", path)
        assert (answer.status, answer.json["error"]["field"]) == (400, "cursor")


@pytest.mark.parametrize(("asked", "limit"), [("0", 1), ("500", 500), ("501", 500), ("-1", 1), ("", 50)])
def test_the_limit_of_scans_is_clamped(caller: Caller, code: str, asked: str, limit: int) -> None:
    pagination = _read(caller, f"{code}/analytics/scans?limit={asked}&page=0")["pagination"]
    assert pagination == {"page": 1, "limit": limit, "total": 0, "total_pages": 0}


@pytest.mark.parametrize("query", ["page=two", "limit=many"])
def test_a_page_that_is_no_number_is_refused(caller: Caller, code: str, query: str) -> None:
    answer = caller.call("GET", f"{code}/analytics/scans?{query}")
    assert (answer.status, answer.json["error"]["field"]) == (400, query.split("=")[0])


# --- The series


def test_the_series_is_the_documents_field_by_field(caller: Caller, code: str) -> None:
    for day, addresses in (("2026-01-01", "aab"), ("2026-01-02", "bc"), ("2026-01-03", "")):
        for address in addresses:
            _scan(caller, code, parse_day(day) * DAY_MS, address=address)
    answer = _read(caller, f"{code}/analytics/timeseries?start_date=2026-01-01&end_date=2026-01-03")
    assert set(types(SERIES)) == set(types(answer))
    assert answer["interval"] == SERIES["interval"]
    assert answer["data"] == [
        {"date": "2026-01-01", "total_scans": 3, "unique_visitors": 2},
        {"date": "2026-01-02", "total_scans": 2, "unique_visitors": 2},
        {"date": "2026-01-03", "total_scans": 0, "unique_visitors": 0},
    ]


@pytest.mark.parametrize(
    ("interval", "first", "last", "buckets"),
    [
        pytest.param("hour", "2025-12-31T00:00:00Z", "2026-01-31T23:00:00Z", 32 * 24, id="hour"),
        pytest.param("day", "2025-12-31", "2026-01-31", 32, id="day"),
        pytest.param("week", "2025-12-29", "2026-01-26", 5, id="week"),
        pytest.param("month", "2025-12-01", "2026-01-01", 2, id="month"),
    ],
)
def test_every_bucket_is_there_and_the_ends_count_only_what_is_in_the_period(
    caller: Caller, code: str, interval: str, first: str, last: str, buckets: int
) -> None:
    for days in (31.5, 31.4, 31, 0):  # the first is of the day before the period
        _scan(caller, code, _ago(days) - (days == 31.5))
    query = f"interval={interval}&start_date=2025-12-31"
    answer = _read(caller, f"{code}/analytics/timeseries?{query}")
    rows: list[Mapping[str, Any]] = answer["data"]
    assert (answer["interval"], rows[0]["date"], rows[-1]["date"], len(rows)) == (interval, first, last, buckets)
    assert sum(row["total_scans"] for row in rows) == 3
    assert [row["date"] for row in rows] == sorted({row["date"] for row in rows})


def test_the_series_is_daily_and_of_thirty_days_unless_asked_otherwise(caller: Caller, code: str) -> None:
    answer = _read(caller, f"{code}/analytics/timeseries")
    assert answer["interval"] == "day"
    assert [row["date"] for row in answer["data"]] == [iso_day(day) for day in range(TODAY - 29, TODAY + 1)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("interval=year", "interval", id="no interval"),
        pytest.param("interval=hour&start_date=2025-01-30", "start_date", id="too many hours"),
    ],
)
def test_an_interval_that_cannot_be_is_refused(caller: Caller, code: str, query: str, field: str) -> None:
    answer = caller.call("GET", f"{code}/analytics/timeseries?{query}")
    assert (answer.status, answer.json["error"]["field"]) == (400, field)


@pytest.mark.parametrize("path", ANALYTICS)
def test_another_organizations_code_is_not_found(caller: Caller, code: str, path: str) -> None:
    answer = new_caller("Other").call("GET", code + path)
    assert (answer.status, answer.json) == (404, {"error": {"code": "not_found", "message": "There is no such code"}})


def test_a_scan_is_in_the_very_next_answer_of_each_kind(caller: Caller, code: str) -> None:
    number = ids.parse(code.rsplit("/", 1)[-1]) or 0
    readers: Mapping[str, Callable[[Any], int]] = {
        "/analytics": lambda answer: answer["summary"]["total_scans"],
        "/analytics/scans": lambda answer: answer["pagination"]["total"],
        "/analytics/timeseries": lambda answer: answer["data"][-1]["total_scans"],
        "": lambda answer: answer["total_scans"],
    }
    for n, (path, total) in enumerate(readers.items(), 1):
        key = ScanKey(caller.organization, number, 0, NOON - n, f"{next(_numbers):016x}")
        scans.put_new(Arrival(key, Facts(address="a", agent="x"), Unjudged(IPHONE_SAFARI)).attributes())
        assert total(_read(caller, code + path)) == n
