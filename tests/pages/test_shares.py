"""Shared reports, as members make and end them, and as strangers see them."""

import re

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, day_of, iso_day
from chalicelib.core.shares import CAMPAIGN, CLIENT, LINK
from chalicelib.services import assignments, clients, links, sharing
from tests.pages.browsing import BASE, Browser, Seen, new_browser
from tests.pages.test_campaigns import HOSTILE, campaign, link, scan
from tests.world import now_ms

GONE = "This address was revoked, has expired, or never was one."


def share(browser: Browser, home: str, **form: str) -> str:
    """The path of a new shared report, newest of what has that page."""
    led = browser.post(f"{home}/shares", form)
    assert led.location == f"{home}/shares?said=shared", led.words
    found = re.search(rf'data-copy="{BASE}(/report/[\w-]{{32}})"', browser.get(f"{home}/shares").text)
    assert found
    return found[1]


def of_link(browser: Browser, label: str = "Menu") -> str:
    """The page of a new link."""
    return f"/dashboard/links/{ids.spell('dc', link(browser, label).number)}"


def revoke(browser: Browser, home: str) -> Seen:
    """Revoke the newest of what is shared."""
    found = re.search(rf'action="({re.escape(home)}/shares/\w+/revoke)"', browser.get(f"{home}/shares").text)
    assert found
    return browser.post(found[1])


def test_a_link_is_shared_with_whoever_has_the_address(browser: Browser, stranger: Browser) -> None:
    made = link(browser, "Menu")
    scan(browser, made, 3)
    home = f"/dashboard/links/{ids.spell('dc', made.number)}"
    path = share(browser, home, name="For Lisbon")
    seen = stranger.get(path)
    assert seen.status == 200
    assert all(each in seen.words for each in ("Menu", "Acme shares the figures of this link", "Total scans 3"))
    assert "For Lisbon" not in seen.text
    assert "For Lisbon" in browser.get(f"{home}/shares").words


def test_the_numbers_are_those_of_the_members_own_page(browser: Browser, stranger: Browser) -> None:
    made = link(browser, "Menu")
    scan(browser, made, 3)
    home = f"/dashboard/links/{ids.spell('dc', made.number)}"
    path = share(browser, home)
    for query in ("", "?range=7d", f"?range=custom&from={iso_day(day_of(now_ms()) - 2)}&to=2099-01-01"):
        mine, theirs = (who.get(f"{at}{query}").text for who, at in ((browser, home), (stranger, path)))
        blocks = [
            re.findall(r'<dl class="headline".*?</dl>|id="chart-figures".*?</script>', it, re.S)
            for it in (mine, theirs)
        ]
        assert len(blocks[0]) == 2
        assert blocks[0] == blocks[1]


def test_a_report_lets_nobody_see_or_change_more(browser: Browser, stranger: Browser) -> None:
    made = campaign(browser, description="our own notes")
    inside, outside = link(browser, "Inside", made.number), link(browser, "Outside")
    scan(browser, inside, 2)
    scan(browser, outside, 2)
    home = f"/dashboard/campaigns/{ids.spell('camp', made.number)}"
    seen = stranger.get(share(browser, home))
    assert "Inside 2 100%" in seen.words
    for kept in ("Outside", "secret-place", "our own notes", "/dashboard/links", "Acme@example.com", "dc_", "camp_"):
        assert kept not in seen.text
    assert re.findall(r'method="(\w+)"', seen.text) == ["get"]


def test_a_report_is_kept_by_nobody_and_its_address_told_to_nobody(browser: Browser, stranger: Browser) -> None:
    path = share(browser, of_link(browser))
    for at in (path, "/report/unknown"):
        got = stranger.get(at).headers
        assert (got["referrer-policy"], got["x-robots-tag"]) == ("no-referrer", "noindex")
        assert got["cache-control"] == "private, no-store"
        assert "set-cookie" not in got
    assert "data-keeps-nothing" in stranger.get(path).text
    assert "set-cookie" not in stranger.get(f"{path}?zone=Europe/Berlin").headers
    assert stranger.cookies == {}


@pytest.mark.parametrize("kind", [LINK, CAMPAIGN, CLIENT])
def test_what_is_revoked_is_over_at_once_and_looks_as_if_it_never_was(
    browser: Browser, stranger: Browser, kind: str
) -> None:
    assert browser.caller
    home = {
        LINK: lambda: of_link(browser),
        CAMPAIGN: lambda: f"/dashboard/campaigns/{ids.spell('camp', campaign(browser).number)}",
        CLIENT: lambda: f"/dashboard/clients/{ids.spell('client', client(browser))}",
    }[kind]()
    path = share(browser, home)
    assert stranger.get(path).status == 200
    assert revoke(browser, home).location == f"{home}/shares?said=share-revoked"
    gone, never = stranger.get(path), stranger.get("/report/never-was")
    assert (gone.status, GONE in gone.words) == (404, True)
    assert gone.text == never.text
    assert "Nothing is shared" in browser.get(f"{home}/shares").words


def client(browser: Browser) -> int:
    assert browser.caller
    return clients.create(browser.caller, clients.Edit("Harbour"), now_ms()).number


def test_an_address_ends_by_the_clock(browser: Browser, stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    home = of_link(browser)
    path = share(browser, home, days="7")
    for days, status in ((6, 200), (8, 404)):
        monkeypatch.setattr("chalicelib.pages.http.now_ms", lambda days=days: now_ms() + days * DAY_MS)
        assert stranger.get(path).status == status
    words = browser.get(f"{home}/shares").words
    assert "Expired" in words
    assert path not in browser.get(f"{home}/shares").text


def test_it_opens_by_the_clocks_of_whoever_shared_it(browser: Browser, stranger: Browser) -> None:
    browser.cookies["zone"] = "Asia%2FTokyo"
    path = share(browser, of_link(browser))
    stranger.cookies["zone"] = "America%2FLima"
    for query, zone in (("", "Asia/Tokyo"), ("?zone=Europe/Rome", "Europe/Rome"), ("?zone=Mars", "Asia/Tokyo")):
        assert f"<option selected>{zone}</option>" in stranger.get(f"{path}{query}").text


@pytest.mark.parametrize(
    "query",
    ["from=2020-01-01&to=2026-01-01&range=custom", "range=ever", "zone=Mars", "range=custom&from=soon&to=2026-01-01"],
)
def test_a_range_that_cannot_be_is_said_and_the_report_still_shown(
    browser: Browser, stranger: Browser, query: str
) -> None:
    seen = stranger.get(f"{share(browser, of_link(browser))}?{query}")
    assert seen.status == 400
    assert 'role="alert"' in seen.text
    assert "Total scans" in seen.words


def test_a_client_sees_all_its_links_in_one_report_while_it_is_active(browser: Browser, stranger: Browser) -> None:
    assert browser.caller
    number = client(browser)
    own, inside = link(browser, "Own"), link(browser, "Inside", campaign(browser, client=number).number)
    assignments.assign(browser.caller, str(own.number), {"client": number}, now_ms())
    scan(browser, own, 1)
    scan(browser, inside, 1)
    path = share(browser, f"/dashboard/clients/{ids.spell('client', number)}")
    assert "Inside 1 50%" in stranger.get(path).words
    clients.edit(browser.caller, str(number), clients.Edit(status="INACTIVE"), now_ms())
    assert stranger.get(path).status == 404


def test_a_link_that_is_deleted_is_shown_no_more(browser: Browser, stranger: Browser) -> None:
    assert browser.caller
    home = of_link(browser)
    path = share(browser, home)
    links.delete(browser.caller, home.rpartition("/")[2], now_ms())
    assert stranger.get(path).status == 404


def test_what_another_organization_shares_is_not_there(browser: Browser) -> None:
    other = new_browser("Other")
    home, mine = of_link(other), of_link(browser)
    path = share(other, home)
    assert browser.get(f"{home}/shares").status == 404
    assert browser.post(f"{home}/shares", {"name": "Mine"}).status == 404
    number = sharing.opened(path.rpartition("/")[2], now_ms()).share.number
    for at in (home, mine):
        assert browser.post(f"{at}/shares/{ids.spell('share', number)}/revoke").status == 404
    assert browser.get(path).status == 200


def test_only_members_share_and_revoke(browser: Browser, stranger: Browser) -> None:
    home = of_link(browser)
    assert stranger.post(f"{home}/shares").location.startswith("/sign-in")
    assert stranger.get(f"{home}/shares").location.startswith("/sign-in")
    path = share(browser, home)
    assert stranger.post(path).status in (403, 404, 405)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "x" * 201}, "Must be 0 to 200 printable characters."),
        ({"name": "A", "days": "soon"}, "Must be a whole number."),
        ({"name": "A", "days": "0"}, "Must be 1 to 3660."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_beside_its_field_with_what_was_typed(
    browser: Browser, form: dict[str, str], said: str
) -> None:
    home = of_link(browser)
    seen = browser.post(f"{home}/shares", form)
    assert (seen.status, said in seen.words) == (400, True)
    assert f'value="{form["name"]}"' in seen.text
    assert "Nothing is shared" in browser.get(f"{home}/shares").words


def test_hostile_names_are_shown_as_they_are(browser: Browser, stranger: Browser) -> None:
    made = campaign(browser, HOSTILE)
    link(browser, HOSTILE, made.number)
    home = f"/dashboard/campaigns/{ids.spell('camp', made.number)}"
    path = share(browser, home, name=HOSTILE)
    for text in (browser.get(f"{home}/shares").text, stranger.get(path).text):
        assert "<img" not in text
        assert "&lt;img src=x" in text


def test_a_report_without_scans_says_so(browser: Browser, stranger: Browser) -> None:
    assert "No scans yet" in stranger.get(share(browser, of_link(browser))).words
