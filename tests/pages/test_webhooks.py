"""Webhooks, as somebody makes, changes and ends them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.breaker import Failure, Health
from chalicelib.core.endpoints import FORMATS, Endpoint, Filters
from chalicelib.core.events import TYPES
from chalicelib.pages import webhook_forms
from chalicelib.services import campaigns, receivers, subjects, webhooks
from chalicelib.services.webhook_filters import FilterIds
from chalicelib.services.webhooks import Edit, NewEndpoint
from chalicelib.store import endpoints, health
from chalicelib.store import secrets as stored_secrets
from chalicelib.store.versions import Held
from tests.pages.browsing import Browser, new_browser
from tests.pages.hooks import ESCAPED, HOSTILE, at, caller, copied, everything, fields, hook, link
from tests.world import now_ms


def fares(browser: Browser, **known: Any) -> str:
    """What the page of a webhook says whose health is that."""
    endpoint = hook(browser)
    assert health.put((endpoint.organization, endpoint.number), Held(Health(**known), None), now_ms())
    return browser.get(at(endpoint)).words


def test_without_webhooks_there_is_the_way_to_the_first(browser: Browser) -> None:
    assert "Create your first webhook" in browser.get("/dashboard/webhooks").words
    form = browser.get("/dashboard/webhooks/new")
    assert (form.status, "Only about some links" in form.words) == (200, False)


def test_every_event_and_format_can_be_chosen_with_words_for_it() -> None:
    assert (tuple(webhook_forms.EVENTS), tuple(webhook_forms.FORMATS)) == (TYPES, FORMATS)


def test_a_new_webhook_shows_its_secret_this_once(browser: Browser) -> None:
    seen = browser.post("/dashboard/webhooks", fields(events=["", "scan.created", "url.created"]))
    assert seen.status == 200, seen.words
    [shown] = everything(browser)
    kept = stored_secrets.read([shown.endpoint.secrets[0].name])
    assert [copied(seen)] == list(kept.values())
    for path in ("/dashboard/webhooks", at(shown.endpoint), f"{at(shown.endpoint)}/edit"):
        assert copied(seen) not in browser.get(path).text
    words = browser.get("/dashboard/webhooks").words
    assert "receiver.example Orders Well scan.created, url.created standard" in words


def test_a_secret_is_brought_along(browser: Browser) -> None:
    seen = browser.post("/dashboard/webhooks", fields(format="qpr", secret="an-old-secret-of-mine"))
    assert copied(seen) == "an-old-secret-of-mine"


def test_a_webhook_hears_only_of_the_links_and_campaigns_that_are_chosen(browser: Browser) -> None:
    chosen = link(browser)
    link(browser, "Menu")
    group = campaigns.create(caller(browser), campaigns.Edit("Spring"), now_ms())
    form = browser.get("/dashboard/webhooks/new").words
    assert all(name in form for name in ("Spring poster", "Menu", "Spring"))
    wanted = fields(links=[ids.spell("dc", chosen.number)], campaigns=[ids.spell("camp", group.number)])
    browser.post("/dashboard/webhooks", wanted)
    [shown] = everything(browser)
    assert shown.endpoint.filters.links == {chosen.number}
    assert shown.endpoint.filters.campaigns == {group.number}
    words = browser.get(at(shown.endpoint)).words
    assert "Only about campaign Spring Spring poster" in words
    assert "Menu" not in words.split("Only about")[1].split("Format")[0]


def test_links_that_are_not_among_the_newest_are_named_by_their_ids(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "MOST_LINKS", 1)
    old, new = link(browser, "Old"), link(browser, "New")
    form = browser.get("/dashboard/webhooks/new").words
    assert ("New" in form, "Old" in form, "Other links" in form) == (True, False, True)
    browser.post("/dashboard/webhooks", fields(more_links=f"{old.number} {ids.spell('dc', new.number)}"))
    [shown] = everything(browser)
    assert shown.endpoint.filters.links == {old.number, new.number}
    assert "Old" in browser.get(f"{at(shown.endpoint)}/edit").words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "http://receiver.example/"}, "Must be an https URL."),
        ({"url": "https://localhost/"}, "Must"),
        ({"events": [""]}, "Must name at least one of scan.created"),
        ({"events": ["", "scan.lost"]}, "Must be one of scan.created"),
        ({"format": "xml"}, "Must be one of standard"),
        ({"description": "x" * 201}, "Must be 0 to 200 printable characters."),
        ({"secret": "short"}, "Must be 16 to 200 printable ASCII characters"),
        ({"more_links": "dc_000000001"}, "There is no link with the id at place 1."),
        ({"campaigns": ["camp_000000001"]}, "There is no campaign with the id at place 1."),
        ({"more_links": " ".join(map(str, range(1, 102)))}, "Must be at most 100."),
    ],
    ids=lambda it: str(it)[:40],
)
def test_what_cannot_be_is_said_with_what_was_typed_and_makes_nothing(
    browser: Browser, given: dict[str, str | Sequence[str]], said: str
) -> None:
    link(browser)
    seen = browser.post("/dashboard/webhooks", fields(**given))
    assert (seen.status, said in seen.words) == (400, True), seen.words
    assert 'value="Orders"' in seen.text or "description" in given
    assert "short" not in seen.text.split("<form")[1]
    assert everything(browser) == []


def test_a_webhook_is_changed(browser: Browser) -> None:
    endpoint = hook(browser)
    form = browser.get(f"{at(endpoint)}/edit")
    assert 'value="https://receiver.example/hooks"' in form.text
    wanted = fields(url="https://other.example/in", events=["", "qr.created"], format="qr", description="Café")
    assert browser.post(at(endpoint), wanted).location == f"{at(endpoint)}?said=webhook-changed"
    now = everything(browser)[0].endpoint
    assert (now.url, now.events, now.format, now.description) == (
        "https://other.example/in",
        frozenset({"qr.created"}),
        "qr",
        "Café",
    )


def test_a_change_that_cannot_be_keeps_what_was_typed_and_changes_nothing(browser: Browser) -> None:
    endpoint = hook(browser)
    seen = browser.post(at(endpoint), fields(url="ftp://other.example/", description="Café"))
    assert (seen.status, 'value="ftp://other.example/"' in seen.text, 'value="Café"' in seen.text) == (400, True, True)
    assert everything(browser)[0].endpoint == endpoint


def test_a_filter_of_qr_codes_that_an_api_made_stays_when_the_form_is_saved(browser: Browser) -> None:
    code = "qr_1"
    values = webhook_forms.stored(endpoint_with_code(browser))
    assert values["codes"] == [code]
    seen = browser.get(f"{at(everything(browser)[0].endpoint)}/edit")
    assert f'value="{code}" checked' in seen.text


def endpoint_with_code(browser: Browser) -> Endpoint:
    """A webhook that hears of a QR code alone."""
    held = webhooks.held(caller(browser), str(hook(browser).number))
    filtered = replace(held.value, filters=Filters(codes=frozenset({1})))
    assert endpoints.put(Held(filtered, held.version))
    return filtered


def test_a_webhook_is_paused_and_resumed(browser: Browser) -> None:
    endpoint = hook(browser)
    browser.post(f"{at(endpoint)}/pause")
    words = browser.get(at(endpoint)).words
    assert "Paused Nothing is posted to it." in words
    browser.post(f"{at(endpoint)}/resume")
    assert "Well Nothing that was due failed lately." in browser.get(at(endpoint)).words


def test_one_that_we_disabled_says_why_and_is_resumed(browser: Browser) -> None:
    endpoint = hook(browser)
    receivers.disable(endpoint.receiver(), "It answered 410", now_ms())
    for words in (browser.get(at(endpoint)).words, browser.get("/dashboard/webhooks").words):
        assert "Disabled" in words
        assert "It answered 410" in words
    browser.post(f"{at(endpoint)}/resume")
    assert "Disabled" not in browser.get("/dashboard/webhooks").words


def test_health_is_told_in_words(browser: Browser) -> None:
    since, failed = now_ms() - 3_600_000, Failure(now_ms() - 1_000, 503, "It answered 503")
    failing: dict[str, Any] = {"failures": 3, "failing_since_ms": since, "last_failure": failed}
    words = fares(browser, **failing)
    assert "Failing The last 3 attempts failed." in words
    assert "Failing since" in words
    assert "It answered 503" in words
    words = fares(browser, **failing, open_until_ms=now_ms() + 600_000)
    assert "Resting" in words
    assert "Next try" in words
    assert "On trial" in fares(browser, **failing, open_until_ms=now_ms() - 1)
    assert "Slow" in fares(browser, slow_until_ms=now_ms() + 600_000)
    listed = browser.get("/dashboard/webhooks").words
    assert [listed.count(word) for word in ("Failing since", "Resting since", "On trial since", "Slow")] == [1, 1, 1, 1]


def test_another_secret_is_shown_this_once_while_the_one_before_goes_on(browser: Browser) -> None:
    endpoint = hook(browser)
    seen = browser.post(f"{at(endpoint)}/secret", {"overlap_seconds": "3600", "secret": ""})
    now = everything(browser)[0].endpoint
    assert stored_secrets.read([now.secrets[0].name])[now.secrets[0].name] == copied(seen)
    until_ms = now.secrets[1].until_ms
    assert until_ms is not None
    assert abs(until_ms - now_ms() - 3_600_000) < 60_000
    words = browser.get(at(endpoint)).words
    assert "The old secret stays valid until" in words
    assert copied(seen) not in browser.get(at(endpoint)).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"overlap_seconds": "soon"}, "Must be a whole number."),
        ({"overlap_seconds": "9999999999"}, "Must be 0 to 2,592,000."),
        ({"overlap_seconds": "0", "secret": "short"}, "Must be 16 to 200"),
    ],
)
def test_a_secret_that_cannot_be_is_refused(browser: Browser, form: dict[str, str], said: str) -> None:
    endpoint = hook(browser)
    seen = browser.post(f"{at(endpoint)}/secret", form)
    assert (seen.status, said in seen.words) == (400, True)
    assert 'value="0" selected' in seen.text or form["overlap_seconds"] != "0"
    assert everything(browser)[0].endpoint.secrets == endpoint.secrets


def test_a_webhook_is_deleted(browser: Browser) -> None:
    endpoint = hook(browser)
    assert "data-confirm" in browser.get(at(endpoint)).text
    assert browser.post(f"{at(endpoint)}/delete").location == "/dashboard/webhooks?said=webhook-deleted"
    assert (everything(browser), browser.get(at(endpoint)).status) == ([], 404)


def test_webhooks_of_another_organization_are_not_there(browser: Browser) -> None:
    path = at(hook(new_browser("Other")))
    for each in ("", "/edit", "/deliveries", "/replays"):
        assert browser.get(path + each).status == 404
    for each in ("", "/pause", "/resume", "/test", "/secret", "/delete", "/replays"):
        assert browser.post(path + each, fields()).status == 404
    assert "receiver.example" not in browser.get("/dashboard/webhooks").words


def test_hostile_texts_are_shown_as_they_are(browser: Browser) -> None:
    chosen = link(browser, HOSTILE)
    wanted = FilterIds([ids.spell("dc", chosen.number)])
    url = "https://receiver.example/?<script>alert(1)</script>"
    new = NewEndpoint(url, ["scan.created"], (), description=HOSTILE, filters=wanted)
    endpoint = webhooks.create(caller(browser), new, now_ms()).endpoint
    for path in ("/dashboard/webhooks", at(endpoint), f"{at(endpoint)}/edit"):
        text = browser.get(path).text
        assert (ESCAPED in text, HOSTILE in text, "<script>" in text) == (True, False, False), path
    edit = Edit((), description="")
    webhooks.edit(caller(browser), str(endpoint.number), edit, now_ms())
    assert ESCAPED in browser.get(at(endpoint)).text
