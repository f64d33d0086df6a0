"""The list of links, and making one, as somebody sees it."""

import re

import pytest

from chalicelib import ids
from chalicelib.core.days import parse_time
from chalicelib.core.links import Link
from chalicelib.core.plans import Meter
from chalicelib.errors import Unavailable
from chalicelib.pages import links as page
from chalicelib.services import campaigns, links, usage
from chalicelib.services.links import NewLink
from tests.pages.browsing import BASE, Browser, Seen, new_browser
from tests.world import World, now_ms

HOSTILE = "<script>alert(1)</script>'\"><img src=x>"


def seed(browser: Browser, slug: str | None = None, label: str | None = None, **given: object) -> Link:
    """A link of whoever is signed in."""
    assert browser.caller
    new = NewLink("https://example.com/", own_hosts=(), slug=slug, label=label, **given)  # type: ignore[arg-type]
    return links.seed(browser.caller, new, now_ms())


def named(seen: Seen) -> list[str]:
    """The links of a list, in order."""
    return re.findall(r'class="link-name"[^>]*>([^<]*)<', seen.text)


def once(seen: Seen) -> str:
    """What a form was drawn with."""
    found = re.search(r'name="once" value="([^"]+)"', seen.text)
    assert found
    return found[1]


def made(browser: Browser, seen: Seen) -> Link:
    """The link whose page an answer leads to."""
    assert browser.caller
    found = re.fullmatch(r"/dashboard/links/(dc_\w+)\?said=link-created", seen.location)
    assert found, (seen.status, seen.words)
    return links.get(browser.caller, found[1])


def test_who_has_no_links_is_led_to_the_first_one(browser: Browser) -> None:
    seen = browser.get("/dashboard")
    assert seen.status == 200
    assert "Create your first link" in seen.words
    assert 'action="/dashboard/links/new"' in seen.text


def test_links_come_newest_first_with_where_they_lead(browser: Browser) -> None:
    seed(browser, "older", "Older")
    seed(browser, "newer")
    seen = browser.get("/dashboard")
    assert named(seen) == ["newer", "Older"]
    assert f'href="{BASE}/older"' in seen.text
    assert "2 links" in seen.words
    assert "Scans, 30 days 0" in seen.words


def test_a_page_has_so_many_and_the_filters_go_on_with_the_next(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", 2)
    for n in range(5):
        seed(browser, f"table-{n}")
        seed(browser, f"other-{n}")
    walked, path = list[str](), "/dashboard?search=TABLE&status=active"
    while path:
        seen = browser.get(path)
        walked += named(seen)
        assert "5 links" in seen.words
        following = re.search(r'href="([^"]+)" rel="next"', seen.text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert walked == [f"table-{n}" for n in reversed(range(5))]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("search=MENU", ["Spring menu"]),
        ("search=example.com", ["Spring menu", "paused", "Draft", "expired"]),
        ("status=paused", ["paused"]),
        ("status=draft", ["Draft"]),
        ("status=expired", ["expired"]),
        ("status=active", ["Spring menu"]),
        ("search=menu&status=paused", []),
        ("status=nonsense", ["Spring menu", "paused", "Draft", "expired"]),
        ("before=nonsense&campaign=camp_zz&client=9", ["Spring menu", "paused", "Draft", "expired"]),
    ],
)
def test_links_are_found_by_words_and_status(
    browser: Browser, query: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = now_ms() + 60_000
    seed(browser, "expired", expires_ms=later)
    seed(browser, "draft", "Draft", status="draft")
    seed(browser, "paused", status="paused")
    seed(browser, "menu", "Spring menu")
    monkeypatch.setattr("chalicelib.pages.http.now_ms", lambda: later)
    seen = browser.get(f"/dashboard?{query}")
    assert named(seen) == shown
    assert f"{len(shown)} link" in seen.words
    assert ("No link matches" in seen.words) is not bool(shown)


def test_only_the_list_of_ones_own_organization_is_shown(browser: Browser) -> None:
    seed(new_browser("Other"), "theirs")
    assert "theirs" not in browser.get("/dashboard").text


def test_what_links_are_called_is_no_markup(browser: Browser) -> None:
    seed(browser, "evil", HOSTILE)
    for path in ("/dashboard", f"/dashboard?search={HOSTILE}"):
        assert "<script>alert" not in browser.get(path).text
        assert "<img src=x" not in browser.get(path).text


def test_the_list_is_a_page_too_while_the_tables_cannot_be_read(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out(*_: object) -> None:
        raise Unavailable.storage()

    monkeypatch.setattr("chalicelib.services.link_lists.page", out)
    seen = browser.get("/dashboard")
    assert (seen.status, "Just a moment" in seen.words) == (503, True)


def test_a_link_is_made_of_what_was_typed(browser: Browser) -> None:
    form = {
        "destination": "example.com/spring",
        "label": "Spring",
        "slug": "Spring-26",
        "expires_at": "2099-05-01T18:30",
        "redirect_type": "307",
        "utm_source": "poster",
        "utm_medium": "",
    }
    browser.cookies["zone"] = "Europe%2FBerlin"
    link = made(browser, browser.post("/dashboard/links/new", form))
    assert (link.destination, link.label, link.slug) == ("https://example.com/spring", "Spring", "spring-26")
    assert link.expires_ms == parse_time("2099-05-01T16:30Z")
    assert (link.redirect_type, link.details.utm) == (307, {"utm_source": "poster"})


def test_a_time_is_by_the_clocks_that_the_form_was_drawn_with(browser: Browser) -> None:
    form = {"destination": "https://example.com/", "expires_at": "2099-05-01T18:30", "zone": "UTC"}
    browser.cookies["zone"] = "Europe%2FBerlin"  # known since
    link = made(browser, browser.post("/dashboard/links/new", form))
    assert link.expires_ms == parse_time("2099-05-01T18:30Z")
    refused = browser.post("/dashboard/links/new", {**form, "destination": "", "zone": "Asia/Tokyo"})
    assert "By the clocks of Asia/Tokyo." in refused.words


def test_nothing_but_a_destination_is_needed(browser: Browser) -> None:
    link = made(browser, browser.post("/dashboard/links/new", {"destination": "https://example.com/"}))
    assert (link.label, link.expires_ms, link.status, len(link.slug)) == (None, None, "active", 7)


def test_a_form_that_is_sent_twice_makes_one_link(browser: Browser) -> None:
    form = {"destination": "https://example.com/", "once": once(browser.get("/dashboard/links/new"))}
    first, second = (browser.post("/dashboard/links/new", form).location for _ in range(2))
    assert first == second
    assert len(named(browser.get("/dashboard"))) == 1
    third = browser.post("/dashboard/links/new", {**form, "label": "Another"}).location
    assert third not in ("", first)


def test_a_link_counts_as_a_short_link_of_the_month_and_not_as_a_qr_code(browser: Browser) -> None:
    browser.post("/dashboard/links/new", {"destination": "https://example.com/"})
    assert browser.caller
    used = {each.meter: each.used for each in usage.of_month(browser.caller, now_ms()).meters}
    assert used == {Meter.URL_CREATED: 1, Meter.QR_GENERATED: 0}


def test_nobody_at_a_dashboard_is_stopped_at_so_many_an_hour(browser: Browser) -> None:
    for n in range(25):
        assert browser.post("/dashboard/links/new", {"destination": f"https://example.com/{n}"}).status == 303


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"destination": ""}, 400, "Must be"),
        ({"destination": "javascript:alert(1)"}, 400, "Must be an absolute http or https URL."),
        ({"destination": "http://127.0.0.1/"}, 400, "Must not be a private or internal host."),
        ({"destination": f"{BASE}/x"}, 400, "Leads back to this service."),
        ({"slug": "dashboard"}, 400, "Dashboard is reserved."),
        ({"slug": "a b"}, 400, "Must be 3 to 50 letters"),
        ({"slug": "taken"}, 409, "Taken is taken."),
        ({"label": "x" * 201}, 400, "Must be at most 200 characters"),
        ({"expires_at": "2001-01-01T00:00"}, 400, "Must be in the future."),
        ({"expires_at": "tomorrow"}, 400, "Must be a date and a time."),
        ({"redirect_type": "303"}, 400, "Must be one of 301, 302, 307, 308."),
        ({"redirect_type": "x"}, 400, "Must be a whole number."),
        ({"utm_term": "x" * 501}, 400, "Must be at most 500 characters"),
    ],
    ids=lambda value: next(iter(value.items()))[1][:20] if isinstance(value, dict) else None,
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    browser: Browser, fields: dict[str, str], status: int, message: str
) -> None:
    seed(browser, "taken")
    typed = {"destination": "https://example.com/kept", "label": "Kept", "utm_content": HOSTILE, **fields}
    seen = browser.post("/dashboard/links/new", typed)
    assert (seen.status, message in seen.words) == (status, True), seen.words
    assert 'aria-invalid="true"' in seen.text
    assert "<script>alert" not in seen.text
    assert len(named(browser.get("/dashboard"))) == 1
    if "label" not in fields:
        assert 'value="Kept"' in seen.text


def test_a_campaign_of_others_is_none(browser: Browser) -> None:
    other, mine = new_browser("Other"), browser.caller
    assert other.caller
    assert mine
    theirs = campaigns.create(other.caller, campaigns.Edit("Theirs"), now_ms())
    own = campaigns.create(mine, campaigns.Edit("Own <b>"), now_ms())
    form = {"destination": "https://example.com/", "campaign": ids.spell("camp", theirs.number)}
    assert "There is no such campaign." in browser.post("/dashboard/links/new", form).words
    link = made(browser, browser.post("/dashboard/links/new", {**form, "campaign": ids.spell("camp", own.number)}))
    assert link.campaign == own.number
    seed(browser, "elsewhere")
    seen = browser.get(f"/dashboard?campaign={own.number}")
    assert named(seen) == [link.slug]
    assert "Own &lt;b&gt;" in seen.text


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    """Every test has tables of its own."""
