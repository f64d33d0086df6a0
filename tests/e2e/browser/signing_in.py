"""Signing in as a person does it: by the link in a mail, which the door shows."""

import time
from typing import Final

from playwright.sync_api import Locator, Page, expect

from infra.seed import OWNER_EMAIL

MAIL_SECONDS: Final = 30


def sign_in(page: Page, email: str = OWNER_EMAIL) -> None:
    """Go on from the page that asks who one is: ask for a link, read the mail in another tab, and press the button.

    That tab is the one that is signed in then, and `page` with it at its next address.
    """
    mailbox = page.context.new_page()
    mailbox.goto("/mail")
    before = _links(mailbox, email).count()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    deadline = time.monotonic() + MAIL_SECONDS
    while _links(mailbox, email).count() <= before:
        assert time.monotonic() < deadline, "no mail came"
        mailbox.get_by_role("link", name="Look again").click()
        mailbox.wait_for_timeout(100)
    _links(mailbox, email).first.click()
    expect(mailbox.get_by_role("heading", name="Sign in")).to_be_visible()
    mailbox.get_by_role("button", name="Sign in").click()
    mailbox.wait_for_url("**/dashboard**")
    mailbox.close()


def _links(mailbox: Page, email: str) -> Locator:
    """The links in the mails to somebody, newest first."""
    return mailbox.get_by_role("article").filter(has_text=f"To {email},").get_by_role("link", name="/sign-in/")
