"""API keys, as somebody makes and ends them."""

import re

import pytest

from chalicelib import ids
from chalicelib.services import accounts, keys, members
from chalicelib.services.keys import NewKey
from chalicelib.services.members import NewMember
from tests.pages.browsing import Browser, new_browser, signed_in
from tests.world import now_ms


def made(browser: Browser, **fields: str) -> str:
    """The text of a new key."""
    form = {"name": "Kiosk", "prefix": "qz_live_", "scopes": ["qr:read", "analytics:read"], **fields}
    seen = browser.post("/dashboard/keys", form)
    assert seen.status == 200, seen.words
    found = re.search(r'data-copy="([^"]+)"', seen.text)
    assert found
    return found[1]


def path_of(browser: Browser) -> str:
    """The page of the newest key."""
    assert browser.caller
    newest = keys.page(browser.caller, now_ms(), 1).keys[0]
    return f"/dashboard/keys/{ids.spell('key', newest.number)}"


def test_a_new_key_is_shown_this_once_and_works(browser: Browser) -> None:
    text = made(browser)
    assert accounts.authenticate(text).scopes == {"qr:read", "analytics:read"}
    listed = browser.get("/dashboard/keys")
    assert text not in listed.text
    assert "Kiosk" in listed.words
    assert "analytics:read, qr:read" in listed.words


def test_a_key_for_a_client_of_another_service_begins_as_it_expects(browser: Browser) -> None:
    assert made(browser, prefix="snd_live_").startswith("snd_live_")


def test_a_key_ends_when_it_was_said_to(browser: Browser) -> None:
    made(browser, days="30")
    assert browser.caller
    expires_ms = keys.page(browser.caller, now_ms(), 1).keys[0].expires_ms
    assert expires_ms
    assert abs(expires_ms - now_ms() - 30 * 86_400_000) < 60_000


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scopes": [""]}, "Must be one or more of"),
        ({"scopes": ["everything"]}, "Must be one or more of"),
        ({"prefix": "Ü"}, "Must be 1 to 24 lower-case letters"),
        ({"days": "soon"}, "Must be a whole number."),
        ({"days": "0"}, "Must be 1 to 3660."),
        ({"days": "999999999999999"}, "Must be 1 to 3660."),
        ({"name": "a\x00b"}, "Must be 0 to 200 printable characters."),
    ],
    ids=lambda it: str(it),
)
def test_what_cannot_be_is_said_beside_its_field_and_makes_nothing(
    browser: Browser, fields: dict[str, str], said: str
) -> None:
    seen = browser.post("/dashboard/keys", {"name": "Kiosk", "prefix": "qz_live_", "scopes": ["qr:read"], **fields})
    assert (seen.status, said in seen.words) == (400, True)
    assert browser.caller
    assert keys.page(browser.caller, now_ms(), 1).keys == []


def test_scopes_are_changed(browser: Browser) -> None:
    text = made(browser)
    seen = browser.post(path_of(browser), {"name": "Lobby", "scopes": "qr:read"})
    assert seen.location == "/dashboard/keys?said=key-changed"
    assert accounts.authenticate(text).scopes == {"qr:read"}


def test_a_key_that_is_revoked_is_refused_and_listed_among_the_ended(browser: Browser) -> None:
    text, path = made(browser), path_of(browser)
    browser.post(f"{path}/revoke")
    with pytest.raises(Exception, match="revoked"):
        accounts.authenticate(text)
    assert "Kiosk" not in browser.get("/dashboard/keys").words
    assert "Revoked" in browser.get("/dashboard/keys?ended=1").words
    assert "Revoke" not in browser.get(path).text.split("</dl>")[1]


def test_a_key_is_replaced_by_another_while_it_goes_on(browser: Browser) -> None:
    old = made(browser)
    seen = browser.post(f"{path_of(browser)}/rotate")
    new = re.search(r'data-copy="([^"]+)"', seen.text)
    assert new
    assert accounts.authenticate(old).scopes == accounts.authenticate(new[1]).scopes


def test_keys_of_another_organization_are_not_there(browser: Browser) -> None:
    other = new_browser("Other")
    made(other)
    path = path_of(other)
    assert browser.get(path).status == 404
    assert browser.post(f"{path}/revoke").status == 404
    assert "Kiosk" not in browser.get("/dashboard/keys").words


def test_a_hostile_name_is_shown_as_it_is(browser: Browser) -> None:
    assert browser.caller
    keys.create(browser.caller, NewKey("<img src=x onerror=alert(1)>", "qz_live_"), now_ms())
    for path in ("/dashboard/keys", path_of(browser)):
        assert "&lt;img src=x onerror=alert(1)&gt;" in browser.get(path).text


def test_without_keys_there_is_the_way_to_the_first(browser: Browser) -> None:
    assert "Create your first key" in browser.get("/dashboard/keys").words


def test_keys_are_made_and_ended_by_owners_and_admins(browser: Browser) -> None:
    made(browser)
    path = path_of(browser)
    assert browser.caller
    zoe = members.add(browser.caller, NewMember("zoe@example.com", "Zoe"), now_ms())
    member = signed_in(zoe.organization, zoe.number)
    asked = [member.get("/dashboard/keys/new"), *(member.post(f"{path}{act}") for act in ("", "/rotate", "/revoke"))]
    assert {seen.status for seen in [*asked, member.post("/dashboard/keys", {"scopes": "qr:read"})]} == {403}
    assert "Kiosk" in member.get("/dashboard/keys").words
    assert "<form" not in member.get(path).text
    assert len(keys.page(browser.caller, now_ms(), 5).keys) == 1
