"""Clients and their keys, as somebody makes, reads, changes and ends them."""

import re

import pytest

from chalicelib import ids
from chalicelib.core.accounts import CLIENT_SCOPES
from chalicelib.core.campaigns import Campaign, Client
from chalicelib.errors import KeyRevoked
from chalicelib.services import accounts, assignments, callers, clients, keys, links
from chalicelib.services.clients import Edit
from chalicelib.services.keys import NewKey
from tests.pages.browsing import Browser, new_browser
from tests.pages.test_campaigns import HOSTILE, campaign, link, scan
from tests.world import now_ms

LIST = "/dashboard/clients"


def client(browser: Browser, name: str = "Harbour") -> Client:
    assert browser.caller
    return clients.create(browser.caller, Edit(name), now_ms())


def at(found: Client) -> str:
    return f"{LIST}/{ids.spell('client', found.number)}"


def known(browser: Browser) -> list[Client]:
    assert browser.caller
    return list(assignments.everything(browser.caller).clients.values())


def new_key(browser: Browser, of: Client, **form: str) -> str:
    """The text of a new key of a client."""
    seen = browser.post(f"{at(of)}/keys", {"name": "Theirs", **form})
    found = re.search(r'data-copy="([^"]+)"', seen.text)
    assert found, seen.words
    return found[1]


def test_without_clients_there_is_the_way_to_the_first(browser: Browser) -> None:
    assert "Create your first client" in browser.get(LIST).words


def test_a_client_is_made_and_its_links_are_chosen_next(browser: Browser) -> None:
    assert browser.caller
    led = browser.post(LIST, {"name": "Harbour"})
    (made,) = known(browser)
    assert led.location == f"{at(made)}/links?said=client-made"
    mine, other = link(browser, "Menu"), link(browser, "Other")
    browser.post(f"{at(made)}/links", {"links": ids.spell("dc", mine.number)})
    owners = [links.get(browser.caller, str(it.number)).client for it in (mine, other)]
    assert owners == [made.number, 0]
    browser.post(f"{at(made)}/links", {"was": ids.spell("dc", mine.number)})
    assert links.get(browser.caller, str(mine.number)).client == 0


def test_its_page_has_its_links_and_those_of_its_campaigns(browser: Browser) -> None:
    assert browser.caller
    made = client(browser)
    spring = campaign(browser, "Spring", client=made.number)
    own, inside, other = link(browser, "Own"), link(browser, "Inside", spring.number), link(browser, "Other")
    assignments.assign(browser.caller, str(own.number), {"client": made.number}, now_ms())
    for of, times in ((own, 1), (inside, 3), (other, 5)):
        scan(browser, of, times)
    words = browser.get(at(made)).words
    assert "Total scans 4" in words
    assert "Inside 3 75% Own 1 25%" in words
    assert "Spring – 1 3" in words
    assert "Harbour Active 1 2 4" in browser.get(LIST).words


def test_a_client_is_renamed_and_set_aside(browser: Browser) -> None:
    made = client(browser)
    assert browser.post(at(made), {"name": "Quay", "status": "INACTIVE"}).location == f"{at(made)}?said=client-changed"
    (now,) = known(browser)
    assert (now.name, now.status) == ("Quay", "INACTIVE")
    assert "Not active" in browser.get(LIST).words
    assert "its keys see nothing" in browser.get(f"{at(made)}/keys").words


def test_deleting_a_client_ends_its_keys_and_leaves_links_and_campaigns(browser: Browser) -> None:
    assert browser.caller
    made = client(browser)
    text = new_key(browser, made)
    spring = campaign(browser, "Spring", client=made.number)
    assert browser.post(f"{at(made)}/delete").location == f"{LIST}?said=client-deleted"
    assert known(browser) == []
    assert [it.number for it in campaigns_of(browser)] == [spring.number]
    with pytest.raises(KeyRevoked):
        accounts.authenticate(text)


def campaigns_of(browser: Browser) -> list[Campaign]:
    assert browser.caller
    return list(assignments.everything(browser.caller).campaigns.values())


def test_a_key_of_its_own_is_shown_once_and_reads_its_reports_alone(browser: Browser) -> None:
    made = client(browser)
    text = new_key(browser, made, days="30")
    caller = accounts.authenticate(text)
    assert text.startswith("smllr_live_")
    assert (caller.client, caller.scopes) == (made.number, CLIENT_SCOPES)
    listed = browser.get(f"{at(made)}/keys")
    assert text not in listed.text
    assert "Theirs" in listed.words
    assert "1 key" in browser.get(at(made)).words


def test_a_key_of_its_own_is_revoked(browser: Browser) -> None:
    assert browser.caller
    made = client(browser)
    text = new_key(browser, made)
    (key,) = keys.of_client(browser.caller, made.number, now_ms())
    led = browser.post(f"{at(made)}/keys/{ids.spell('key', key.number)}/revoke")
    assert led.location == f"{at(made)}/keys?said=key-revoked"
    with pytest.raises(KeyRevoked):
        accounts.authenticate(text)
    assert "Theirs" not in browser.get(f"{at(made)}/keys").words


def test_keys_of_the_organization_and_of_other_clients_are_none_of_a_clients(browser: Browser) -> None:
    assert browser.caller
    made, other = client(browser), client(browser, "Other")
    own = keys.create(browser.caller, NewKey("Own", "qz_live_"), now_ms()).key
    new_key(browser, other)
    (theirs,) = keys.of_client(browser.caller, other.number, now_ms())
    for key in (own, theirs):
        assert browser.post(f"{at(made)}/keys/{ids.spell('key', key.number)}/revoke").status == 404
        assert not keys.get(browser.caller, str(key.number)).ended(now_ms())
    assert "No keys yet" in browser.get(f"{at(made)}/keys").words


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("", {"name": "", "status": "ACTIVE"}, "Must be 1 to 200 printable characters."),
        ("", {"name": "A", "status": "ASLEEP"}, "Must be one of ACTIVE, INACTIVE."),
        ("/keys", {"name": "x" * 201}, "Must be 0 to 200 printable characters."),
        ("/keys", {"name": "A", "days": "soon"}, "Must be a whole number."),
        ("/keys", {"name": "A", "days": "999999999999999"}, "Must be 1 to 3660."),
        ("/keys", {"name": "A", "prefix": "Ü"}, "Must be one of smllr_live_, qz_live_."),
        ("/keys", {"name": "A", "prefix": "qz_test_"}, "Must be one of smllr_live_, qz_live_."),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_and_makes_nothing(browser: Browser, path: str, form: dict[str, str], said: str) -> None:
    assert browser.caller
    made = client(browser)
    seen = browser.post(at(made) + path, form)
    assert (seen.status, said in seen.words) == (400, True)
    assert f'value="{form["name"]}"' in seen.text
    assert known(browser) == [made]
    assert keys.of_client(browser.caller, made.number, now_ms()) == []


def test_clients_of_another_organization_are_not_there(browser: Browser) -> None:
    other = new_browser("Other")
    theirs = client(other)
    for path in ("", "/edit", "/links", "/keys", "/export", "/shares"):
        assert browser.get(at(theirs) + path).status == 404
    for path in ("", "/delete", "/links", "/keys", "/shares"):
        assert browser.post(at(theirs) + path, {"name": "Mine", "status": "ACTIVE"}).status == 404
    assert known(other) == [theirs]


def test_hostile_names_are_shown_as_they_are(browser: Browser) -> None:
    made = client(browser, HOSTILE)
    campaign(browser, HOSTILE, client=made.number)
    new_key(browser, made, name=HOSTILE)
    for path in (LIST, at(made), *(f"{at(made)}/{page}" for page in ("edit", "links", "keys", "shares"))):
        text = browser.get(path).text
        assert "<img" not in text
        assert "&lt;img src=x" in text


@pytest.fixture(autouse=True)
def _forget() -> None:
    callers._believed.clear()
