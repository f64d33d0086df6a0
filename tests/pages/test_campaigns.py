"""Campaigns, as somebody makes, reads, changes and deletes them."""

import re

import pytest

from chalicelib import ids
from chalicelib.core.campaigns import Campaign
from chalicelib.core.days import day_of, iso_day
from chalicelib.core.links import Link
from chalicelib.services import assignments, campaigns, clients, counting, links
from chalicelib.services.campaigns import Edit
from tests.pages.browsing import Browser, new_browser
from tests.services.account import Account
from tests.world import World, now_ms

LIST = "/dashboard/campaigns"
HOSTILE = "<img src=x onerror=alert(1)>"


def link(browser: Browser, label: str, campaign: int = 0) -> Link:
    assert browser.caller
    made = links.seed(browser.caller, links.NewLink("https://example.com/secret-place", (), label=label), now_ms())
    assignments.assign(browser.caller, str(made.number), {"campaign": campaign}, now_ms())
    return links.get(browser.caller, str(made.number))


def campaign(browser: Browser, name: str = "Spring", **more: object) -> Campaign:
    assert browser.caller
    return campaigns.create(browser.caller, Edit(name, **more), now_ms())  # type: ignore[arg-type]


def scan(browser: Browser, of: Link, times: int) -> None:
    assert browser.caller
    for n in range(times):
        Account(browser.caller, of).scan(now_ms() - 1000 - n, address=f"a{n}")


def at(found: Campaign) -> str:
    return f"{LIST}/{ids.spell('camp', found.number)}"


def known(browser: Browser) -> list[Campaign]:
    assert browser.caller
    return list(assignments.everything(browser.caller).campaigns.values())


def test_without_campaigns_there_is_the_way_to_the_first(browser: Browser) -> None:
    assert "Create your first campaign" in browser.get(LIST).words


def test_a_campaign_is_made_and_its_links_are_chosen_next(browser: Browser) -> None:
    assert browser.caller
    client = clients.create(browser.caller, clients.Edit("Harbour"), now_ms())
    form = {
        "name": "Spring",
        "description": "Table cards\r\nand posters",
        "client": str(client.number),
        "first_day": "2026-03-01",
        "last_day": "2026-05-31",
    }
    led = browser.post(LIST, form)
    (made,) = known(browser)
    assert led.location == f"{at(made)}/links?said=campaign-made"
    assert (made.name, made.client, made.description) == ("Spring", client.number, "Table cards\nand posters")
    assert (iso_day(made.first_day), iso_day(made.last_day)) == ("2026-03-01", "2026-05-31")
    words = browser.get(LIST).words
    assert all(each in words for each in ("Spring", "Harbour", "1 Mar 2026 to 31 May 2026"))


def test_its_page_adds_up_its_links_and_ranks_them_with_the_share_of_each(browser: Browser) -> None:
    made = campaign(browser)
    more, less, other = link(browser, "More", made.number), link(browser, "Less", made.number), link(browser, "Other")
    for of, times in ((more, 3), (less, 1), (other, 5)):
        scan(browser, of, times)
    words = browser.get(at(made)).words
    assert "Total scans 4" in words
    assert re.search(r"More 3 75% Less 1 25%", words)
    assert "Other 5" not in words
    assert "Spring – – 2 4" in browser.get(LIST).words


def test_a_campaign_without_links_says_what_to_do(browser: Browser) -> None:
    assert "Choose the links whose numbers shall be added up" in browser.get(at(campaign(browser))).words


def test_links_are_chosen_and_taken_out_and_others_stay(browser: Browser) -> None:
    assert browser.caller
    made = campaign(browser)
    inside, stays, added = link(browser, "In", made.number), link(browser, "Stays", made.number), link(browser, "New")
    shown = browser.get(f"{at(made)}/links")
    assert shown.text.count(" checked") == 2
    spelled = {it.number: ids.spell("dc", it.number) for it in (inside, stays, added)}
    form = {
        "was": [spelled[inside.number], spelled[stays.number]],
        "links": [spelled[stays.number], spelled[added.number]],
    }
    assert browser.post(f"{at(made)}/links", form).location == f"{at(made)}?said=links-chosen"
    now = {number: links.get(browser.caller, text).campaign for number, text in spelled.items()}
    assert now == {inside.number: 0, stays.number: made.number, added.number: made.number}
    again = {"was": form["links"], "links": form["links"]}
    assert browser.post(f"{at(made)}/links", again).location == f"{at(made)}?said=links-unchanged"


def test_what_somebody_else_did_since_the_form_was_drawn_stays(browser: Browser) -> None:
    assert browser.caller
    made, elsewhere = campaign(browser), campaign(browser, "Other")
    moved, came = link(browser, "Moved", elsewhere.number), link(browser, "Came", made.number)
    browser.post(f"{at(made)}/links", {"was": [ids.spell("dc", moved.number)]})
    assert links.get(browser.caller, str(moved.number)).campaign == elsewhere.number
    assert links.get(browser.caller, str(came.number)).campaign == made.number


def test_links_are_searched_for(browser: Browser) -> None:
    made = campaign(browser)
    link(browser, "Poster"), link(browser, "Flyer")
    words = browser.get(f"{at(made)}/links?q=post").words
    assert ("Poster" in words, "Flyer" in words) == (True, False)
    assert "No link's name" in browser.get(f"{at(made)}/links?q=nothing").words


def test_a_campaign_is_changed_and_a_day_can_be_taken_away(browser: Browser) -> None:
    made = campaign(browser, days=(20_000, 20_010), description="Old")
    assert 'value="2024-10-04"' in browser.get(f"{at(made)}/edit").text
    led = browser.post(at(made), {"name": "Summer", "first_day": "2024-10-04"})
    assert led.location == f"{at(made)}?said=campaign-changed"
    (now,) = known(browser)
    assert (now.name, now.description, now.first_day, now.last_day) == ("Summer", "", 20_000, 0)


def test_its_own_days_are_a_click_away(browser: Browser) -> None:
    today = day_of(now_ms())
    made = campaign(browser, days=(today - 5, today + 5))
    link(browser, "In", made.number)
    path = f"{at(made)}?range=custom&from={iso_day(today - 5)}&to={iso_day(today)}"
    assert path.replace("&", "&amp;") in browser.get(at(made)).text
    assert browser.get(path).status == 200


def test_deleting_a_campaign_leaves_its_links(browser: Browser) -> None:
    assert browser.caller
    made = campaign(browser)
    inside = link(browser, "In", made.number)
    assert browser.post(f"{at(made)}/delete").location == f"{LIST}?said=campaign-deleted"
    assert known(browser) == []
    assert links.get(browser.caller, str(inside.number)).label == "In"
    assert browser.get(at(made)).status == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": ""}, "Must be 1 to 200 printable characters."),
        ({"name": "A", "description": "x" * 1001}, "Must be 0 to 1000 printable characters."),
        ({"name": "A", "client": "77"}, "There is no such client."),
        ({"name": "A", "first_day": "soon"}, "Must be a date such as 2026-01-31."),
        ({"name": "A", "first_day": "2026-02-01", "last_day": "2026-01-01"}, "Must not be before the first one."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_beside_its_field_with_what_was_typed(
    browser: Browser, form: dict[str, str], said: str
) -> None:
    made = campaign(browser)
    for path in (LIST, at(made)):
        seen = browser.post(path, form)
        assert (seen.status, said in seen.words) == (400, True)
        assert all(value in seen.text for name, value in form.items() if name != "client")
    assert known(browser) == [made]


def test_campaigns_and_links_of_another_organization_are_not_there(browser: Browser) -> None:
    other = new_browser("Other")
    theirs, mine = campaign(other), campaign(browser)
    for path in ("", "/edit", "/links", "/export", "/shares"):
        assert browser.get(at(theirs) + path).status == 404
    for path in ("", "/delete", "/links", "/shares"):
        assert browser.post(at(theirs) + path, {"name": "Mine"}).status == 404
    foreign = ids.spell("dc", link(other, "Theirs").number)
    assert browser.post(f"{at(mine)}/links", {"links": foreign}).status == 400
    assert browser.post(f"{at(mine)}/links", {"was": foreign}).status == 404


def test_hostile_names_are_shown_as_they_are(browser: Browser) -> None:
    assert browser.caller
    client = clients.create(browser.caller, clients.Edit(HOSTILE), now_ms())
    made = campaign(browser, HOSTILE, description=HOSTILE, client=client.number)
    link(browser, HOSTILE, made.number)
    for path in (LIST, at(made), f"{at(made)}/edit", f"{at(made)}/links", f"{at(made)}/shares"):
        text = browser.get(path).text
        assert "<img" not in text
        assert "&lt;img src=x" in text


def test_the_figures_are_files_too_and_no_name_is_a_formula(browser: Browser) -> None:
    made = campaign(browser, "Spring/2026")
    scan(browser, link(browser, "=1+1", made.number), 2)
    by_link, by_day = (browser.get(f"{at(made)}/export?by={by}&range=7d") for by in ("links", "days"))
    assert by_link.headers["content-type"].startswith("text/csv")
    assert by_link.text.splitlines()[0] == "link,slug,total_scans"
    assert re.fullmatch(r"'=1\+1,\w+,2", by_link.text.splitlines()[1])
    assert by_day.text.splitlines()[-1] == f"{iso_day(day_of(now_ms()))},2,2"
    assert "-by-link.csv" in by_link.headers["content-disposition"]


def test_a_large_campaign_is_ranked_in_parts(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.pages.ranked.FIRST", 1)
    monkeypatch.setattr("chalicelib.pages.ranked.MOST", 2)
    made = campaign(browser)
    for name, times in (("A", 3), ("B", 2), ("C", 1)):
        scan(browser, link(browser, name, made.number), times)
    counting.settle_images(world.items("scans"))
    words = browser.get(at(made)).words
    assert "1 more Links, further" in words
    assert "1 more with fewer scans are in the export." in words
