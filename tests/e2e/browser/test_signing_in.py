"""Signing in and out, as a person sees it."""

from playwright.sync_api import Page, expect

from chalicelib.pages import cookies
from infra.local import LocalStack
from tests.e2e.browser.sessions import found, let_in
from tests.e2e.browser.signing_in import sign_in


def test_who_is_not_signed_in_gets_where_they_wanted_by_a_link_in_a_mail(page: Page, stack: LocalStack) -> None:
    page.goto("/dashboard/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(page)
    page.goto("/sign-in")
    expect(page).to_have_url(f"{stack.url}/dashboard")
    page.goto("/dashboard/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_no_script_reads_the_session(owner_page: Page, stack: LocalStack) -> None:
    owner_page.goto("/dashboard/account")
    assert cookies.session_name(stack.url) not in owner_page.evaluate("document.cookie")


def test_who_signs_out_is_out_in_every_tab_and_first_asked_when_it_is_everywhere(page: Page, stack: LocalStack) -> None:
    owner = found(stack, "Somebody who leaves")
    ways = {
        "Sign out": ("You are signed out.", owner.session),
        "Sign out everywhere": ("on every device", owner.another),
    }
    for button, (said, text) in ways.items():
        let_in(page.context, stack, text)
        another = page.context.new_page()
        for each in (page, another):
            each.goto("/dashboard/account")
        page.get_by_role("button", name=button, exact=True).click()
        if button == "Sign out everywhere":
            page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
            expect(page.get_by_role("alertdialog")).to_have_count(0)
            page.get_by_role("button", name=button).click()
            page.get_by_role("alertdialog").get_by_role("button", name=button).click()
        expect(page.get_by_role("status")).to_contain_text(said)
        another.reload()
        expect(another.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_light_and_dark_are_chosen_and_kept(owner_page: Page) -> None:
    page = owner_page
    page.goto("/dashboard/account")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
