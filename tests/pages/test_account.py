"""The person who is signed in."""

from chalicelib.services import accounts, sessions
from tests.pages.browsing import Browser, signed_in
from tests.world import now_ms


def test_the_account_says_who_is_signed_in(browser: Browser) -> None:
    seen = browser.get("/dashboard/account")
    assert seen.status == 200
    assert "Acme@example.com" in seen.words
    assert "You are here" in seen.words


def test_somebody_of_two_organizations_goes_from_one_to_the_other(browser: Browser) -> None:
    other, _ = accounts.create_organization("Other <b>", "acme@example.com", now_ms())
    seen = browser.get("/dashboard/account")
    assert "Other &lt;b&gt;" in seen.text
    switched = browser.post("/dashboard/switch", {"organization": str(other.number)})
    assert switched.location == "/dashboard?said=switched"
    assert sessions.of(next(iter(browser.cookies.values())), now_ms()).caller.organization.number == other.number


def test_nobody_goes_to_an_organization_that_they_are_no_member_of(browser: Browser) -> None:
    other, owner = accounts.create_organization("Other", "other@example.com", now_ms())
    assert signed_in(other.number, owner.number).get("/dashboard/account").status == 200
    assert browser.post("/dashboard/switch", {"organization": str(other.number)}).status == 404
