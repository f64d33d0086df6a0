"""Changing a link, pausing it, and its end, as somebody sees it."""

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, parse_time
from chalicelib.core.links import DELETED, Link
from chalicelib.errors import NotFound
from chalicelib.pages.link_forms import of_link
from chalicelib.services import links
from chalicelib.services.links import Edit
from tests.pages.browsing import Browser, Seen, new_browser
from tests.pages.test_links import named, seed
from tests.world import now_ms

HOSTILE = '"><script>alert(1)</script>'


def path_of(link: Link, rest: str = "") -> str:
    return f"/dashboard/links/{ids.spell('dc', link.number)}{rest}"


def now(browser: Browser, link: Link) -> Link:
    """A link as it is now."""
    assert browser.caller
    return links.get(browser.caller, str(link.number))


def save(browser: Browser, link: Link, **typed: str) -> Seen:
    """Send the form of a link as it is drawn, with some fields typed anew."""
    held = of_link(now(browser, link), "UTC", now_ms())
    return browser.post(path_of(link, "/edit"), {**held, **typed})


def test_the_form_shows_the_link_as_it_is(browser: Browser) -> None:
    link = seed(browser, "spring", HOSTILE, expires_ms=parse_time("2099-05-01T16:30Z"))
    browser.cookies["zone"] = "Asia%2FKathmandu"
    seen = browser.get(path_of(link, "/edit"))
    assert 'value="https://example.com/"' in seen.text
    assert 'value="2099-05-01T22:15"' in seen.text
    assert "By the clocks of Asia/Kathmandu." in seen.words
    assert "<script>alert" not in seen.text


def test_a_link_is_retargeted_and_the_rest_of_it_stays(browser: Browser) -> None:
    expires = now_ms() + DAY_MS + 12_345  # a form knows no seconds
    link = seed(browser, "spring", "Spring", expires_ms=expires)
    answer = save(browser, link, destination="example.org/summer", utm_source="poster")
    assert answer.location == f"{path_of(link)}?said=link-edited"
    after = now(browser, link)
    assert (after.destination, after.details.utm) == ("https://example.org/summer", {"utm_source": "poster"})
    assert (after.label, after.slug, after.expires_ms) == ("Spring", "spring", expires)


def test_what_a_form_did_not_touch_stays_as_somebody_else_made_it(browser: Browser) -> None:
    link = seed(browser, "spring", "Spring")
    drawn = of_link(link, "UTC", now_ms())
    assert browser.caller
    links.edit(browser.caller, str(link.number), Edit(frozenset({"label"}), label="Theirs"), now_ms())
    browser.post(path_of(link, "/edit"), {**drawn, "label": "Theirs", "redirect_type": "307"})
    assert (now(browser, link).label, now(browser, link).redirect_type) == ("Theirs", 307)


def test_fields_are_emptied(browser: Browser) -> None:
    link = seed(browser, "spring", "Spring", expires_ms=now_ms() + DAY_MS)
    save(browser, link, utm_term="x", utm_source="y")
    save(browser, link, label="", expires_at="", utm_term="")
    after = now(browser, link)
    assert (after.label, after.expires_ms, after.details.utm) == (None, None, {"utm_source": "y"})


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"destination": "ftp://example.com/"}, "Must be an absolute http or https URL."),
        ({"expires_at": "2001-01-01T00:00"}, "Must be in the future."),
        ({"status": "paused", "pause_until": "2001-01-01T00:00"}, "Must be in the future."),
        ({"pause_until": "2099-01-01T00:00"}, "Is for a link that is paused."),
        ({"status": "deleted"}, "Must be active, paused or draft."),
        ({"campaign": "camp_zzz"}, "There is no such campaign."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_changes(
    browser: Browser, typed: dict[str, str], message: str
) -> None:
    link = seed(browser, "spring")
    seen = save(browser, link, label=f"Typed {HOSTILE}", **typed)
    if "campaign" not in typed:  # there are none to choose from
        assert message in seen.words
    assert seen.status == 400
    assert "Typed &#34;&gt;&lt;script" in seen.text
    assert now(browser, link) == link


def test_a_pause_may_end_by_itself(browser: Browser) -> None:
    link = seed(browser, "spring")
    save(browser, link, status="paused", pause_until="2099-01-01T00:00")
    assert now(browser, link).paused_until(now_ms()) == parse_time("2099-01-01T00:00Z")
    assert "until 2099-01-01" in browser.get("/dashboard").words
    save(browser, link, pause_until="")
    assert (now(browser, link).status, now(browser, link).pause_until_ms) == ("paused", None)
    save(browser, link, status="active")
    assert now(browser, link).state(now_ms()) == "active"


def test_a_link_is_paused_and_resumed_from_the_list_as_it_was_filtered(browser: Browser) -> None:
    link = seed(browser, "spring")
    sent = {"from": "/dashboard?search=spring&status=active&evil=1"}
    paused = browser.post(path_of(link, "/pause"), sent)
    assert paused.location == "/dashboard?search=spring&status=active&said=link-paused"
    assert now(browser, link).status == "paused"
    resumed = browser.post(path_of(link, "/resume"))
    assert resumed.location == f"{path_of(link)}?said=link-resumed"
    assert now(browser, link).status == "active"


@pytest.mark.parametrize(
    "sent", ["https://evil.example/dashboard", "//evil.example/dashboard", "/sign-out", "/dashboard/x", "//["]
)
def test_a_form_leads_nowhere_else(browser: Browser, sent: str) -> None:
    link = seed(browser)
    assert browser.post(path_of(link, "/pause"), {"from": sent}).location.startswith(path_of(link))


def test_a_draft_is_published(browser: Browser) -> None:
    link = seed(browser, status="draft")
    assert "Publish" in browser.get("/dashboard").words
    browser.post(path_of(link, "/resume"))
    assert now(browser, link).status == "active"


def test_an_archived_link_is_out_of_the_list_and_its_numbers_stay(browser: Browser) -> None:
    link = seed(browser, "spring")
    assert browser.post(path_of(link, "/archive")).location == "/dashboard?said=link-archived"
    assert now(browser, link).status == DELETED
    assert named(browser.get("/dashboard")) == []
    for method, rest in (("GET", "/edit"), ("POST", "/edit"), ("POST", "/pause"), ("POST", "/archive")):
        asked = browser.get if method == "GET" else browser.post
        assert asked(path_of(link, rest)).status == 404


def test_a_link_is_erased_once_its_slug_is_typed(browser: Browser) -> None:
    link = seed(browser, "spring")
    refused = browser.post(path_of(link, "/erase"), {"slug": "sprin"})
    assert (refused.status, "Must be spring, and nothing is erased." in refused.words) == (400, True)
    assert now(browser, link) == link
    assert browser.post(path_of(link, "/erase"), {"slug": "spring"}).location == "/dashboard?said=link-erased"
    with pytest.raises(NotFound):
        now(browser, link)


@pytest.mark.parametrize("rest", ["/edit", "/pause", "/resume", "/archive", "/erase"])
def test_links_of_others_are_not_there(browser: Browser, rest: str) -> None:
    other = new_browser("Other")
    theirs = seed(other, "theirs")
    assert browser.post(path_of(theirs, rest), {"slug": "theirs", "destination": "https://evil.example/"}).status == 404
    assert browser.get(path_of(theirs, "/edit")).status == 404
    assert now(other, theirs) == theirs


def test_a_form_of_another_site_changes_nothing(browser: Browser) -> None:
    link = seed(browser)
    assert browser.post(path_of(link, "/archive"), Origin="https://evil.example").status == 403
    assert now(browser, link) == link
