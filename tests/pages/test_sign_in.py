"""Signing in and out, as somebody sees it."""

import re
from urllib.parse import quote, urlencode, urlsplit

import pytest

from chalicelib.pages import cookies
from chalicelib.services import signing_in
from tests.pages.browsing import BASE, Browser
from tests.world import World, now_ms

NAME = cookies.session_name(BASE)


def link(browser: Browser) -> str:
    """The path of a link as the mail holds it."""
    assert browser.caller
    found = signing_in.link_for(browser.caller.organization.number, browser.caller.member, BASE, now_ms())
    return urlsplit(found).path


def test_who_is_not_signed_in_is_led_to_the_form_and_back_to_the_page(browser: Browser, stranger: Browser) -> None:
    led = stranger.get("/dashboard/account?tab=1")
    assert (led.status, led.location) == (303, "/sign-in?next=%2Fdashboard%2Faccount%3Ftab%3D1")
    assert 'value="/dashboard/account?tab=1"' in stranger.get(led.location).text
    stranger.post("/sign-in", {"email": "Acme@example.com", "next": "/dashboard/account?tab=1"})
    assert stranger.post(link(browser)).location == "/dashboard/account?tab=1"


@pytest.mark.parametrize(
    "onward", ["/dashboard/\r\nX: y", "/dashboard/\x7f", "/dashboard/a b", "/dashboard/\u00e9", "//evil"]
)
def test_an_onward_path_that_is_no_address_leads_to_the_dashboard(
    browser: Browser, stranger: Browser, onward: str
) -> None:
    assert browser.get(f"/sign-in?{urlencode({'next': onward})}").location == "/dashboard"
    stranger.post("/sign-in", {"email": "Acme@example.com", "next": onward})
    stranger.cookies[cookies.ONWARD] = quote(onward, safe="")
    seen = stranger.post(link(browser))
    assert (seen.status, seen.location, NAME in stranger.cookies) == (303, "/dashboard", True)


def test_looking_at_a_link_uses_nothing_up(browser: Browser, stranger: Browser) -> None:
    path = link(browser)
    for _ in range(3):
        assert "<h1>Sign in</h1>" in stranger.get(path).text
    assert stranger.post(path).status == 303
    assert NAME in stranger.cookies


def test_a_link_is_good_once(browser: Browser, stranger: Browser) -> None:
    path = link(browser)
    stranger.post(path)
    again = Browser().post(path)
    assert (again.status, "no longer works" in again.words) == (410, True)
    assert "no longer works" in Browser().get(path).words


def test_what_is_answered_tells_nothing_about_an_address(browser: Browser, stranger: Browser) -> None:
    known, unknown = (stranger.post("/sign-in", {"email": email}) for email in ("Acme@example.com", "Nobo@example.com"))
    assert known.status == unknown.status == 200
    assert known.text.replace("Acme", "Nobo") == unknown.text
    assert headers(known) == headers(unknown)


def headers(seen: object) -> dict[str, str]:
    return {name: value for name, value in seen.headers.items() if name != "date"}  # type: ignore[attr-defined]


def test_what_is_no_address_is_said_beside_the_field(stranger: Browser) -> None:
    seen = stranger.post("/sign-in", {"email": '"><b>nobody'})
    assert seen.status == 400
    assert "Must be an e-mail address." in seen.words
    assert "<b>" not in seen.text


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/dashboards", "javascript:alert(1)"])
def test_signing_in_leads_to_the_dashboard_and_nowhere_else(browser: Browser, stranger: Browser, onward: str) -> None:
    stranger.post("/sign-in", {"email": "Acme@example.com", "next": onward})
    assert stranger.post(link(browser)).location == "/dashboard"


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(browser: Browser, stranger: Browser) -> None:
    cookie = stranger.post(link(browser)).headers["set-cookie"]
    assert re.fullmatch(
        r"__Host-quietzone_session=[\w-]{43}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure", cookie
    )


def test_signing_out_ends_the_session_wherever_its_cookie_is(browser: Browser) -> None:
    copied = Browser(cookies=dict(browser.cookies))
    assert browser.post("/sign-out").location == "/sign-in?said=signed-out"
    assert NAME not in browser.cookies
    assert copied.post("/sign-out").location == "/sign-in"


def test_signing_out_everywhere_ends_the_sessions_of_other_devices(browser: Browser, stranger: Browser) -> None:
    stranger.post(link(browser))
    browser.post("/sign-out", {"everywhere": "1"})
    assert stranger.post("/sign-out").location == "/sign-in"
    assert stranger.get("/sign-in").status == 200


def test_a_form_of_another_site_signs_nobody_out(browser: Browser) -> None:
    seen = browser.post("/sign-out", Origin="https://evil.example")
    assert seen.status == 403
    assert NAME in browser.cookies
    assert browser.get("/sign-in").status == 303


def test_too_many_requests_for_an_address_are_told_when_to_come_back(stranger: Browser) -> None:
    seen = [stranger.post("/sign-in", {"email": "a@example.com"}) for _ in range(6)]
    assert [each.status for each in seen] == [200] * 5 + [429]
    assert int(seen[-1].headers["retry-after"]) > 0


def test_pages_let_nothing_run_that_is_not_ours_and_are_kept_by_nobody(stranger: Browser) -> None:
    got = stranger.get("/sign-in").headers
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in got["content-security-policy"]
    assert "unsafe" not in got["content-security-policy"]
    assert got["cache-control"] == "private, no-store"
    assert got["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in got


def test_a_path_that_no_page_has_is_a_page_too(stranger: Browser) -> None:
    seen = stranger.get("/dashboard/{proxy+}")
    assert seen.status == 404
    assert "There is no such page." in seen.words


def test_who_is_signed_in_goes_on_from_an_error_by_the_navigation(browser: Browser) -> None:
    for path in ("/dashboard/{proxy+}", "/dashboard/links/dc_1"):
        seen = browser.get(path)
        assert (seen.status, 'aria-label="Main"' in seen.text) == (404, True)


def test_a_bug_is_a_page_that_shows_nothing_of_it(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> bool:
        raise ValueError("secret")

    monkeypatch.setattr("chalicelib.services.signing_in.sends_mail", broken)
    seen = stranger.get("/sign-in")
    assert (seen.status, "Something went wrong" in seen.words) == (500, True)
    logged = capsys.readouterr().out
    assert "secret" not in seen.text + logged
    assert "ValueError" in logged


def test_a_script_that_is_signed_out_is_told_so_in_json(stranger: Browser) -> None:
    seen = stranger.request("POST", "/sign-out", b"", Origin=BASE, X_Scripted="1")
    assert (seen.status, seen.headers["content-type"]) == (401, "application/json")


@pytest.fixture(autouse=True)
def _mails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.services.signing_in.sends_mail", lambda: True)


def test_what_was_typed_outlives_the_session(browser: Browser, stranger: Browser) -> None:
    typed = {"destination": "https://example.com/<1>", "label": "\nSpring", "tags": ["a", "b"]}
    seen = stranger.post("/dashboard/links/new?from=list", typed)
    assert (seen.status, "You are signed out" in seen.words) == (401, True)
    assert 'action="/dashboard/links/new?from=list"' in seen.text
    kept = re.findall(r'<textarea name="(\w+)"[^>]*>\n(.*?)</textarea>', seen.text, re.DOTALL)
    assert kept == [
        ("destination", "https://example.com/&lt;1&gt;"),
        ("label", "\nSpring"),
        ("tags", "a"),
        ("tags", "b"),
    ]
    assert browser.post("/dashboard/links/new", typed).status == 303


@pytest.mark.parametrize("body", [b"", b"label=" + b"x" * 70_000], ids=["nothing", "too much"])
def test_a_form_that_cannot_be_kept_leads_to_the_sign_in(stranger: Browser, body: bytes) -> None:
    seen = stranger.request("POST", "/dashboard/links/new", body, Origin=BASE)
    assert (seen.status, seen.location) == (303, "/sign-in")
