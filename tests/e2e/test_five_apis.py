"""One core underneath: the same scans give the same numbers in all five APIs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import LocalStack
from tests.e2e.agents import ANDROID_CHROME, GOOGLEBOT, IPAD_SAFARI, IPHONE_SAFARI, WINDOWS_EDGE
from tests.e2e.conftest import Client
from tests.e2e.organizations import new_tenant

REPORTING = "/api/v1/external/reporting"
# Agent, country, city, address, and how often: 9 people's scans by 5 visitors, and 2 of a bot.
VISITS = (
    (IPHONE_SAFARI, "GB", "London", "192.0.2.1", 3),
    (IPHONE_SAFARI, "GB", "London", "192.0.2.2", 1),
    (ANDROID_CHROME, "US", "New York", "192.0.2.2", 2),
    (IPAD_SAFARI, "GB", "Leeds", "192.0.2.3", 1),
    (WINDOWS_EDGE, "DE", "", "192.0.2.4", 2),
    (GOOGLEBOT, "US", "", "192.0.2.9", 2),
)
SCANS, VISITORS, ADDRESSES, BOTS = 9, 5, 4, 2


@pytest.fixture(scope="module")
def mine(stack: LocalStack) -> Iterator[Client]:
    """An organization with one link, scanned as VISITS say."""
    tenant = new_tenant(stack)
    connected = Client(stack.url, tenant.api_key)
    yield connected
    connected.close()


@pytest.fixture(scope="module")
def link(mine: Client) -> dict[str, Any]:
    code = mine.create("Five")
    for agent, country, city, address, times in VISITS:
        for _ in range(times):
            viewer = {"CloudFront_Viewer_Country": country, "CloudFront_Viewer_City": city}
            named = {"CloudFront_Viewer_Address": f"{address}:1234", **viewer}
            assert mine.scan(code["slug"], agent, **named).status == 302
    return code


def get(client: Client, path: str) -> Any:
    answer = client.api("GET", path)
    assert answer.status == 200, answer.text
    return answer.json


def _sum(rows: list[dict[str, Any]], name: str) -> int:
    return sum(int(row[name]) for row in rows)


def _days_before(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d")


def test_totals_are_the_same(mine: Client, link: dict[str, Any]) -> None:
    number = link["id"]
    dynamic = get(mine, f"/v1/dynamic/{number}/scans?days=30")
    totals = {
        "dynamic": dynamic["analytics"]["window_total"],
        "dynamic, ever": dynamic["scans"]["total"],
        "dynamic, by day": _sum(dynamic["analytics"]["daily"], "n"),
        "qrcodes": get(mine, f"/v1/qrcodes/{number}/analytics")["summary"]["total_scans"],
        "qrcodes, ever": get(mine, f"/v1/qrcodes/{number}")["total_scans"],
        "qrcodes, list": get(mine, f"/v1/qrcodes/{number}/analytics/scans")["pagination"]["total"],
        "qpr": get(mine, f"/v1/qpr-codes/{number}/analytics")["scans_total"],
        "qpr, list": get(mine, f"/v1/scans?qpr_code_id={number}")["total"],
        "reporting, month": get(mine, f"{REPORTING}/qr/{number}?period=year")["data"]["totalScans"],
        "qr": get(mine, f"/api/v1/urls/{number}/clicks")["data"]["totals"]["totalScans"],
    }
    for interval in ("hour", "day", "week", "month"):
        start = _days_before(29)
        series = get(mine, f"/v1/qrcodes/{number}/analytics/timeseries?interval={interval}&start_date={start}")
        totals[f"qrcodes, by {interval}"] = _sum(series["data"], "total_scans")
    for granularity in ("hour", "day", "week"):
        series = get(mine, f"/v1/qpr-codes/{number}/analytics?granularity={granularity}")
        totals[f"qpr, by {granularity}"] = _sum(series["timeseries"], "scans")
    for group in ("hour", "day"):
        series = get(mine, f"/api/v1/urls/{number}/clicks?groupBy={group}")["data"]
        totals[f"qr, by {group}"] = _sum(series["timeseries"], "scans")
    assert totals == dict.fromkeys(totals, SCANS)


def test_organizations_totals_are_the_same(mine: Client, link: dict[str, Any]) -> None:
    def seen() -> dict[str, int]:
        return {
            "reporting": get(mine, f"{REPORTING}/summary?period=year")["data"]["totalScans"],
            "reporting, list": _sum(get(mine, f"{REPORTING}/qrs")["data"], "totalScans"),
            "qpr, list": get(mine, "/v1/scans")["total"],
            "dynamic": _sum([get(mine, f"/v1/dynamic/{link['id']}/scans")["scans"]], "total"),
        }

    totals = seen()
    assert totals == dict.fromkeys(totals, SCANS)


def test_visitors_are_the_same(mine: Client, link: dict[str, Any]) -> None:
    number = link["id"]
    dynamic = get(mine, f"/v1/dynamic/{number}/scans")["analytics"]
    clicks = get(mine, f"/api/v1/urls/{number}/clicks")["data"]["totals"]
    visitors = {
        "dynamic": dynamic["unique_visitors"],
        "qrcodes": get(mine, f"/v1/qrcodes/{number}/analytics")["summary"]["unique_visitors"],
        "qrcodes, ever": get(mine, f"/v1/qrcodes/{number}")["unique_scans"],
        "qrcodes, list": _sum(get(mine, f"/v1/qrcodes/{number}/analytics/scans")["data"], "is_unique"),
        "qpr": get(mine, f"/v1/qpr-codes/{number}/analytics")["scans_unique_devices"],
        "reporting": get(mine, f"{REPORTING}/summary?period=year")["data"]["uniqueVisitors"],
        "qr": clicks["uniqueScans"],
    }
    assert visitors == dict.fromkeys(visitors, VISITORS)
    assert (dynamic["unique_addresses"], clicks["uniqueIps"]) == (ADDRESSES, ADDRESSES)


def test_countries_and_devices_are_the_same_in_each_apis_words(mine: Client, link: dict[str, Any]) -> None:
    number = link["id"]
    dynamic = get(mine, f"/v1/dynamic/{number}/scans")["analytics"]
    qrcodes = get(mine, f"/v1/qrcodes/{number}/analytics")
    qpr = get(mine, f"/v1/qpr-codes/{number}/analytics")
    reporting = get(mine, f"{REPORTING}/summary?period=year")["data"]
    clicks = get(mine, f"/api/v1/urls/{number}/clicks")["data"]["breakdowns"]
    assert {row["value"]: row["n"] for row in dynamic["by_country"]} == {"GB": 5, "US": 2, "DE": 2}
    countries = [
        {row["country"]: row["scans"] for row in rows}
        for rows in (qrcodes["top_countries"], qpr["top_countries"], clicks["country"])
    ]
    assert countries == [{"GB": 5, "US": 2, "DE": 2}] * 3
    named = {row["country"]: row["scans"] for row in reporting["topCountries"]}
    assert named == {"United Kingdom": 5, "United States": 2, "Germany": 2}
    assert {row["value"]: row["n"] for row in dynamic["by_device"]} == {"mobile": 6, "tablet": 1, "desktop": 2}
    assert qrcodes["devices"] == {"ios": 5, "android": 2, "desktop": 2}
    assert {row["device"]: row["count"] for row in reporting["topDevices"]} == {"Mobile": 6, "Tablet": 1, "Desktop": 2}
    assert {row["deviceType"]: row["scans"] for row in clicks["device"]} == {"mobile": 6, "tablet": 1, "desktop": 2}


def test_bots_are_in_none_of_them_and_shown(mine: Client, link: dict[str, Any]) -> None:
    number = link["id"]
    excluded = {
        "dynamic": get(mine, f"/v1/dynamic/{number}/scans")["analytics"]["bots_excluded"],
        "qrcodes": get(mine, f"/v1/qrcodes/{number}/analytics")["summary"]["bots_excluded"],
        "qpr": get(mine, f"/v1/qpr-codes/{number}/analytics")["bots_excluded"],
        "reporting": get(mine, f"{REPORTING}/qr/{number}?period=year")["data"]["botsExcluded"],
        "qr": get(mine, f"/api/v1/urls/{number}/clicks")["data"]["totals"]["botsExcluded"],
    }
    assert excluded == dict.fromkeys(excluded, BOTS)


def test_every_list_of_scans_has_each_scan_once(mine: Client, link: dict[str, Any]) -> None:
    number = link["id"]
    qrcodes = get(mine, f"/v1/qrcodes/{number}/analytics/scans?limit=500")["data"]
    qpr = get(mine, f"/v1/scans?qpr_code_id={number}&limit=200")["scans"]
    everywhere = get(mine, "/v1/scans?limit=200")["scans"]
    export = get(mine, f"/v1/qrcodes/{number}/analytics/export?format=json")
    assert [row["id"] for row in qrcodes] == [row["id"] for row in export]
    assert [row["id"] for row in qpr] == [row["id"] for row in everywhere] == [row["id"] for row in reversed(qrcodes)]
    assert len({row["id"] for row in qrcodes}) == SCANS


def test_a_link_is_in_every_list_and_found_by_every_spelling(mine: Client, link: dict[str, Any]) -> None:
    listed = {
        "dynamic": [row["id"] for row in get(mine, "/v1/dynamic")["codes"]],
        "qrcodes": [row["id"] for row in get(mine, "/v1/qrcodes")["data"]],
        "qpr": [row["id"] for row in get(mine, "/v1/qpr-codes")["qpr_codes"]],
        "reporting": [row["id"] for row in get(mine, f"{REPORTING}/qrs")["data"]],
        "qr": [row["id"] for row in get(mine, "/api/v1/urls")["data"]],
    }
    spellings = {ids[0] for ids in listed.values()}
    assert [len(ids) for ids in listed.values()] == [1] * 5
    for spelling in spellings:
        for path in ("/v1/dynamic", "/v1/qrcodes", "/v1/qpr-codes", f"{REPORTING}/qr", "/api/v1/urls"):
            get(mine, f"{path}/{spelling}")
