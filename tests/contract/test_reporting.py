"""The `reporting` API's document, endpoint by endpoint, and what decisions.md settles about its numbers."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.api import reporting
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, links
from chalicelib.store import scans
from tests.api.calls import Caller
from tests.contract.nesting import types
from tests.contract.reports import BASE, NOW, get, new_campaign, new_client, new_qr, scan, stop_clock
from tests.e2e.agents import ANDROID_CHROME, GOOGLEBOT, IPAD_SAFARI, IPHONE_SAFARI, WINDOWS_EDGE

TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 TV Safari/538.1"

# As the document prints them.
SUMMARY = {
    "status": 200,
    "message": "Success",
    "data": {
        "totalScans": 14209,
        "uniqueVisitors": 9840,
        "topDevices": [{"device": "Mobile", "count": 12100}],
        "topCountries": [{"country": "United States", "scans": 8400}],
    },
}
QRS = {
    "status": 200,
    "message": "Success",
    "data": [
        {
            "id": "qr_123456",
            "title": "Summer Campaign Flyer",
            "shortUrl": "https://smllr.link/x9ab",
            "destinationUrl": "https://example.com/promo",
            "totalScans": 4120,
            "createdAt": "2026-05-01T12:00:00Z",
        }
    ],
}
QR = {
    "status": 200,
    "message": "Success",
    "data": {
        "qrId": "qr_123456",
        "timeline": [{"date": "2026-05-15", "scans": 340}],
        "geolocation": [{"city": "San Francisco", "region": "California", "country": "US", "scans": 210}],
    },
}
CAMPAIGNS = {
    "status": 200,
    "message": "Success",
    "data": [{"id": "camp_9876", "name": "Q3 Billboards", "qrCount": 12, "totalScans": 28900}],
}
CAMPAIGN = {
    "status": 200,
    "message": "Success",
    "data": {
        "campaignId": "camp_9876",
        "name": "Q3 Billboards",
        "aggregatedScans": 28900,
        "topPerformingQr": {"id": "qr_sub_1", "scans": 9400},
    },
}
CLIENTS = {
    "status": 200,
    "message": "Success",
    "data": [{"id": "client_555", "name": "Acme Corp", "activeQrs": 45, "status": "ACTIVE"}],
}
CLIENT = {
    "status": 200,
    "message": "Success",
    "data": {"clientId": "client_555", "clientName": "Acme Corp", "totalScans": 128500, "activeQrs": 45},
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


# --- The examples, field by field


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("summary?period=month", SUMMARY),
        ("qrs", QRS),
        ("qr/{qr}?period=month", QR),
        ("campaigns", CAMPAIGNS),
        ("campaign/{campaign}", CAMPAIGN),
        ("clients", CLIENTS),
        ("client/{client}", CLIENT),
    ],
)
def test_the_answer_has_every_field_of_the_example_at_its_place_and_of_its_type(
    caller: Caller, path: str, example: Any
) -> None:
    qr = new_qr(caller, label="Summer Campaign Flyer", destination="https://example.com/promo", slug="x9ab")
    client = new_client(caller)
    campaign = new_campaign(caller, clientId=client, qrIds=[qr])
    scan(caller, qr, country="US", region="CA", region_name="California", city="San Francisco")
    answer = caller.call("GET", f"{BASE}/{path.format(qr=qr, campaign=campaign, client=client)}")
    assert answer.status == 200
    assert set(types(example)) <= set(types(answer.json))


def test_the_examples_words_are_those_of_the_answers(caller: Caller) -> None:
    qr = new_qr(caller, label="Summer Campaign Flyer", destination="https://example.com/promo", slug="x9ab")
    client = new_client(caller)
    campaign = new_campaign(caller, clientId=client, qrIds=[qr])
    scan(caller, qr, country="US", region="CA", region_name="California", city="San Francisco")
    summary = get(caller, "summary")
    assert summary["topDevices"] == [{"device": "Mobile", "count": 1}]
    assert summary["topCountries"] == [{"country": "United States", "scans": 1}]
    assert get(caller, "qrs") == [
        {
            "id": qr,
            "title": "Summer Campaign Flyer",
            "shortUrl": "https://qz.example/x9ab",
            "destinationUrl": "https://example.com/promo",
            "totalScans": 1,
            "createdAt": "2026-05-15T12:00:00Z",
            "status": "active",
            "campaignId": campaign,
            "clientId": None,
        }
    ]
    place = {"city": "San Francisco", "region": "California", "country": "US", "scans": 1}
    assert get(caller, f"qr/{qr}")["geolocation"] == [place]
    assert get(caller, f"campaign/{campaign}")["topPerformingQr"] == {"id": qr, "scans": 1}
    (row,) = get(caller, "campaigns")
    assert {name: row[name] for name in CAMPAIGNS["data"][0]} == {  # type: ignore[index]
        "id": campaign,
        "name": "Q3 Billboards",
        "qrCount": 1,
        "totalScans": 1,
    }
    (row,) = get(caller, "clients")
    assert (row["id"], row["name"], row["activeQrs"], row["status"]) == (client, "Acme Corp", 1, "ACTIVE")
    assert [each.partition("_")[0] for each in (qr, campaign, client)] == ["qr", "camp", "client"]


def test_a_key_comes_in_either_header(caller: Caller) -> None:
    assert caller.call("GET", f"{BASE}/summary", Authorization="", x_api_key=caller.key).status == 200
    assert caller.call("GET", f"{BASE}/summary", Authorization=f"Bearer {caller.key}").status == 200
    assert caller.call("GET", f"{BASE}/summary", Authorization="").status == 401


# --- Periods


@pytest.mark.parametrize(
    ("asked", "total", "labels"),
    [
        pytest.param("", 3, ("2026-05-01", "2026-05-31", 31), id="the month by default"),
        pytest.param("period=month", 3, ("2026-05-01", "2026-05-31", 31), id="month"),
        pytest.param("period=week", 2, ("2026-05-11", "2026-05-17", 7), id="week, from Monday"),
        pytest.param("period=day", 1, ("2026-05-15T00:00:00Z", "2026-05-15T23:00:00Z", 24), id="day, by hour"),
        pytest.param("period=year", 4, ("2026-01-01", "2026-12-01", 12), id="year, by month"),
        pytest.param("timeLineDate=2025-12-31", 1, ("2025-12-01", "2025-12-31", 31), id="another month"),
        pytest.param(
            "period=day&timeLineDate=2026-05-11T23:59:59Z", 1, ("2026-05-11T00:00:00Z", None, 24), id="a time"
        ),
        pytest.param("period=week&timeLineDate=2026-01-01", 2, ("2025-12-29", "2026-01-04", 7), id="over New Year"),
        pytest.param("timeLineDate=2024-02-29", 0, ("2024-02-01", "2024-02-29", 29), id="a leap month"),
        pytest.param("timeLineDate=2030-01-01", 0, ("2030-01-01", "2030-01-31", 31), id="what lies ahead"),
    ],
)
def test_a_period_is_the_calendars(caller: Caller, asked: str, total: int, labels: tuple[str, str | None, int]) -> None:
    qr = new_qr(caller)
    for at in ("2026-05-15T11:00:00Z", "2026-05-11T00:00:00Z", "2026-05-10T23:59:59Z"):
        scan(caller, qr, at)
    scan(caller, qr, "2026-01-01T00:00:00Z")
    scan(caller, qr, "2025-12-31T23:00:00Z")
    for path in ("summary", f"qr/{qr}"):
        report = get(caller, f"{path}?{asked}")
        dates = [point["date"] for point in report["timeline"]]
        assert report["totalScans"] == sum(point["scans"] for point in report["timeline"]) == total
        assert (dates[0], len(dates)) == (labels[0], labels[2])
        assert labels[1] in (None, dates[-1])


@pytest.mark.parametrize(
    ("offset", "date", "scanned", "counts"),
    [
        pytest.param(0, "2026-05-15", "2026-05-15T00:00:00Z", True, id="UTC, its first moment"),
        pytest.param(-120, "2026-05-15", "2026-05-14T22:00:00Z", True, id="east: it begins earlier"),
        pytest.param(-120, "2026-05-15", "2026-05-15T21:59:59Z", True, id="east: up to its last second"),
        pytest.param(-120, "2026-05-15", "2026-05-15T22:00:00Z", False, id="east: then it is over"),
        pytest.param(300, "2026-05-15", "2026-05-15T04:59:59Z", False, id="west: not yet"),
        pytest.param(300, "2026-05-15", "2026-05-16T04:59:59Z", True, id="west: it ends later"),
        pytest.param(-345, "2026-05-15", "2026-05-14T18:15:00Z", True, id="Kathmandu"),
        pytest.param(-345, "2026-05-15", "2026-05-14T18:14:59Z", False, id="before Kathmandu's midnight"),
    ],
)
def test_totals_and_series_are_exact_for_a_time_zone(
    caller: Caller, offset: int, date: str, scanned: str, counts: bool
) -> None:
    qr = new_qr(caller)
    scan(caller, qr, scanned)
    report = get(caller, f"qr/{qr}?period=day&timeLineDate={date}&timezoneOffset={offset}")
    assert report["totalScans"] == sum(point["scans"] for point in report["timeline"]) == counts


@pytest.mark.parametrize(
    ("offset", "today"),
    [
        pytest.param(0, "2026-05-15T00:00:00Z", id="UTC"),
        pytest.param(-840, "2026-05-15T10:00:00Z", id="tomorrow already"),
        pytest.param(-720, "2026-05-15T12:00:00Z", id="midnight just now"),
        pytest.param(735, "2026-05-14T12:15:00Z", id="yesterday still"),
        pytest.param(9999, "2026-05-14T14:00:00Z", id="clamped"),
        pytest.param(-9999, "2026-05-15T10:00:00Z", id="clamped in the east"),
    ],
)
def test_today_is_the_callers(caller: Caller, offset: int, today: str) -> None:
    assert get(caller, f"summary?period=day&timezoneOffset={offset}")["timeline"][0]["date"] == today


def test_a_time_lies_in_the_day_that_the_callers_clock_showed(caller: Caller) -> None:
    asked = "period=day&timezoneOffset=-120&timeLineDate="
    for moment in ("2026-05-14T22:30:00.000Z", "2026-05-15T00:30:00%2B02:00", "2026-05-15T00:30:00+02:00"):
        assert get(caller, f"summary?{asked}{moment}")["timeline"][0]["date"] == "2026-05-14T22:00:00Z"


def test_uniques_and_breakdowns_are_of_the_utc_days_that_begin_in_the_period(caller: Caller) -> None:
    qr = new_qr(caller)
    scan(caller, qr, "2026-05-14T23:00:00Z", country="GB", address="early")
    scan(caller, qr, "2026-05-15T23:00:00Z", country="IE", address="late")
    report = get(caller, f"qr/{qr}?period=day&timeLineDate=2026-05-15&timezoneOffset=-120")
    assert (report["totalScans"], report["uniqueVisitors"]) == (1, 1)
    assert [row["country"] for row in report["geolocation"]] == ["IE"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        pytest.param("period=quarter", "period", id="an unknown period"),
        pytest.param("period=Month", "period", id="another case"),
        pytest.param("timeLineDate=yesterday", "timeLineDate", id="no date"),
        pytest.param("timeLineDate=2026-02-30", "timeLineDate", id="no such day"),
        pytest.param("timeLineDate=0001-01-01", "timeLineDate", id="too long ago"),
        pytest.param("timeLineDate=9999-12-31", "timeLineDate", id="too far ahead"),
        pytest.param("timezoneOffset=Europe/Paris", "timezoneOffset", id="no number"),
        pytest.param("timezoneOffset=7", "timezoneOffset", id="no quarter-hour"),
    ],
)
@pytest.mark.parametrize("path", ["summary", "qr/{qr}", "campaign/{campaign}", "client/{client}"])
def test_a_bad_period_is_refused_by_name(caller: Caller, path: str, asked: str, field: str) -> None:
    known = {"qr": new_qr(caller), "campaign": new_campaign(caller), "client": new_client(caller)}
    answer = caller.call("GET", f"{BASE}/{path.format(**known)}?{asked}")
    assert (answer.status, answer.json["field"]) == (400, field)
    assert answer.json["message"].startswith(f"{field}:")


@pytest.mark.parametrize("date", ["1970-01-01", "9998-12-31"])
@pytest.mark.parametrize("offset", [-840, 840])
@pytest.mark.parametrize("period", ["day", "week", "month", "year"])
def test_the_ends_of_time_are_reported(caller: Caller, date: str, offset: int, period: str) -> None:
    asked = f"timeLineDate={date}&timezoneOffset={offset}&period={period}"
    assert get(caller, f"summary?{asked}")["totalScans"] == 0


# --- Numbers


def test_the_summary_tells_an_organizations_visitors_apart_over_all_codes(caller: Caller) -> None:
    first, second = new_qr(caller), new_qr(caller)
    for qr, address in ((first, "a"), (first, "b"), (second, "a"), (second, "a")):
        scan(caller, qr, address=address)
    summary = get(caller, "summary")
    assert (summary["totalScans"], summary["uniqueVisitors"]) == (4, 2)
    assert "uniqueVisitorsSummed" not in summary


def test_the_words_for_devices_are_four(caller: Caller) -> None:
    qr = new_qr(caller)
    for agent in (IPHONE_SAFARI, ANDROID_CHROME, IPAD_SAFARI, WINDOWS_EDGE, TV):
        scan(caller, qr, agent=agent)
    devices = [("Mobile", 2), ("Desktop", 1), ("Tablet", 1), ("Unknown", 1)]
    for rows in (get(caller, "summary")["topDevices"], get(caller, f"qr/{qr}")["devices"]):
        assert [(row["device"], row["count"]) for row in rows] == devices


def test_the_summarys_countries_have_english_names(caller: Caller) -> None:
    qr = new_qr(caller)
    for country in ("GB", "GB", "TR", "XK", "CI", "", "Q9"):
        scan(caller, qr, country=country)
    assert [(row["country"], row["scans"]) for row in get(caller, "summary")["topCountries"]] == [
        ("United Kingdom", 2),
        ("Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire", 1),
        ("Kosovo", 1),
        ("Q9", 1),
        ("Türkiye", 1),
        ("Unknown", 1),
    ]


def test_places_are_as_fine_as_they_are_known_and_add_up(caller: Caller) -> None:
    qr = new_qr(caller)
    california = {"country": "US", "region": "CA", "region_name": "California"}
    seen = [{**california, "city": "San Francisco"}] * 3
    seen += [california, {"country": "US"}, {"country": "US", "region": "NV"}, {}]
    for facts in seen:
        scan(caller, qr, **facts)
    rows = [
        (row["city"], row["region"], row["country"], row["scans"]) for row in get(caller, f"qr/{qr}")["geolocation"]
    ]
    assert rows == [
        ("San Francisco", "California", "US", 3),
        ("Unknown", "California", "US", 1),
        ("Unknown", "NV", "US", 1),
        ("Unknown", "Unknown", "US", 1),
        ("Unknown", "Unknown", "Unknown", 1),
    ]


def test_tops_are_ten_and_ties_fall_by_value(caller: Caller) -> None:
    qr = new_qr(caller)
    for n in range(12):
        scan(caller, qr, country="GB", city=f"City {n:02}", referrer=f"r{n:02}.example")
    report = get(caller, f"qr/{qr}")
    assert [row["city"] for row in report["geolocation"]] == [f"City {n:02}" for n in range(10)]
    assert [row["referrer"] for row in report["referrers"]] == [f"r{n:02}.example" for n in range(10)]


def test_no_referrer_is_direct(caller: Caller) -> None:
    qr = new_qr(caller)
    scan(caller, qr, referrer="t.co")
    scan(caller, qr)
    rows = [{"referrer": "Direct", "count": 1}, {"referrer": "t.co", "count": 1}]
    assert get(caller, f"qr/{qr}")["referrers"] == rows


def test_bots_are_in_no_number_but_the_one_that_says_how_many_were_left_out(caller: Caller) -> None:
    qr = new_qr(caller)
    client = new_client(caller, qrIds=[qr])
    campaign = new_campaign(caller, qrIds=[qr])
    scan(caller, qr, agent=GOOGLEBOT, country="US")
    assert get(caller, "qrs")[0]["totalScans"] == 0
    for path in ("summary", f"qr/{qr}", f"campaign/{campaign}", f"client/{client}"):
        report = get(caller, path)
        assert report["botsExcluded"] == 1
        assert report.get("totalScans", report.get("aggregatedScans")) == report["uniqueVisitors"] == 0
        assert report.get("topDevices", report.get("devices")) == report["topCountries"] == []


def test_a_scan_is_in_the_very_next_report_of_its_code_campaign_and_client(caller: Caller) -> None:
    qr = new_qr(caller)
    paths = {
        f"qr/{qr}": "totalScans",
        f"client/{new_client(caller, qrIds=[qr])}": "totalScans",
        f"campaign/{new_campaign(caller, qrIds=[qr])}": "aggregatedScans",
        "summary": "totalScans",
    }
    for scanned, (path, name) in enumerate(paths.items(), 1):
        key = ScanKey(caller.organization, ids.parse(qr) or 0, 0, NOW - 1000, f"{scanned:016x}")
        scans.put_new(Arrival(key, Facts(address="a", agent="x"), Unjudged(IPHONE_SAFARI)).attributes())
        assert get(caller, path)[name] == scanned


# --- Lists


def test_lists_are_lifetime_and_newest_first(caller: Caller) -> None:
    old, new = new_qr(caller), new_qr(caller, slug="new-one")
    campaign, client = new_campaign(caller, qrIds=[old, new]), new_client(caller, qrIds=[old])
    later = new_campaign(caller, "Later")
    scan(caller, old, "2019-01-01T00:00:00Z")
    scan(caller, new)
    assert [(row["id"], row["totalScans"]) for row in get(caller, "qrs")] == [(new, 1), (old, 1)]
    rows = [(row["id"], row["qrCount"], row["totalScans"]) for row in get(caller, "campaigns")]
    assert rows == [(later, 0, 0), (campaign, 2, 2)]
    assert [(row["id"], row["activeQrs"], row["totalScans"]) for row in get(caller, "clients")] == [(client, 1, 1)]


def test_what_has_no_label_is_called_by_its_slug(caller: Caller) -> None:
    new_qr(caller, slug="Spring-Sale")
    assert get(caller, "qrs")[0]["title"] == "spring-sale"


def test_a_code_that_was_deleted_softly_is_in_no_list_and_still_reported(caller: Caller) -> None:
    qr = new_qr(caller)
    campaign = new_campaign(caller, qrIds=[qr])
    scan(caller, qr)
    links.delete(accounts.authenticate(caller.key), qr, NOW)
    assert get(caller, "qrs") == []
    assert get(caller, "campaigns")[0]["qrCount"] == 0
    assert get(caller, f"campaign/{campaign}")["topPerformingQr"] is None
    assert get(caller, f"qr/{qr}")["totalScans"] == 1
    assert caller.call("PATCH", f"{BASE}/qr/{qr}", {"campaignId": None}).status == 404
    refused = caller.call("PATCH", f"{BASE}/campaigns/{campaign}", {"qrIds": [qr]})
    assert (refused.status, refused.json["field"]) == (400, "qrIds")


def test_the_list_is_complete_unless_pages_are_asked_for(caller: Caller) -> None:
    made = [new_qr(caller) for _ in range(5)][::-1]
    whole = caller.call("GET", f"{BASE}/qrs").json
    assert ([row["id"] for row in whole["data"]], "nextCursor" in whole) == (made, False)
    walked: list[str] = []
    cursor = ""
    for size in (2, 2, 1):
        page = caller.call("GET", f"{BASE}/qrs?limit=2&cursor={cursor}").json
        assert len(page["data"]) == size
        walked += [row["id"] for row in page["data"]]
        cursor = page.get("nextCursor", "")
    assert (walked, cursor) == (made, "")


def test_a_page_of_codes_ends_before_the_answer_is_too_large_to_be_carried(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [caller.create(destination=f"https://example.com/{'x' * 500}")["id"] for _ in range(3)]
    monkeypatch.setattr(reporting, "MOST_CARRIED_BYTES", 2_000)
    first = caller.call("GET", f"{BASE}/qrs").json
    rest = caller.call("GET", f"{BASE}/qrs?cursor={first['nextCursor']}").json
    assert "nextCursor" not in rest
    assert [len(first["data"]), len(rest["data"])] == [2, 1]
    found = [ids.parse(row["id"]) for row in first["data"] + rest["data"]]
    assert found == [ids.parse(spelled) for spelled in reversed(made)]
    monkeypatch.setattr(reporting, "MOST_CARRIED_BYTES", 1)
    assert len(caller.call("GET", f"{BASE}/qrs").json["data"]) == 1


@pytest.mark.parametrize("asked", ["limit=ten", "cursor=abc", "cursor=%C3%A9"])
def test_a_bad_page_is_refused_by_name(caller: Caller, asked: str) -> None:
    answer = caller.call("GET", f"{BASE}/qrs?{asked}")
    assert (answer.status, answer.json["field"]) == (400, asked.split("=")[0])
