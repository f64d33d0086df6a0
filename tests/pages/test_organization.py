"""Usage and integrity."""

import pytest

from chalicelib.core.days import day_of, month_of
from chalicelib.core.integrity import EXPIRED, Drift, Report
from chalicelib.core.plans import Meter
from chalicelib.services import accounts
from chalicelib.store import reports
from chalicelib.store.creates import UsageItem
from chalicelib.store.transactions import Transaction
from tests.pages.browsing import Browser, signed_in
from tests.world import World, now_ms


def reported(browser: Browser, days_ago: int, **found: object) -> None:
    """A night's report."""
    assert browser.caller
    write = Transaction()
    report = Report(day_of(now_ms()) - days_ago, now_ms(), links=3, scans=1_234, **found)  # type: ignore[arg-type]
    reports.put(write, browser.caller.organization.number, report)
    assert not write.commit()


def made(organization: int, codes: int) -> None:
    """Let a meter of this month stand there, without making as many."""
    UsageItem(str(organization), f"usage#{month_of(now_ms())}#{Meter.QR_GENERATED}", created=codes).save()


def test_before_the_first_night_it_says_when_there_will_be_a_report(browser: Browser) -> None:
    assert "No night has passed yet" in browser.get("/dashboard/integrity").words


def test_numbers_that_held_every_night_are_said_to_hold(browser: Browser) -> None:
    for days_ago in (1, 2, 3):
        reported(browser, days_ago)
    words = browser.get("/dashboard/integrity").words
    assert "The numbers hold" in words
    assert "3 days were recounted" in words
    assert "Every number of 1,234 scans was right" in words


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"repaired": Drift(2, 1, 4)}, "3 items differed, and were repaired"),
        ({"repaired": Drift(2, 1, 4), "left": Drift(1)}, "1 items differ, and could not be repaired"),
        ({"unchecked": 2}, "2 links changed all the while and could not be compared"),
    ],
    ids=["repaired", "left", "unchecked"],
)
def test_a_night_that_was_not_right_is_named(browser: Browser, found: dict[str, object], said: str) -> None:
    reported(browser, 1)
    reported(browser, 2, **found)
    words = browser.get("/dashboard/integrity").words
    assert "1 of 2 recounted days were right" in words
    assert said in words


def test_a_day_whose_scans_are_gone_is_no_day_that_was_checked(browser: Browser) -> None:
    reported(browser, 1, skipped=EXPIRED)
    words = browser.get("/dashboard/integrity").words
    assert "No night has passed yet" in words
    assert "its raw scans are gone" in words


def test_usage_is_shown_against_the_plan(world: World) -> None:
    organization, owner = accounts.create_organization("Acme", "a@example.com", now_ms(), "free")
    made(organization.number, 25)
    words = signed_in(organization.number, owner.number).get("/dashboard/usage").words
    assert "25 of 25" in words
    assert "All of them are used" in words


def test_what_goes_beyond_a_plan_has_its_price(world: World) -> None:
    organization, owner = accounts.create_organization("Acme", "a@example.com", now_ms(), "developer")
    made(organization.number, 1_010)
    words = signed_in(organization.number, owner.number).get("/dashboard/usage").words
    assert "10 beyond what is included: 0.50 US dollars" in words


def test_a_plan_without_limits_has_none(browser: Browser) -> None:
    assert "Without a limit." in browser.get("/dashboard/usage").words
