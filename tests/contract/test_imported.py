"""Imported visits: in every API's total of all time, and in nothing that has a period."""

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import iso_day
from chalicelib.core.foreign_links import ForeignLink
from chalicelib.services import importing
from chalicelib.store import accounts, links
from tests.api.calls import Caller
from tests.world import now_ms

CREATED_MS = 1_352_149_447_000


@pytest.fixture
def number(caller: Caller) -> int:
    """The link that was imported with 5,123 visits, out of 2012."""
    organization = accounts.read_organization(caller.organization)
    row = ForeignLink("line 2", "ozh", "https://ozh.example/", visits=5_123, created_ms=CREATED_MS)
    plan = importing.plan(organization, [row], (), now_ms())
    assert list(importing.write(organization, plan.new, now_ms())) == [1]
    return next(links.newest_first(caller.organization, None)).number


def got(caller: Caller, path: str) -> Any:
    answer = caller.call("GET", path)
    assert answer.status == 200, answer.json
    return answer.json


def test_the_dynamic_api_says_how_much_of_a_total_was_imported(caller: Caller, number: int) -> None:
    report = got(caller, f"/v1/dynamic/{ids.spell('dc', number)}/scans?days=365")
    assert (report["scans"]["total"], report["analytics"]["total"], report["imported"]) == (5_123, 5_123, 5_123)
    assert (report["scans"]["last7"], report["analytics"]["window_total"]) == (0, 0)
    assert report["analytics"]["unique_visitors"] == 0


def test_a_link_that_was_made_here_says_nothing_of_imports(caller: Caller) -> None:
    made = caller.create()
    assert "imported" not in got(caller, f"/v1/dynamic/{made['id']}/scans")


def test_the_other_apis_have_it_in_their_totals(caller: Caller, number: int) -> None:
    one = got(caller, f"/v1/qrcodes/{ids.spell('qr', number)}")
    assert (one["total_scans"], one["unique_scans"], one["created_at"][:10]) == (5_123, 0, iso_day(15_649))
    assert got(caller, "/v1/qrcodes")["data"][0]["total_scans"] == 5_123
    assert got(caller, "/api/v1/external/reporting/qrs")["data"][0]["totalScans"] == 5_123
    spelled = ids.spell("qpr", number)
    assert got(caller, f"/v1/qpr-codes/{spelled}")["scans_total"] == 5_123
    assert got(caller, "/v1/qpr-codes")["qpr_codes"][0]["scans_total"] == 5_123


def test_all_time_of_the_qpr_api_begins_when_it_was_imported(caller: Caller, number: int) -> None:
    analytics = got(caller, f"/v1/qpr-codes/{ids.spell('qpr', number)}/analytics?period=all")
    assert (analytics["scans_total"], len(analytics["timeseries"])) == (0, 1)
