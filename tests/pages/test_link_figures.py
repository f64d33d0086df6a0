"""A link's page: its figures, the range and the zone that are chosen, the files."""

import csv
import itertools
import json
import re
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, HOUR_MS, iso_day
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import counting, exporting, links
from chalicelib.services.links import NewLink
from chalicelib.store import scans
from tests.e2e import agents
from tests.pages.browsing import Browser, Seen, new_browser
from tests.world import now_ms

HOSTILE = "\"><img src=x onerror=alert(1)>&'"

_numbers = itertools.count(1)


@pytest.fixture
def link(browser: Browser) -> str:
    """The page of a new link."""
    return new_link(browser)


def new_link(browser: Browser, label: str = "Poster") -> str:
    assert browser.caller
    new = NewLink("https://example.com/menu", own_hosts=(), label=label)
    made = links.seed(browser.caller, new, now_ms() - 90 * DAY_MS)
    return f"/dashboard/links/{ids.spell('dc', made.number)}"


def scan(browser: Browser, page: str, ago_ms: int = 0, agent: str = agents.IPHONE_SAFARI, **facts: str) -> None:
    """A scan that is counted."""
    number = ids.parse(page.rpartition("/")[2])
    assert browser.caller and number
    key = ScanKey(browser.caller.organization.number, number, 0, now_ms() - ago_ms, f"{next(_numbers):016x}")
    told = {"address": "a", "agent": "x", "country": "GB", **facts}
    scans.put_new(Arrival(key, Facts(**told), Unjudged(agent)).attributes())  # type: ignore[arg-type]
    counting.settle(scans.read([key]))


def chart(seen: Seen) -> dict[str, Any]:
    """What the script draws."""
    found = re.search(r'<script type="application/json" id="chart-figures".*?>(.*?)</script>', seen.text)
    assert found
    figures: dict[str, Any] = json.loads(found[1])
    return figures


def hidden(seen: Seen) -> set[str]:
    """The parts that are not shown until a live update shows them."""
    return set(re.findall(r'data-live-hidden="(\w+)" hidden', seen.text))


def test_a_link_without_scans_tells_what_to_do(browser: Browser, link: str) -> None:
    seen = browser.get(link)
    assert seen.status == 200
    assert "Your QR code is ready" in seen.words and "/qr/print" in seen.text
    assert hidden(seen) == {"figures"}
    assert set(chart(seen)["total"]) == {0}


def test_the_page_tells_who_scanned_when_and_where(browser: Browser, link: str) -> None:
    for ago, address in [(0, "a"), (0, "b"), (2 * DAY_MS, "a"), (40 * DAY_MS, "c")]:
        scan(browser, link, ago, address=address, city="London", region="ENG", region_name="England")
    scan(browser, link, agent=agents.CURL)
    seen = browser.get(link)
    words = seen.words
    assert hidden(seen) == {"nothing"}
    assert "Total scans 3 ↑ 200% up 200% from the period before" in words
    assert "Unique visitors 2 ↑ 100%" in words
    assert "Bots left out 1 New" in words
    assert "GB United Kingdom 3 100%" in words
    assert "London, England 3 100%" in words
    assert "Tools and scripts 1 100%" in words
    assert "Mobile, iOS Safari iOS Camera Returning" in words


def test_the_map_shows_the_countries_of_scans(browser: Browser, link: str) -> None:
    scan(browser, link)
    scan(browser, link, country="SG")
    text = browser.get(link).text
    assert re.search(r'<path id="at-GB" class="level-6" d="M[^"]+"><title>United Kingdom: 1</title>', text)
    assert re.search(r'<path id="at-SG" class="level-6 dot" d="M[^"]+"><title>Singapore: 1</title>', text)
    assert re.search(r'<path id="at-FR" class="level-0" d="M[^"]+"></path>', text)


@pytest.mark.parametrize(("name", "points"), [("today", 24), ("7d", 7), ("90d", 90), ("", 30)])
def test_a_range_is_chosen_by_its_name(browser: Browser, link: str, name: str, points: int) -> None:
    seen = browser.get(f"{link}?range={name}")
    assert len(chart(seen)["labels"]) == points
    assert f'<option value="{name or "30d"}" selected>' in seen.text


def test_own_dates_begin_with_those_that_were_seen(browser: Browser, link: str) -> None:
    text = browser.get(f"{link}?range=custom").text
    today = now_ms() // DAY_MS
    assert f'name="from" type="date" value="{iso_day(today - 29)}"' in text
    assert f'name="to" type="date" value="{iso_day(today)}"' in text


def test_own_dates_are_shown(browser: Browser, link: str) -> None:
    scan(browser, link, 5 * DAY_MS)
    day = iso_day(now_ms() // DAY_MS - 5)
    seen = browser.get(f"{link}?range=custom&from={day}&to={day}")
    assert sum(chart(seen)["total"]) == 1
    assert "Scans by hour" in seen.words


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("range=custom&from=2020-01-01&to=2026-01-01", "From: Must be less than 400 days before the other day."),
        ("range=custom&from=soon&to=2026-01-01", "From: Must be a date such as 2026-01-31."),
        ("range=%3Cb%3E", "Period: Must be one of today,"),
        ("zone=Mars/Phobos", "Time zone: Must be an IANA time zone, such as Europe/London."),
    ],
)
def test_a_range_that_cannot_be_is_said_above_the_usual_one(browser: Browser, link: str, query: str, said: str) -> None:
    seen = browser.get(f"{link}?{query}")
    assert seen.status == 400
    assert said in seen.words
    assert len(chart(seen)["labels"]) == 30


def test_the_zone_that_is_chosen_is_remembered(browser: Browser, link: str) -> None:
    assert "clocks of UTC" in browser.get(link).words
    assert "clocks of Asia/Kathmandu" in browser.get(f"{link}?zone=Asia/Kathmandu").words
    assert browser.cookies["zone"] == "Asia%2FKathmandu"
    assert "clocks of Asia/Kathmandu" in browser.get(link).words


@pytest.mark.parametrize("held", ["Mars", "%00", "../../etc/passwd", HOSTILE])
def test_a_zone_that_nobody_knows_is_utc(browser: Browser, link: str, held: str) -> None:
    browser.cookies["zone"] = held
    assert "clocks of UTC" in browser.get(link).words


def test_what_strangers_say_is_shown_as_text(browser: Browser) -> None:
    page = new_link(browser, HOSTILE)
    names = ("city", "region_name", "referrer", "language", "region", "country")
    scan(browser, page, 0, agents.IPHONE_SAFARI, **dict.fromkeys(names, HOSTILE))
    seen = browser.get(page)
    assert "<img" not in seen.text
    assert seen.text.count("&lt;img") > len(names)
    assert chart(seen)["levels"] == {}


def test_a_script_that_looks_again_is_sent_no_shapes_and_no_choices(browser: Browser, link: str) -> None:
    scan(browser, link)
    whole, again = browser.get(link), browser.get(link, X_Scripted="1")
    assert chart(again) == chart(whole)
    assert chart(again)["levels"] == {"GB": 6}
    assert len(again.text) < len(whole.text) / 2
    assert 'data-live="headline"' in again.text


def test_only_a_range_that_runs_is_looked_at_again(browser: Browser, link: str) -> None:
    assert 'data-live-every="5000"' in browser.get(link).text
    assert 'data-live-every="15000"' in browser.get(f"{link}?range=12mo").text
    assert "data-live-every" not in browser.get(f"{link}?range=yesterday").text


def test_every_scan_is_had_as_a_file(browser: Browser, link: str) -> None:
    for ago in (0, HOUR_MS, 50 * DAY_MS):
        scan(browser, link, ago)
    seen = browser.get(f"{link}/scans?format=csv")
    assert seen.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.match(
        r'attachment; filename=".+_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv"', seen.headers["content-disposition"]
    )
    assert len(list(csv.DictReader(seen.text.splitlines()))) == 2
    assert len(json.loads(browser.get(f"{link}/scans?format=json&range=90d").text)) == 3


def test_the_chart_is_had_as_a_file(browser: Browser, link: str) -> None:
    scan(browser, link)
    seen = browser.get(f"{link}/series?range=7d")
    rows = list(csv.DictReader(seen.text.splitlines()))
    assert len(rows) == 7
    assert rows[-1] == {"date": iso_day(now_ms() // DAY_MS), "total_scans": "1", "unique_visitors": "1"}
    hours = list(csv.DictReader(browser.get(f"{link}/series?range=yesterday").text.splitlines()))
    assert hours[9]["date"] == f"{iso_day(now_ms() // DAY_MS - 1)} 09:00"


@pytest.mark.parametrize("query", ["format=exe", "range=never", "range=custom&from=x&to=y"])
def test_a_file_of_what_cannot_be_is_refused(browser: Browser, link: str, query: str) -> None:
    assert browser.get(f"{link}/scans?{query}").status == 400


def test_a_large_file_is_written_by_a_job(browser: Browser, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scan(browser, link)
    monkeypatch.setattr(exporting, "MOST_BYTES", 10)
    ordered = browser.get(f"{link}/scans?format=csv")
    assert ordered.status == 303
    assert "0 of 1 scans are written" in browser.get(ordered.location).words
    assert browser.caller
    exporting.export(
        browser.caller.organization.number, int(ordered.location.rpartition("/")[2]), now_ms(), lambda: False
    )
    ready = browser.get(ordered.location)
    assert "The file is ready." in ready.words
    assert new_browser("Other").get(ordered.location).status == 404


def test_nobody_else_sees_a_link(browser: Browser, stranger: Browser, link: str) -> None:
    for path in (link, f"{link}/scans", f"{link}/series"):
        assert new_browser("Other").get(path).status == 404
        assert stranger.get(path).location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/dashboard/links/dc_zzzz", "/dashboard/links/%3Cb%3E", "/dashboard/exports/1"])
def test_what_is_not_there_is_not_found(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 404
