"""Creates: once per Idempotency-Key, twenty an hour, within the plan, and no slug twice."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, HOUR_MS, month_of
from chalicelib.core.links import Link
from chalicelib.errors import Unavailable
from chalicelib.services import accounts, erasing, links
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
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: later)
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
        monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda hour=hour: _mid_month() + hour * 2 * HOUR_MS)
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


# --- Two at once: another request commits just before this one does


def _overtake(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Answer]) -> list[Answer]:
    """Let `other` run, whole, before the next commit; its answer is in the list that is returned."""
    commit, waiting, answers = Transaction.commit, [other], list[Answer]()

    def overtaken(self: Transaction) -> list[Refusal]:
        while waiting:
            answers.append(waiting.pop()())
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return answers


def test_of_two_requests_with_one_key_and_different_bodies_one_is_refused(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _overtake(monkeypatch, lambda: _create(caller, Idempotency_Key="k1"))
    answer = _create(caller, {**BODY, "label": "Other"}, Idempotency_Key="k1")
    assert (first[0].status, answer.status, answer.json["field"]) == (201, 422, "Idempotency-Key")
    assert _links(world) == 1


def test_of_two_requests_with_one_key_and_one_slug_both_get_the_same_code(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {**BODY, "slug": "spring-sale"}
    first = _overtake(monkeypatch, lambda: _create(caller, body, Idempotency_Key="k1"))
    answer = _create(caller, body, Idempotency_Key="k1")
    assert (answer.status, answer.json) == (201, first[0].json)
    assert _links(world) == 1


def test_the_twentieth_create_is_given_once(caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(19):
        _create(caller)
    first = _overtake(monkeypatch, lambda: _create(caller))
    answer = _create(caller)
    assert (first[0].status, answer.status, _links(world)) == (201, 429, 20)


def test_the_last_code_of_a_month_is_given_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = new_caller(plan="free")
    caller.has_made(24)
    static = {"type": "text", "fields": {"text": "a"}}
    first = _overtake(monkeypatch, lambda: caller.call("POST", "/v1/codes", static))
    answer = _create(caller)
    assert (first[0].status, answer.status, answer.json["code"]) == (201, 403, "plan_limit_exceeded")
    assert _links(world) == 0


def test_the_last_code_of_a_month_is_given_once_among_all_members(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = new_caller(plan="free")
    colleague = accounts.create_key(caller.organization, caller.member + 1, now_ms())
    other = Caller(colleague, caller.organization, caller.member + 1)
    caller.has_made(24)
    first = _overtake(monkeypatch, lambda: _create(other))
    assert _create(caller).status == 403
    assert (first[0].status, _links(world)) == (201, 1)


def test_the_twentieth_create_is_given_once_at_the_turn_of_a_month_too(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    turn = 1_901_232_000_000
    assert (month_of(turn - 1), month_of(turn)) == ("203003", "203004")
    clock = [turn - 60_000]
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: clock[0])
    for _ in range(19):
        _create(caller)

    def after_midnight() -> Answer:
        clock[0] = turn
        return _create(caller)

    clock[0] = turn - 1
    first = _overtake(monkeypatch, after_midnight)
    assert _create(caller).status == 429
    assert (first[0].status, _links(world)) == (201, 20)


@pytest.mark.parametrize("mine", [True, False], ids=["of one organization", "of two organizations"])
def test_a_slug_goes_to_one_of_two(caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch, mine: bool) -> None:
    rival = caller if mine else new_caller("Rival")
    body = {**BODY, "slug": "spring-sale"}
    first = _overtake(monkeypatch, lambda: _create(rival, body))
    answer = _create(caller, body)
    assert (first[0].status, answer.status, answer.json["code"]) == (201, 409, "slug_taken")
    assert _links(world) == 1


def test_a_slug_goes_to_a_create_or_to_an_edit(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    code = caller.create()
    body = {**BODY, "slug": "spring-sale"}
    first = _overtake(monkeypatch, lambda: _create(caller, body))
    answer = caller.call("PATCH", f"/v1/dynamic/{code['id']}", {"slug": "spring-sale"})
    assert (first[0].status, answer.status, answer.json["code"]) == (201, 409, "slug_taken")
    assert caller.call("GET", f"/v1/dynamic/{code['id']}").json["slug"] == code["slug"]


def test_creates_that_meet_all_succeed_and_are_all_counted(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice() -> Answer:
        _create(caller)
        return _create(caller)

    first = _overtake(monkeypatch, twice)
    last = _create(caller)
    assert [answer.headers["x-ratelimit-remaining"] for answer in (first[0], last)] == ["18", "17"]
    assert len({code["slug"] for code in caller.call("GET", "/v1/dynamic").json["codes"]}) == 3


# --- Storage that fails


def test_a_conflict_is_tried_again_and_is_no_taken_slug(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, conflicts = Transaction.commit, [[Refusal("slug", "TransactionConflict")]] * 3

    def conflicting(self: Transaction) -> list[Refusal]:
        return conflicts.pop() if conflicts else commit(self)

    monkeypatch.setattr(Transaction, "commit", conflicting)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    answer = _create(caller, {**BODY, "slug": "spring-sale"})
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (201, "19")


def test_a_create_that_never_gets_through_says_when_to_try_again_and_leaves_nothing(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.items("objects")
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", lambda _: [Refusal("creates", "TransactionConflict")])
        patch.setattr(time, "sleep", lambda _: None)
        answer = _create(caller, Idempotency_Key="k1")
    assert (answer.status, answer.json["code"]) == (503, "server_error")
    assert answer.headers["retry-after"].isdigit()
    assert world.items("objects") == before
    again = _create(caller, Idempotency_Key="k1")
    assert (again.status, again.headers["x-ratelimit-remaining"]) == (201, "19")


def test_a_create_whose_answer_storage_lost_is_found_again_by_its_key(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Transaction.commit

    def lost(self: Transaction) -> list[Refusal]:
        commit(self)
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", lost)
        assert _create(caller, Idempotency_Key="k1").status == 503
    again = _create(caller, Idempotency_Key="k1")
    assert (again.status, again.headers["idempotent-replay"]) == (201, "true")
    assert caller.call("GET", f"/v1/dynamic/{again.json['id']}").json["slug"] == again.json["slug"]
    assert _links(world) == 1


# --- Keys, hours, months


def test_the_order_of_fields_makes_no_other_request_but_any_other_value_does(caller: Caller) -> None:
    first = _create(caller, {"destination": "https://example.com/", "label": "a"}, Idempotency_Key="k1")
    again = _create(caller, {"label": "a", "destination": "https://example.com/"}, Idempotency_Key="k1")
    assert again.json == first.json
    for change in ({"label": None}, {"label": "A"}, {"slug": "abc"}):
        body = {"destination": "https://example.com/", "label": "a", **change}
        assert _create(caller, body, Idempotency_Key="k1").status == 422


def test_a_replay_needs_nothing_that_a_create_needs(caller: Caller, world: World) -> None:
    body = {**BODY, "slug": "spring-sale"}
    first = _create(caller, body, Idempotency_Key="k1")
    for _ in range(19):
        _create(caller)
    caller.call("DELETE", f"/v1/dynamic/{first.json['id']}")
    before = world.items("objects")
    again = _create(caller, body, Idempotency_Key="k1")
    assert (again.status, again.json, again.headers["x-ratelimit-remaining"]) == (201, first.json, "0")
    assert world.items("objects") == before


def test_a_replay_needs_no_room_in_the_month(world: World) -> None:
    caller = new_caller(plan="free")
    first = _create(caller, Idempotency_Key="k1")
    caller.has_made(25)
    assert _create(caller).status == 403
    assert _create(caller, Idempotency_Key="k1").json == first.json


def test_a_key_is_remembered_for_a_day(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    now = now_ms()
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now)
    first = _create(caller, Idempotency_Key="k1").json
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now + DAY_MS - 2000)
    assert _create(caller, Idempotency_Key="k1").json == first
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now + DAY_MS + 2000)
    other = _create(caller, {"destination": "https://example.com/other"}, Idempotency_Key="k1")
    assert (other.status, "idempotent-replay" in other.headers) == (201, False)
    assert _create(caller, {"destination": "https://example.com/other"}, Idempotency_Key="k1").json == other.json


def test_all_keys_of_a_member_share_one_allowance(caller: Caller) -> None:
    caller.create()
    other = Caller(
        accounts.create_key(caller.organization, caller.member, now_ms()), caller.organization, caller.member
    )
    assert _create(other).headers["x-ratelimit-remaining"] == "18"


def test_who_waits_as_long_as_told_may_create_again_and_not_sooner(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    start = now_ms() // 1000 * 1000 + 250
    clock = [start]
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: clock[0])
    for n in range(20):
        clock[0] = start + n * 60_000
        assert _create(caller).status == 201
    before = world.items("objects")
    refused = _create(caller)
    wait, reset = int(refused.headers["retry-after"]), int(refused.headers["x-ratelimit-reset"])
    assert (wait, reset) == (3600 - 19 * 60, (start + HOUR_MS) // 1000 + 1)
    clock[0] = start + HOUR_MS - 1
    assert _create(caller).headers["retry-after"] == "1"
    assert world.items("objects") == before
    for moment in (reset * 1000, start + 19 * 60_000 + wait * 1000 + 60_000):
        clock[0] = moment
        again = _create(caller)
        assert (again.status, again.headers["x-ratelimit-remaining"]) == (201, "0"), "one unit a minute comes back"
    assert _create(caller).status == 429


def test_what_is_refused_for_its_number_writes_nothing(world: World) -> None:
    caller = new_caller(plan="free")
    caller.has_made(25)
    before = world.items("objects")
    for path, body in (("/v1/dynamic", BODY), ("/v1/codes", {"type": "text", "fields": {"text": "a"}})):
        answer = caller.call("POST", path, body, Idempotency_Key="k1")
        assert (answer.status, answer.json["code"]) == (403, "plan_limit_exceeded")
    assert world.items("objects") == before


def test_a_month_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    caller, now = new_caller(plan="free"), now_ms()
    caller.has_made(25)
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now + 32 * DAY_MS)
    assert _create(caller).status == 201


def test_a_plan_that_is_not_hard_goes_on_beyond_its_codes(world: World) -> None:
    caller = new_caller(plan="developer")
    caller.has_made(1_000)
    assert _create(caller).status == 201


# --- Slugs that were


def test_a_slug_stays_taken_when_everything_else_of_its_code_is_erased(caller: Caller, world: World) -> None:
    code = caller.create(slug="spring-sale")
    number = ids.parse(code["id"])
    assert number is not None
    caller.call("DELETE", f"/v1/dynamic/{code['id']}")
    assert erasing.erase(caller.organization, number, now_ms(), lambda: False)
    assert _links(world) == 0
    for who in (caller, new_caller("Other")):
        assert _create(who, {**BODY, "slug": "Spring-Sale"}).status == 409


def test_a_code_never_gets_its_own_old_slug_back(caller: Caller) -> None:
    path = f"/v1/dynamic/{caller.create(slug='spring-sale')['id']}"
    assert caller.call("PATCH", path, {"slug": "summer-sale"}).status == 200
    answer = caller.call("PATCH", path, {"slug": "spring-sale"})
    assert (answer.status, answer.json["code"]) == (409, "slug_taken")
    assert caller.call("GET", path).json["slug"] == "summer-sale"


def test_a_random_slug_that_was_given_up_is_drawn_again(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    code = caller.create(slug="abcdefg")
    caller.call("DELETE", f"/v1/dynamic/{code['id']}")
    drawn = iter(["abcdefg", "bcdefgh"])
    monkeypatch.setattr("chalicelib.core.slugs.random_slug", lambda: next(drawn))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    answer = _create(caller)
    assert (answer.json["slug"], answer.headers["x-ratelimit-remaining"]) == ("bcdefgh", "18")


def test_the_same_slug_asked_for_twice_at_once_is_no_conflict_with_oneself(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = caller.create()
    path, change = f"/v1/dynamic/{code['id']}", {"slug": "my-new-slug"}
    commit = Transaction.commit
    overtaking: list[Answer] = []

    def overtaken(self: Transaction) -> list[Refusal]:
        if not overtaking:
            overtaking.append(Answer(0, {}, None))
            overtaking[0] = caller.call("PATCH", path, change)
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", overtaken)
    answer = caller.call("PATCH", path, change)
    assert (overtaking[0].status, answer.status, answer.json["slug"]) == (200, 200, "my-new-slug")
