"""Summaries, as somebody makes, changes, sends and ends them."""

from collections.abc import Sequence

import pytest

from chalicelib import ids
from chalicelib.core.summaries import CAMPAIGN, LINK, ORGANIZATION, Schedule, Subscription
from chalicelib.pages import cookies
from chalicelib.services import campaigns, links, receivers, subjects, subscriptions
from chalicelib.services.subscriptions import NewSubscription
from chalicelib.store import secrets
from tests.pages.browsing import Browser, new_browser
from tests.pages.hooks import ESCAPED, HOSTILE, caller, link
from tests.posted import Posted
from tests.services.subscribed import URL
from tests.world import now_ms


def fields(**given: str | Sequence[str]) -> dict[str, str | Sequence[str]]:
    """The form of a summary as a browser sends it."""
    schedule = {"frequency": "daily", "weekday": "0", "hour": "9", "time_zone": "Europe/London"}
    return {"url": URL, "name": "Marketing", "about": "organization", **schedule, "thresholds": ["", "1"], **given}


def made(browser: Browser, scope: str = ORGANIZATION, of: str | None = None, name: str = "") -> Subscription:
    """A summary of theirs."""
    new = NewSubscription(URL, (), "https://qz.example", scope, of, name=name)
    return subscriptions.create(caller(browser), new, now_ms()).subscription


def at(subscription: Subscription) -> str:
    return f"/dashboard/summaries/{ids.spell('sum', subscription.number)}"


def everything(browser: Browser) -> list[Subscription]:
    return [shown.subscription for shown in subscriptions.everything(caller(browser))]


def test_without_summaries_there_is_the_way_to_the_first(browser: Browser) -> None:
    assert "Create your first summary" in browser.get("/dashboard/summaries").words


def test_a_summary_is_made_and_its_url_never_shown_again(browser: Browser) -> None:
    weekly = fields(frequency="weekly", weekday="4", hour="17", time_zone="America/New_York")
    seen = browser.post("/dashboard/summaries", weekly)
    [it] = everything(browser)
    assert seen.location == f"{at(it)}?said=summary-made"
    assert it.schedule == Schedule("weekly", 17, 4, "America/New_York")
    assert (it.name, it.scope, it.thresholds) == ("Marketing", ORGANIZATION, True)
    assert secrets.read([it.secrets[0].name])[it.secrets[0].name] == URL
    for path in ("/dashboard/summaries", at(it), f"{at(it)}/edit"):
        assert "T000" not in browser.get(path).text
    words = browser.get("/dashboard/summaries").words
    assert "Marketing All links Well Fridays at 17:00, America/New York" in words
    assert "hooks.slack.com/…Xyz9" in words


def test_the_form_knows_the_time_zone_of_the_browser(browser: Browser) -> None:
    browser.cookies[cookies.ZONE] = "Asia%2FKathmandu"
    assert '<option value="Asia/Kathmandu" selected>' in browser.get("/dashboard/summaries/new").text


def test_a_summary_is_about_a_link_or_a_campaign(browser: Browser) -> None:
    poster = link(browser)
    group = campaigns.create(caller(browser), campaigns.Edit("Spring"), now_ms())
    for about, scope, of in (
        (ids.spell("dc", poster.number), LINK, poster.number),
        (ids.spell("camp", group.number), CAMPAIGN, group.number),
    ):
        form = browser.get(f"/dashboard/summaries/new?about={about}").text
        assert f'<option value="{about}" selected>' in form
        browser.post("/dashboard/summaries", fields(about=about))
        assert (everything(browser)[0].scope, everything(browser)[0].of) == (scope, of)
    words = browser.get("/dashboard/summaries").words
    assert "Link: Spring poster" in words
    assert "Campaign: Spring" in words


def test_a_link_that_is_not_among_the_newest_is_named_by_its_id(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "MOST_LINKS", 1)
    old, _ = link(browser, "Old"), link(browser, "New")
    assert "Or another link" in browser.get("/dashboard/summaries/new").words
    browser.post("/dashboard/summaries", fields(other_link=str(old.number)))
    assert "Link: Old" in browser.get("/dashboard/summaries").words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "http://hooks.slack.com/services/T000"}, "Must be an https URL."),
        ({"name": "a\x00b"}, "Must be 0 to 200 printable characters."),
        ({"about": "dc_1"}, "There is no link with this id."),
        ({"about": "camp_1"}, "There is no campaign with this id."),
        ({"other_link": "nonsense"}, "There is no link with this id."),
        ({"frequency": "yearly"}, "Must be one of daily, weekly."),
        ({"hour": "24"}, "Must be from 0 to 23."),
        ({"hour": ""}, "Must be from 0 to 23."),
        ({"weekday": "soon"}, "Must be a whole number."),
        ({"time_zone": "Moon/Base"}, "Must be an IANA time zone"),
    ],
    ids=lambda it: str(it)[:40],
)
def test_what_cannot_be_is_said_with_what_was_typed_and_makes_nothing(
    browser: Browser, given: dict[str, str], said: str
) -> None:
    seen = browser.post("/dashboard/summaries", fields(**given))
    assert (seen.status, said in seen.words) == (400, True), seen.words
    assert 'value="Marketing"' in seen.text or "name" in given
    assert "T000" not in seen.text
    assert everything(browser) == []


def test_a_summary_is_changed_and_keeps_its_url_unless_another_is_given(browser: Browser) -> None:
    it = made(browser)
    assert browser.post(at(it), fields(url="", hour="7", thresholds=[""])).location == f"{at(it)}?said=summary-changed"
    [now] = everything(browser)
    assert (now.name, now.schedule.hour, now.thresholds, now.secrets) == ("Marketing", 7, False, it.secrets)
    browser.post(at(it), fields(url=f"{URL}Moved"))
    assert everything(browser)[0].url_hint == "hooks.slack.com/…oved"


def test_a_change_that_cannot_be_changes_nothing(browser: Browser) -> None:
    it = made(browser)
    seen = browser.post(at(it), fields(url="", hour="99"))
    assert (seen.status, 'value="Marketing"' in seen.text) == (400, True)
    assert everything(browser) == [it]


def test_a_summary_of_a_link_that_was_deleted_can_still_be_renamed(browser: Browser) -> None:
    poster = link(browser)
    it = made(browser, LINK, str(poster.number))
    links.erase(caller(browser), str(poster.number), now_ms())
    assert "Link: deleted" in browser.get("/dashboard/summaries").words
    form = browser.get(f"{at(it)}/edit")
    assert "What was deleted" in form.words
    about = ids.spell("dc", poster.number)
    assert browser.post(at(it), fields(url="", about=about, name="Old")).status == 303
    assert (everything(browser)[0].name, everything(browser)[0].of) == ("Old", poster.number)


def test_a_time_zone_that_the_form_does_not_offer_stays(browser: Browser) -> None:
    new = NewSubscription(URL, (), "https://qz.example", schedule=Schedule(time_zone="US/Eastern"))
    it = subscriptions.create(caller(browser), new, now_ms()).subscription
    assert '<option value="US/Eastern" selected>' in browser.get(f"{at(it)}/edit").text


def test_a_summary_is_paused_and_resumed(browser: Browser) -> None:
    it = made(browser)
    browser.post(f"{at(it)}/pause")
    assert "Next Not due" in browser.get(at(it)).words
    browser.post(f"{at(it)}/resume")
    assert "Well" in browser.get(at(it)).words


def test_one_that_we_disabled_says_why(browser: Browser) -> None:
    it = made(browser)
    receivers.disable(it.receiver(), "It answered 410", now_ms())
    for words in (browser.get(at(it)).words, browser.get("/dashboard/summaries").words):
        assert "Disabled" in words
        assert "It answered 410" in words


def test_a_summary_is_sent_at_once_and_the_answer_shown(browser: Browser, posted: Posted) -> None:
    it = made(browser)
    posted.answer = "ok <b>"
    seen = browser.post(f"{at(it)}/send")
    assert (seen.status, len(posted.bodies)) == (200, 1)
    assert "It was sent Delivered It answered 200, after 84 ms." in seen.words
    assert "ok &lt;b&gt;" in seen.text


def test_a_summary_that_is_not_taken_says_why(browser: Browser, posted: Posted) -> None:
    posted.status, posted.reason, posted.answer = 404, "It answered 404", "no_service"
    words = browser.post(f"{at(made(browser))}/send").words
    assert "It was not taken Failed It answered 404, after 84 ms. no_service" in words


def test_a_summary_is_deleted(browser: Browser) -> None:
    it = made(browser)
    assert "data-confirm" in browser.get(at(it)).text
    assert browser.post(f"{at(it)}/delete").location == "/dashboard/summaries?said=summary-deleted"
    assert (everything(browser), browser.get(at(it)).status) == ([], 404)


def test_summaries_of_another_organization_are_not_there(browser: Browser) -> None:
    path = at(made(new_browser("Other")))
    for each in ("", "/edit"):
        assert browser.get(path + each).status == 404
    for each in ("", "/pause", "/resume", "/send", "/delete"):
        assert browser.post(path + each, fields()).status == 404


def test_hostile_texts_are_shown_as_they_are(browser: Browser) -> None:
    poster = link(browser, HOSTILE)
    it = made(browser, LINK, str(poster.number), HOSTILE)
    for path in ("/dashboard/summaries", at(it), f"{at(it)}/edit"):
        text = browser.get(path).text
        assert (ESCAPED in text, HOSTILE in text) == (True, False), path
