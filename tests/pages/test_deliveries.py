"""The log of a webhook, trying it out, and posting things again."""

from dataclasses import replace

import pytest

from chalicelib.core.days import DAY_MS, iso_time
from chalicelib.core.deliveries import DELIVERED, FAILED, HELD, WAITING, Attempt, Delivery
from chalicelib.core.endpoints import Endpoint
from chalicelib.pages import deliveries as pages
from chalicelib.services import replaying
from chalicelib.store import deliveries
from tests.pages.browsing import Browser, new_browser
from tests.pages.hooks import ESCAPED, HOSTILE, at, caller, hook
from tests.posted import Posted
from tests.services.webhook import logged, stored
from tests.world import now_ms


def page_of(endpoint: Endpoint, delivery: Delivery) -> str:
    return f"{at(endpoint)}/deliveries/{delivery.place.id}"


def failed(endpoint: Endpoint, answer: str = "upstream unavailable", body: str = '{"id":"evt_1"}') -> Delivery:
    """A delivery in the log whose one attempt failed."""
    delivery = logged(endpoint, "evt_1", now_ms() - 5_000)
    attempt = Attempt(now_ms() - 4_000, 212, 503, "It answered 503", answer)
    known = deliveries.read([delivery.place])[delivery.place]
    assert deliveries.put(replace(known, state=FAILED, body=body, attempts=(attempt,)))
    return known


def test_a_test_event_is_posted_and_the_answer_shown(browser: Browser, posted: Posted) -> None:
    endpoint = hook(browser)
    posted.answer = "thanks <b>a lot</b>"
    seen = browser.post(f"{at(endpoint)}/test", {"type": "url.created"})
    assert seen.location.endswith("?said=test-delivered")
    assert len(posted.bodies) == 1
    shown = browser.get(seen.location)
    assert "thanks &lt;b&gt;a lot&lt;/b&gt;" in shown.text
    assert "The test event arrived. " in shown.words
    assert '"type": "url.created"' in shown.words


def test_a_test_event_that_fails_says_why(browser: Browser, posted: Posted) -> None:
    posted.status, posted.reason, posted.answer = None, "It did not answer in time", ""
    seen = browser.post(f"{at(hook(browser))}/test")
    words = browser.get(seen.location).words
    assert "It did not arrive: It did not answer in time." in words
    assert "There was no answer." in words
    assert "arrived" not in words


def test_a_sample_of_what_there_is_not_is_refused(browser: Browser, posted: Posted) -> None:
    seen = browser.post(f"{at(hook(browser))}/test", {"type": "scan.lost"})
    assert (seen.status, "Must be one of scan.created" in seen.words, posted.bodies) == (400, True, [])


def test_the_log_of_a_new_webhook_is_empty_and_says_what_to_do(browser: Browser) -> None:
    endpoint = hook(browser)
    assert "Nothing was posted in the last 30 days." in browser.get(at(endpoint)).words
    assert "Nothing was posted yet" in browser.get(f"{at(endpoint)}/deliveries").words
    assert "None of these" in browser.get(f"{at(endpoint)}/deliveries?state=failed").words


def test_the_log_is_filtered_by_state_and_by_event(browser: Browser) -> None:
    endpoint = hook(browser)
    logged(endpoint, "evt_a", now_ms() - 3_000)
    logged(endpoint, "evt_b", now_ms() - 2_000, FAILED)
    logged(endpoint, "evt_c", now_ms() - 1_000, FAILED, "url.created")
    for query, shown in (
        ("", ["evt_c", "evt_b", "evt_a"]),
        ("?state=failed", ["evt_c", "evt_b"]),
        ("?type=url.created", ["evt_c"]),
        ("?state=delivered&type=url.created", []),
        ("?state=lost&type=x", ["evt_c", "evt_b", "evt_a"]),
    ):
        text = browser.get(f"{at(endpoint)}/deliveries{query}").text
        found = sorted((name for name in ("evt_a", "evt_b", "evt_c") if f"_{name}" in text), key=text.index)
        assert found == shown, query


def test_the_log_is_read_page_by_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    endpoint, now = hook(browser), now_ms()
    for number in range(5):
        logged(endpoint, f"evt_{number}", now - number * 1_000)
    seen, path = [], f"{at(endpoint)}/deliveries?state=delivered"
    while path:
        text = browser.get(path).text
        seen += [number for number in range(5) if f'_evt_{number}"' in text]
        path = text.split('rel="next"')[0].rpartition('href="')[2].split('"')[0] if 'rel="next"' in text else ""
        path = path.replace("&amp;", "&")
        assert "state=delivered" in path or not path
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("before", ["x", "dlv_1_", "dlv_x_y", "dlv_1_" + "e" * 600, "dlv_1_%C3%BC", "%00"])
def test_a_page_that_there_is_not_is_the_first_or_empty(browser: Browser, before: str) -> None:
    assert browser.get(f"{at(hook(browser))}/deliveries?before={before}").status == 200


def test_a_delivery_is_shown_with_its_attempts_and_body_and_nothing_in_them_runs(browser: Browser) -> None:
    endpoint = hook(browser)
    body = f'{{"label":"{HOSTILE}"}}'
    seen = browser.get(page_of(endpoint, failed(endpoint, f"</pre>{HOSTILE}", body)))
    assert f"&lt;/pre&gt;{ESCAPED}" in seen.text
    assert HOSTILE not in seen.text
    assert "Failed It answered 503" in seen.words
    assert "took 212 ms" in seen.words


def test_a_body_that_is_no_json_is_shown_as_it_is(browser: Browser) -> None:
    endpoint = hook(browser)
    assert "not json at all" in browser.get(page_of(endpoint, failed(endpoint, body="not json at all"))).words


@pytest.mark.parametrize(
    ("state", "said"),
    [(WAITING, "An attempt is on its way."), (HELD, "It was held"), (DELIVERED, "It answered 200")],
)
def test_a_delivery_says_how_it_stands(browser: Browser, state: str, said: str) -> None:
    endpoint = hook(browser)
    seen = browser.get(page_of(endpoint, logged(endpoint, "evt_1", now_ms(), state)))
    assert said in seen.words
    assert ("Send again" in seen.text) == (state != WAITING)


def test_a_delivery_is_posted_again(browser: Browser) -> None:
    endpoint = hook(browser)
    delivery = failed(endpoint)
    seen = browser.post(f"{page_of(endpoint, delivery)}/redeliver")
    assert seen.location == f"{page_of(endpoint, delivery)}?said=redelivering"
    assert (stored(delivery).state, stored(delivery).round) == (WAITING, 1)
    assert "Posted again 1 time" in browser.get(seen.location).words


def test_a_delivery_that_waits_or_is_to_a_paused_webhook_is_not_posted_again(browser: Browser) -> None:
    endpoint = hook(browser)
    waiting = logged(endpoint, "evt_1", now_ms(), WAITING)
    seen = browser.post(f"{page_of(endpoint, waiting)}/redeliver")
    assert (seen.status, "waits for its next attempt already" in seen.words) == (400, True)
    browser.post(f"{at(endpoint)}/pause")
    seen = browser.post(f"{page_of(endpoint, waiting)}/redeliver")
    assert (seen.status, "This webhook is paused: resume it first" in seen.words) == (400, True)


def test_deliveries_of_another_organization_are_not_there(browser: Browser) -> None:
    theirs, mine = hook(new_browser("Other")), hook(browser)
    delivery = failed(theirs)
    assert browser.get(page_of(theirs, delivery)).status == 404
    assert browser.get(page_of(mine, delivery)).status == 404
    assert browser.post(f"{page_of(mine, delivery)}/redeliver").status == 404
    assert stored(delivery).round == 0


def test_a_span_is_posted_again_and_its_progress_shown(browser: Browser) -> None:
    endpoint = hook(browser)
    lost = logged(endpoint, "evt_1", now_ms() - 60_000, FAILED)
    logged(endpoint, "evt_2", now_ms() - 60_000)
    form = browser.get(f"{at(endpoint)}/replays")
    assert "There were none." in form.words
    since = iso_time(now_ms() - DAY_MS)[:16]
    assert f'value="{since[:10]}' in form.text
    seen = browser.post(f"{at(endpoint)}/replays", {"since": since, "until": "", "states": ["", "failed", "held"]})
    assert seen.status == 303, seen.words
    shown = browser.get(seen.location)
    assert ("Running" in shown.words, "data-follow" in shown.text, "following.js" in shown.text) == (True,) * 3
    [order] = replaying.recent(caller(browser), str(endpoint.number), now_ms())
    assert replaying.replay(order.organization, order.number, now_ms(), lambda: False)
    done = browser.get(seen.location)
    assert "Looked at 2 Posted again 1" in done.words
    assert ("Done" in done.words, "data-follow" in done.text) == (True, False)
    assert stored(lost).round == 1
    assert "Done" in browser.get(f"{at(endpoint)}/replays").words


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"since": "yesterday"}, "Must be a date and a time."),
        ({"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}, "Must be before until."),
        ({"since": "2026-01-01T00:00", "until": "2026-03-01T00:00"}, "Must be at most 30 days before until."),
        ({"since": "2999-01-01T00:00", "until": "2999-01-02T00:00"}, "Must be in the past"),
        ({"since": "2026-01-01T00:00", "until": "2026-01-02T00:00", "states": [""]}, "Must be one or more of"),
        ({"since": "2026-01-01T00:00", "until": "2026-01-02T00:00", "states": ["waiting"]}, "Must be one or more of"),
    ],
    ids=lambda it: str(it)[:60],
)
def test_a_span_that_cannot_be_is_said_with_what_was_typed(
    browser: Browser, form: dict[str, str | list[str]], said: str
) -> None:
    seen = browser.post(f"{at(hook(browser))}/replays", {"states": ["failed"], **form})
    assert (seen.status, said in seen.words) == (400, True), seen.words
    assert f'value="{form["since"]}"' in seen.text


def test_a_replay_to_a_paused_webhook_is_refused(browser: Browser) -> None:
    endpoint = hook(browser)
    browser.post(f"{at(endpoint)}/pause")
    assert "The webhook is paused: resume it first." in browser.get(f"{at(endpoint)}/replays").words
    seen = browser.post(f"{at(endpoint)}/replays", {"since": iso_time(now_ms() - DAY_MS)[:16], "states": "failed"})
    assert (seen.status, replaying.recent(caller(browser), str(endpoint.number), now_ms())) == (400, [])


def test_a_replay_of_another_webhook_is_not_there(browser: Browser) -> None:
    endpoint, other = hook(browser), hook(browser)
    form = {"since": iso_time(now_ms() - DAY_MS)[:16], "states": "failed"}
    path = browser.post(f"{at(endpoint)}/replays", form).location.split("?")[0]
    assert browser.get(path).status == 200
    assert browser.get(path.replace(at(endpoint), at(other))).status == 404
    assert browser.get(f"{at(endpoint)}/replays/rpl_1").status == 404
