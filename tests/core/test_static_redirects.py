"""The static redirect map, read as its hosts do."""

import csv
import html
import io
import re

import pytest

from chalicelib.core import static_redirects
from chalicelib.core.static_redirects import Hop

HOSTILE = "https://example.com/a?b=$c&d=%22'\"<x>;{}\\|:splat/*#:id"
PLAIN = Hop("spring", "https://example.com/spring?a=1&b=2", 302, "active", markers=3)
HOPS = [
    PLAIN,
    Hop("old-7", HOSTILE, 301, "active"),
    Hop("long", "https://example.com/?" + "x" * 5_000, 302, "active"),
    Hop("resting", "", 302, "paused"),
]
FILES = {file.name: file.text for file in static_redirects.files(HOPS)}


def redirects() -> dict[str, tuple[str, int]]:
    """`_redirects`, read as Netlify documents it: what is parted by spaces; a # begins a comment."""
    lines = [line for line in FILES["rules/_redirects"].splitlines() if line and not line.startswith("#")]
    cells = [line.split() for line in lines]
    assert all(len(row) == 3 and row[0].startswith("/") and len(" ".join(row)) <= 1_000 for row in cells)
    assert len({row[0] for row in cells}) == len(cells)  # the first of a path would be the one that counts
    return {path: (to, int(status)) for path, to, status in cells}


def led_by_page(path: str) -> str:
    """Where a page leads, by its refresh (HTML, 4.2.5.3): all behind `url=`, since no quote stands there."""
    content = re.search(r'http-equiv="refresh" content="([^"]*)"', FILES[path])
    assert content
    return html.unescape(content[1]).removeprefix("0;url=")


@pytest.mark.parametrize("path", ["/spring", "/SPRING", "/spring.2", "/SPRING.3"])
def test_a_rule_leads_on_from_every_path_that_may_be_printed(path: str) -> None:
    assert redirects()[path] == (PLAIN.location, 302)


@pytest.mark.parametrize(("status", "ruled"), [(307, 302), (308, 301)])
def test_rules_have_no_status_that_gitlab_passes_over(status: int, ruled: int) -> None:
    assert static_redirects.rules([PLAIN._replace(status=status)]).startswith(f"/spring {PLAIN.location} {ruled}\n")


def test_rules_keep_destinations_to_the_letter() -> None:
    assert redirects()["/old-7"] == (HOSTILE, 301)
    assert redirects()["/s/*"] == ("/:splat", 302)


def test_what_is_too_long_for_a_rule_has_a_page_beside_the_rules() -> None:
    assert "/long" not in redirects()
    assert led_by_page("rules/long/index.html") == led_by_page("rules/LONG/index.html") == HOPS[2].location
    assert not any(name.startswith("rules/spring") for name in FILES)  # it would stand before the rule


@pytest.mark.parametrize("path", ["spring", "SPRING", "spring.2", "s/spring", "s/SPRING.3"])
def test_pages_lead_on_from_the_same_paths(path: str) -> None:
    assert led_by_page(f"pages/{path}/index.html") == PLAIN.location


def test_nothing_of_a_destination_is_markup() -> None:
    page = FILES["pages/old-7/index.html"]
    assert led_by_page("pages/old-7/index.html") == HOSTILE
    assert "<x>" not in page
    assert page.count('"') % 2 == 0
    assert 'content="noindex"' in page


def test_what_leads_nowhere_is_in_the_table_alone() -> None:
    assert [name for name in FILES if "resting" in name] == []
    rows = list(csv.DictReader(io.StringIO(FILES["map.csv"])))
    assert [(row["slug"], row["state"], row["leads_to"]) for row in rows if row["slug"] == "resting"] == [
        ("resting", "paused", "")
    ]
    assert rows[0]["leads_to"] == PLAIN.location


def test_what_is_not_there_is_tried_in_small_letters() -> None:
    assert FILES["pages/404.html"] == FILES["rules/404.html"]
    assert "location.replace(location.origin+s+location.search+location.hash)" in FILES["pages/404.html"]


def test_nginx_gets_destinations_that_hold_nothing_of_its_own() -> None:
    text = FILES["nginx.conf"]
    entries = dict(re.findall(r'^    "(/[^"]*)" "((?:[^"\\]|\\.)*)";$', text, re.M))
    assert entries["/spring"] == entries["/s/spring.3"] == PLAIN.location
    read = re.sub(r"\\(.)", r"\1", entries["/old-7"]).replace("${dollar}", "$")
    assert read == HOSTILE
    assert re.search(r"(?<!\$\{dollar)\$c", entries["/old-7"]) is None
    assert "/long" not in entries  # nginx reads words of 4 KB; its page leads on
    assert "if ($quietzone_301) { return 301 $quietzone_301; }" in text


def test_a_map_of_nothing_is_one(tmp_path: object) -> None:
    empty = {file.name for file in static_redirects.files([])}
    assert empty == {"README.txt", "map.csv", "nginx.conf", "rules/404.html", "pages/404.html", "rules/_redirects"}
