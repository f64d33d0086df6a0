"""Creates: once per Idempotency-Key, twenty an hour, within the plan, and no slug twice."""

import time
from typing import Any

import pytest

from chalicelib.core.days import HOUR_MS
from chalicelib.core.links import Link
from chalicelib.services import accounts, links
from chalicelib.services.links import NewLink
from chalicelib.store.transactions import Refusal, Transaction
from tests.api.calls import Answer, Caller, new_caller
from tests.world import World, now_ms

BODY = {"destination": "https://example.com/once", "label": "Once"}


def _create(caller: Caller, body: Any = BODY, **headers: str) -> Answer:
    return caller.call("POST", "/v1/dynamic", body, None, **headers)


def _links(world: World) -> int:
    return sum(item["sk"]["S"].startswith("link#") for item in world.items("objects"))


def test_the_same_key_gets_the_first_answer_again_and_uses_nothing_up(caller: Caller, world: World) -> None:
    first = _create(caller, Idempotency_Key="k1")
    again = _create(caller, Idempotency_Key="k1")
    assert (again.status, again.json) == (201, first.json)
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"] == "19"
    assert _links(world) == 1


def test_a_replay_is_the_first_answer_even_after_an_edit(caller: Caller) -> None:
    first = _create(caller, Idempotency_Key="k1").json
    caller.call("PATCH", f"/v1/dynamic/{first['id']}", {"label": "Changed"})
    assert _create(caller, Idempotency_Key="k1").json == first


def test_the_same_key_with_another_request_is_refused(caller: Caller, world: World) -> None:
    _create(caller, Idempotency_Key="k1")
    answer = _create(caller, {"destination": "https://example.com/other"}, Idempotency_Key="k1")
    assert (answer.status, answer.json["code"]) == (422, "invalid_request")
    assert answer.json["field"] == "Idempotency-Key"
    assert _links(world) == 1


def test_a_key_is_its_owners_and_its_paths_own(caller: Caller, world: World) -> None:
    _create(caller, Idempotency_Key="k1")
    assert _create(new_caller("Other"), Idempotency_Key="k1").status == 201
    static = caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": "a"}}, Idempotency_Key="k1")
    assert static.status == 201
    assert _links(world) == 2


def test_a_failed_create_leaves_its_key_free(caller: Caller) -> None:
    assert _create(caller, {"destination": "nowhere"}, Idempotency_Key="k1").status == 400
    assert _create(caller, Idempotency_Key="k1").status == 201


def test_an_answer_that_was_lost_is_replayed_to_the_retry(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two requests with one key at once: the second one's transaction is refused, and finds the first one's answer."""
    commit = Transaction.commit
    overtaking: list[Answer] = []

    def overtaken(self: Transaction) -> list[Refusal]:
        if not overtaking:
            overtaking.append(Answer(0, {}, None))
            overtaking[0] = _create(caller, Idempotency_Key="k1")
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    answer = _create(caller, Idempotency_Key="k1")
    assert answer.headers["idempotent-replay"] == "true"
    assert answer.json == overtaking[0].json


@pytest.mark.parametrize("key", ["", " ", "k" * 256])
def test_a_key_that_is_no_key_is_refused(caller: Caller, world: World, key: str) -> None:
    answer = _create(caller, Idempotency_Key=key)
    assert (answer.status, answer.json["field"], _links(world)) == (400, "Idempotency-Key", 0)


def test_the_twenty_first_create_within_an_hour_is_refused(caller: Caller, world: World) -> None:
    left = [int(_create(caller).headers["x-ratelimit-remaining"]) for _ in range(20)]
    assert left == list(range(19, -1, -1))
    answer = _create(caller)
    assert (answer.status, answer.json["code"], _links(world)) == (429, "rate_limited", 20)
    assert 1 <= int(answer.headers["retry-after"]) <= 3600
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("20", "0")
    assert int(answer.headers["x-ratelimit-reset"]) >= now_ms() // 1000
    assert caller.call("GET", "/v1/dynamic").status == 200, "reading costs nothing"


def test_an_hour_later_there_are_twenty_again(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        _create(caller)
    later = now_ms() + HOUR_MS + 1
    monkeypatch.setattr("chalicelib.api.http.now_ms", lambda: later)
    answer = _create(caller)
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (201, "19")


def test_refused_creates_use_nothing_up(caller: Caller) -> None:
    caller.create(slug="taken-slug")
    for body in ({"destination": "x"}, {**BODY, "slug": "taken-slug"}, {**BODY, "slug": "api"}):
        assert _create(caller, body).status in (400, 409)
    assert _create(caller).headers["x-ratelimit-remaining"] == "18"


def test_static_codes_share_the_allowance(caller: Caller) -> None:
    caller.create()
    answer = caller.call("POST", "/v1/codes", {"type": "text", "fields": {"text": "a"}})
    assert answer.headers["x-ratelimit-remaining"] == "18"


def test_members_have_an_allowance_each(caller: Caller) -> None:
    caller.create()
    assert _create(new_caller("Other")).headers["x-ratelimit-remaining"] == "19"


def test_the_free_plan_stops_at_its_monthly_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = new_caller(plan="free")
    for hour in range(2):
        monkeypatch.setattr("chalicelib.api.http.now_ms", lambda hour=hour: _mid_month() + hour * 2 * HOUR_MS)
        statuses = [_create(caller).status for _ in range(13)]
    assert statuses == [201] * 12 + [403]
    answer = _create(caller)
    assert (answer.status, answer.json["code"], _links(world)) == (403, "plan_limit_exceeded", 25)


def test_a_taken_slug_is_refused_in_any_case(caller: Caller, world: World) -> None:
    caller.create(slug="spring-sale")
    for who in (caller, new_caller("Other")):
        answer = _create(who, {**BODY, "slug": "Spring-SALE"})
        assert (answer.status, answer.json["code"], answer.json["field"]) == (409, "slug_taken", "slug")
    assert _links(world) == 1


def test_a_slug_that_was_given_up_is_never_given_out_again(caller: Caller) -> None:
    code = caller.create(slug="spring-sale")
    assert caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"slug": "summer-sale"}).status == 200
    for slug in ("spring-sale", "summer-sale"):
        assert _create(caller, {**BODY, "slug": slug}).status == 409
    caller.call("DELETE", f"/v1/dynamic/{code['id']}")
    assert _create(caller, {**BODY, "slug": "summer-sale"}).status == 409


def test_a_random_slug_that_is_taken_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = new_caller()
    caller.create(slug="abcdefg")
    drawn = iter(["abcdefg", "abcdefg", "bcdefgh"])
    monkeypatch.setattr("chalicelib.core.slugs.random_slug", lambda: next(drawn))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    assert caller.create()["slug"] == "bcdefgh"


def test_seeding_is_outside_all_limits(caller: Caller) -> None:
    seen: list[Link] = [
        links.seed(accounts.authenticate(caller.key), NewLink("https://example.com/", ()), now_ms()) for _ in range(25)
    ]
    assert len({link.slug for link in seen}) == 25
    assert _create(caller).headers["x-ratelimit-remaining"] == "19"


def _mid_month() -> int:
    """A time from which a few hours stay within the month."""
    return now_ms() // (24 * HOUR_MS) * 24 * HOUR_MS + 2 * HOUR_MS
