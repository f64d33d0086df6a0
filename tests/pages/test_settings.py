"""The organization and its members."""

import pytest

from chalicelib import ids
from chalicelib.services import accounts, members, threshold_lists
from chalicelib.services.members import NewMember
from tests.pages.browsing import Browser, new_browser, signed_in
from tests.world import now_ms


def added(browser: Browser, role: str = "member") -> int:
    assert browser.caller
    return members.add(browser.caller, NewMember("zoe@example.com", "Zoë", role), now_ms()).number


def at(member: int) -> str:
    return f"/dashboard/settings/members/{ids.spell('usr', member)}"


def test_the_organization_is_renamed(browser: Browser) -> None:
    assert browser.post("/dashboard/settings/name", {"name": "Café <b>"}).status == 303
    assert browser.caller
    assert accounts.organization(browser.caller).name == "Café <b>"
    assert "Café &lt;b&gt;" in browser.get("/dashboard/settings").text


def test_raw_scans_are_kept_for_so_many_days_or_for_ever(browser: Browser) -> None:
    assert browser.caller
    for typed, kept in (("60", 60), ("", None)):
        browser.post("/dashboard/settings/retention", {"keep_days": typed})
        assert accounts.organization(browser.caller).keep_days == kept


def test_thresholds_are_the_organizations_own_or_the_default(browser: Browser) -> None:
    assert browser.caller
    browser.post("/dashboard/settings/thresholds", {"thresholds": "500, 50 1000"})
    assert threshold_lists.of_organization(browser.caller).thresholds == (50, 500, 1000)
    browser.post("/dashboard/settings/thresholds", {"thresholds": ""})
    assert not threshold_lists.of_organization(browser.caller).own


def test_a_member_is_added_and_can_sign_in(browser: Browser) -> None:
    form = {"email": "zoe@example.com", "member_name": "Zoë", "role": "member"}
    assert browser.post("/dashboard/settings/members", form).location == "/dashboard/settings?said=member-added"
    assert "zoe@example.com" in browser.get("/dashboard/settings").words


def test_a_member_who_is_removed_is_signed_out(browser: Browser) -> None:
    number = added(browser)
    assert browser.caller
    zoe = signed_in(browser.caller.organization.number, number)
    assert zoe.get("/dashboard/settings").status == 200
    browser.post(f"{at(number)}/remove")
    assert zoe.get("/dashboard/settings").location.startswith("/sign-in")


@pytest.mark.parametrize("path", ["name", "retention", "thresholds", "members"])
def test_what_is_the_organizations_own_is_changed_by_owners_and_admins(browser: Browser, path: str) -> None:
    assert browser.caller
    before = accounts.organization(browser.caller)
    zoe = signed_in(browser.caller.organization.number, added(browser))
    form = {
        "name": "Mine",
        "keep_days": "20",
        "thresholds": "5",
        "email": "n@example.com",
        "member_name": "N",
        "role": "member",
    }
    seen = zoe.post(f"/dashboard/settings/{path}", form)
    assert (seen.status, "Ask an owner or an admin" in seen.words) == (403, True)
    assert accounts.organization(browser.caller) == before
    assert "<form" not in zoe.get("/dashboard/settings").text


def test_who_governs_nobody_changes_no_roles(browser: Browser) -> None:
    number = added(browser)
    assert browser.caller
    zoe = signed_in(browser.caller.organization.number, number)
    assert zoe.post(at(number), {"new_role": "owner"}).status == 403
    assert browser.post(at(number), {"new_role": "admin"}).status == 303
    assert members.get(browser.caller, ids.spell("usr", number)).role == "admin"


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("name", {"name": ""}, "Must be 1 to 200 printable characters."),
        ("retention", {"keep_days": "soon"}, "Must be a whole number."),
        ("retention", {"keep_days": "0"}, "Must be"),
        ("thresholds", {"thresholds": "ten"}, "Must be whole numbers."),
        ("members", {"email": "nobody", "member_name": "N", "role": "member"}, "Must be an e-mail address."),
        ("members", {"email": "n@example.com", "member_name": "", "role": "member"}, "Must be 1 to 200"),
        ("members", {"email": "acme@example.com", "member_name": "N", "role": "member"}, "Is a member's already."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_with_what_was_typed(
    browser: Browser, path: str, form: dict[str, str], said: str
) -> None:
    seen = browser.post(f"/dashboard/settings/{path}", form)
    assert (seen.status, said in seen.words) == (400, True)
    for value in form.values():
        assert f'value="{value}"' in seen.text


def test_the_last_owner_stays(browser: Browser) -> None:
    assert browser.caller
    own = at(browser.caller.member)
    for seen in (browser.post(f"{own}/remove"), browser.post(own, {"new_role": "member"})):
        assert (seen.status, "is the last owner's" in seen.words) == (400, True)


def test_a_role_that_there_is_not_is_refused(browser: Browser) -> None:
    number = added(browser)
    assert "Role: must be one of" in browser.post(at(number), {"new_role": "king"}).words


def test_members_of_another_organization_are_not_there(browser: Browser) -> None:
    number = added(new_browser("Other"))
    assert browser.post(f"{at(number)}/remove").status == 404
