"""Many at once in the `dynamic` API: "A bulk call takes one unit a row and is refused whole if it would go over."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.api.dynamic_bulk import MOST_BYTES
from chalicelib.config import settings
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of
from chalicelib.errors import Unavailable
from chalicelib.qr import proof
from chalicelib.services import bulk
from chalicelib.services.bulk import LINKS_A_WRITE
from chalicelib.store import links as stored
from chalicelib.store.transactions import Refusal, Transaction
from tests.api.calls import Answer, Caller, new_caller
from tests.world import World, now_ms

BULK = "/v1/dynamic/bulk"
REMAINING = "x-ratelimit-remaining"
# Noon of the day on which the tests run.
NOON = day_of(now_ms()) * DAY_MS + DAY_MS // 2


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time in the API; the parts of a bulk are ten rows each."""
    now = [NOON]
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: now[0])
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", 10)
    return now


@pytest.fixture
def _hundred_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member may create a hundred an hour."""
    raised = replace(settings(), creates_per_hour=100)
    monkeypatch.setattr("chalicelib.services.creating.settings", lambda: raised)


def _rows(n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"destination": f"https://example.com/{row}", **more} for row in range(n)]


def _make(caller: Caller, rows: list[dict[str, Any]], **headers: str) -> Answer:
    return caller.call("POST", BULK, {"codes": rows}, None, **headers)


def _refused(answer: Answer, status: int, code: str, field: str | None = None) -> str:
    assert (answer.status, answer.json["code"], answer.json.get("field")) == (status, code, field), answer.json
    return str(answer.json["error"])


def _listed(caller: Caller) -> list[dict[str, Any]]:
    codes: list[dict[str, Any]] = caller.call("GET", "/v1/dynamic?limit=500").json["codes"]
    return codes


def _left(caller: Caller) -> int:
    """What is left of the hour, as a create that takes one tells."""
    return int(caller.call("POST", "/v1/dynamic", {"destination": "https://example.com/"}).headers[REMAINING]) + 1


def _used(caller: Caller) -> int:
    meters = caller.call("GET", "/api/v1/usage").json["data"]["meters"]
    return next(int(meter["used"]) for meter in meters if meter["meter"] == "qr_generated")


# --- What is made


def test_codes_are_made_in_order_and_each_answers_as_a_create_of_its_own(caller: Caller) -> None:
    rows = _rows(19)
    rows[3] |= {"label": "Table 3", "slug": "Table-3", "compact": True}
    answer = _make(caller, rows)
    assert (answer.status, list(answer.json)) == (201, ["codes"])
    made = answer.json["codes"]
    assert [code["destination"] for code in made] == [row["destination"] for row in rows]
    assert (made[3]["label"], made[3]["short_url"]) == ("Table 3", "https://qz.example/table-3")
    assert [code["compact"] for code in made] == [n == 3 for n in range(19)]
    assert made[0].keys() == caller.create().keys()
    known = [{name: row[name] for name in made[0]} for row in _listed(caller)[1:]]
    assert known == made[::-1]


def test_each_row_takes_a_unit_of_the_hour_and_of_the_month(caller: Caller, clock: list[int]) -> None:
    answer = _make(caller, _rows(15))
    names = ("x-ratelimit-limit", REMAINING, "x-ratelimit-reset")
    assert [answer.headers[name] for name in names] == ["20", "5", str((NOON + HOUR_MS) // 1000)]
    assert _used(caller) == 15
    assert _left(caller) == 5


@pytest.mark.usefixtures("_hundred_an_hour")
def test_a_batch_fills_as_few_transactions_as_the_limit_of_actions_allows(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", LINKS_A_WRITE)
    sizes, commit = list[int](), Transaction.commit

    def committing(write: Transaction) -> Any:
        sizes.append(len(write))
        return commit(write)

    monkeypatch.setattr(Transaction, "commit", committing)
    assert _make(caller, _rows(LINKS_A_WRITE + 2), Idempotency_Key="k").status == 201
    each = stored.ACTIONS_A_LINK
    assert sizes == [links * each + 3 for links in (LINKS_A_WRITE, 2)], "the hour, the month and the answer, each time"
    assert sizes[0] <= 100 < sizes[0] + each


# --- What is refused whole


@pytest.mark.parametrize(
    ("row", "status", "code", "field"),
    [
        pytest.param({"destination": None}, 400, "invalid_request", "destination", id="no destination"),
        pytest.param({"destination": 1}, 400, "invalid_request", "destination", id="a number"),
        pytest.param({"destination": "ftp://a.example/"}, 400, "invalid_request", "destination", id="no web address"),
        pytest.param({"destination": "http://127.1/"}, 400, "unsafe_destination", "destination", id="a private host"),
        pytest.param({"destination": "https://qz.example/a"}, 400, "unsafe_destination", "destination", id="a loop"),
        pytest.param({"label": "a" * 201}, 400, "invalid_request", "label", id="a long label"),
        pytest.param({"slug": "a_b"}, 400, "invalid_request", "slug", id="no slug"),
        pytest.param({"slug": "docs"}, 400, "invalid_request", "slug", id="a reserved slug"),
        pytest.param({"slug": "first"}, 400, "invalid_request", "slug", id="a slug twice"),
        pytest.param({"slug": "Taken"}, 409, "slug_taken", "slug", id="a taken slug"),
        pytest.param({"slug": "dead"}, 409, "slug_taken", "slug", id="a slug of one that is deleted"),
    ],
)
def test_a_row_that_cannot_be_made_stops_all_before_any_is(
    caller: Caller, row: dict[str, Any], status: int, code: str, field: str
) -> None:
    caller.create(slug="taken")
    caller.call("DELETE", f"/v1/dynamic/{caller.create(slug='dead')['id']}")
    rows = _rows(18)
    rows[0]["slug"] = "FIRST"
    rows[17] |= row
    _refused(_make(caller, rows), status, code, f"codes.17.{field}")
    assert len(_listed(caller)) == 1
    assert (_left(caller), _used(caller)) == (18, 3)


@pytest.mark.parametrize("body", [{}, {"codes": []}, {"codes": _rows(501)}, {"codes": "x"}, {"codes": {}}])
def test_there_are_1_to_500_rows(caller: Caller, body: Any) -> None:
    _refused(caller.call("POST", BULK, body), 400, "invalid_request", "codes")


@pytest.mark.parametrize("rows", [[1], [None], [[]]], ids=str)
def test_what_is_no_row_is_named_by_its_place(caller: Caller, rows: Any) -> None:
    _refused(_make(caller, rows), 400, "invalid_request", "codes.0")


def test_more_rows_than_the_hour_has_left_are_refused_whole(caller: Caller, clock: list[int]) -> None:
    assert _make(caller, _rows(12)).status == 201
    clock[0] += 60_000
    answer = _make(caller, _rows(9))
    assert _refused(answer, 429, "rate_limited") == (
        "At most 20 creates an hour, and 8 are left, not 9; try again in 3540 s"
    )
    assert (answer.headers["retry-after"], answer.headers["x-ratelimit-limit"]) == ("3540", "20")
    assert (answer.headers[REMAINING], len(_listed(caller)), _used(caller)) == ("8", 12, 12)
    clock[0] += 3540_000
    assert _make(caller, _rows(9)).status == 201


@pytest.mark.parametrize("rows", [21, 500])
def test_more_rows_than_an_hour_ever_has_are_refused_and_the_error_says_so(caller: Caller, rows: int) -> None:
    answer = _make(caller, _rows(rows))
    message = _refused(answer, 429, "rate_limited")
    assert message == f"At most 20 creates an hour, and never {rows} at once; ask for fewer"
    assert (answer.headers["retry-after"], answer.headers[REMAINING], _listed(caller)) == ("3600", "20", [])


def test_more_rows_than_the_month_has_left_are_refused_whole(world: World) -> None:
    caller = new_caller(plan="free")
    caller.has_made(8)
    message = _refused(_make(caller, _rows(18)), 403, "plan_limit_exceeded")
    assert "25 QR codes a month: 8 were made" in message
    assert "no room for 18 more" in message
    assert _listed(caller) == []
    assert _make(caller, _rows(17)).status == 201
    _refused(_make(caller, _rows(1)), 403, "plan_limit_exceeded")


def test_a_plan_with_overage_goes_on(world: World) -> None:
    caller = new_caller(plan="developer")
    caller.has_made(995)
    assert _make(caller, _rows(12)).status == 201
    assert _used(caller) == 1_007


# --- How large it may be


def _sized(size: int) -> bytes:
    head, tail = b'{"codes": [{"destination": "https://example.com/"}], "x": "', b'"}'
    return head + b"a" * (size - len(head) - len(tail)) + tail


def test_a_body_may_have_a_megabyte_and_not_a_byte_more(caller: Caller) -> None:
    assert MOST_BYTES == 1024 * 1024
    assert caller.call("POST", BULK, raw=_sized(MOST_BYTES)).status == 201
    message = _refused(caller.call("POST", BULK, raw=_sized(MOST_BYTES + 1)), 413, "invalid_request", "body")
    assert message == "body: must be at most 1048576 bytes"


@pytest.mark.usefixtures("_hundred_an_hour")
def test_rows_that_are_too_large_for_one_item_are_written_in_smaller_parts(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20 of these answer with more than an item holds, 10 do not."""
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", 20)
    parts, commit = list[int](), Transaction.commit

    def committing(write: Transaction) -> Any:
        refusals = commit(write)
        parts.append((len(write) - 3) // stored.ACTIONS_A_LINK)
        return refusals

    monkeypatch.setattr(Transaction, "commit", committing)
    row = {"destination": "https://example.com/" + '"' * 8_170, "label": "\U0001f338" * 200}
    first, again = (_make(caller, [row] * 22, Idempotency_Key="k") for _ in range(2))
    assert (first.status, len(first.json["codes"]), again.json) == (201, 22, first.json)
    assert (again.headers["idempotent-replay"], _used(caller), parts) == ("true", 22, [10, 10, 2])


# --- Once only, and what fails on the way


def test_the_same_idempotency_key_makes_a_batch_once(caller: Caller) -> None:
    rows = _rows(15)
    rows[14]["slug"] = "last"
    first, again = (_make(caller, rows, Idempotency_Key="k") for _ in range(2))
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert ("idempotent-replay" in first.headers, again.headers["idempotent-replay"]) == (False, "true")
    assert first.headers[REMAINING] == again.headers[REMAINING] == "5"
    _refused(_make(caller, _rows(1), Idempotency_Key="k"), 422, "invalid_request", "Idempotency-Key")
    assert (_used(caller), len(_listed(caller))) == (15, 15)


@pytest.fixture
def _taken_meanwhile(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody takes the slug `last` between the first and the second transaction of a batch."""
    commit, other = Transaction.commit, new_caller("Other")

    def committing(write: Transaction) -> Any:
        refusals = commit(write)
        if len(write) > 10:
            monkeypatch.setattr(Transaction, "commit", commit)
            other.create(slug="last")
        return refusals

    monkeypatch.setattr(Transaction, "commit", committing)


@pytest.mark.usefixtures("_taken_meanwhile")
def test_what_fails_after_the_first_transaction_is_told_row_by_row_and_can_be_sent_again(caller: Caller) -> None:
    rows = _rows(15)
    rows[12]["slug"] = "last"
    answer = _make(caller, rows, Idempotency_Key="k")
    made, failed = answer.json["codes"], answer.json["failed"]
    assert (answer.status, [code["destination"] for code in made]) == (207, [row["destination"] for row in rows[:10]])
    error = {"code": "slug_taken", "error": "codes.12.slug: last is taken", "field": "codes.12.slug"}
    assert failed == [{"index": index, **error} for index in range(10, 15)]
    assert (answer.headers[REMAINING], _used(caller), len(_listed(caller))) == ("10", 10, 10)
    again = _make(caller, rows, Idempotency_Key="k")
    assert (again.status, again.json, _used(caller)) == (207, answer.json, 10)


def test_a_batch_that_failed_in_the_middle_is_completed_by_the_same_request(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _rows(18)
    put_new, puts = stored.put_new, list[int]()

    def failing(*given: Any) -> None:
        puts.append(1)
        if len(puts) > 10:
            raise Unavailable.storage()
        put_new(*given)

    with monkeypatch.context() as patch:
        patch.setattr(stored, "put_new", failing)
        broken = _make(caller, rows, Idempotency_Key="k")
    assert (broken.status, len(broken.json["codes"]), len(broken.json["failed"])) == (207, 10, 8)
    assert {row["code"] for row in broken.json["failed"]} == {"server_error"}
    assert (_used(caller), broken.headers[REMAINING]) == (10, "10")
    whole = _make(caller, rows, Idempotency_Key="k")
    assert (whole.status, whole.json["codes"][:10]) == (201, broken.json["codes"])
    assert [code["destination"] for code in whole.json["codes"]] == [row["destination"] for row in rows]
    assert ("idempotent-replay" in whole.headers, _used(caller), len(_listed(caller))) == (False, 18, 18)


def test_parts_of_another_size_are_gone_on_with_where_they_end(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when an update changes how many links fit into a transaction, between a request and its repetition."""
    rows = _rows(18)
    first = _make(caller, rows, Idempotency_Key="k")
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", 4)
    again = _make(caller, rows, Idempotency_Key="k")
    assert (again.status, again.json, again.headers["idempotent-replay"]) == (201, first.json, "true")
    assert (_used(caller), len(_listed(caller))) == (18, 18)


@pytest.mark.parametrize("lost", [0, 1], ids=["of the first transaction", "of the last"])
def test_a_lost_answer_of_the_storage_is_looked_up(caller: Caller, monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    commit, committed = Transaction.commit, list[int]()

    def committing(write: Transaction) -> Any:
        refusals = commit(write)
        committed.append(1)
        if len(committed) == lost + 1:
            raise Unavailable.storage()
        return refusals

    monkeypatch.setattr(Transaction, "commit", committing)
    answer = _make(caller, _rows(15))
    failed = answer.json.get("failed", [])
    expected = (207, 10, 5) if lost == 0 else (201, 15, 0)
    assert (answer.status, len(answer.json["codes"]), len(failed)) == expected
    assert len(_listed(caller)) == _used(caller) == expected[1]


def test_an_hour_that_somebody_else_uses_up_meanwhile_ends_a_batch_in_the_middle(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, waiting = Transaction.commit, [True]

    def committing(write: Transaction) -> Any:
        refusals = commit(write)
        if waiting and waiting.pop():
            assert _make(caller, _rows(4)).status == 201
        return refusals

    monkeypatch.setattr(Transaction, "commit", committing)
    answer = _make(caller, _rows(18))
    assert (answer.status, len(answer.json["codes"])) == (207, 10)
    assert {row["code"] for row in answer.json["failed"]} == {"rate_limited"}
    assert (_used(caller), len(_listed(caller))) == (14, 14)


def test_what_there_is_no_time_for_is_told_and_each_repetition_gets_further(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", 7)
    monkeypatch.setattr(bulk, "LONGEST_SECONDS", 0.0)
    rows, seen = _rows(20), []
    for _ in range(4):
        answer = _make(caller, rows, Idempotency_Key="k")
        failed = answer.json.get("failed", [])
        seen.append((answer.status, len(answer.json["codes"]), [row["index"] for row in failed]))
        assert {row["code"] for row in failed} <= {"server_error"}
    assert seen == [(207, 7, [*range(7, 20)]), (207, 14, [*range(14, 20)]), (201, 20, []), (201, 20, [])]
    assert _used(caller) == 20


def test_a_picture_is_proved_once_however_often_others_are_in_the_way(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, examine, proved = Transaction.commit, proof.examine, list[str]()
    refusals = [[Refusal("usage", "ConditionalCheckFailed")], [Refusal("creates", "ConditionalCheckFailed")]]

    def examining(payload: str, *given: Any) -> Any:
        proved.append(payload)
        return examine(payload, *given)

    monkeypatch.setattr("chalicelib.services.creating.LONGEST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(proof, "examine", examining)
    monkeypatch.setattr(Transaction, "commit", lambda self: refusals.pop() if refusals else commit(self))
    made = _make(caller, _rows(3)).json["codes"]
    assert proved == [code["short_url"] for code in made]


def test_a_random_slug_that_is_taken_is_drawn_again(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.create(slug="abcdefg")
    drawn = iter(["abcdefg", "bcdefgh", "cdefghj", "defghjk"])
    monkeypatch.setattr("chalicelib.core.slugs.random_slug", lambda: next(drawn))
    assert [code["slug"] for code in _make(caller, _rows(2)).json["codes"]] == ["cdefghj", "defghjk"]


def test_storage_that_fails_before_anything_is_made_is_a_503(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Any:
        raise Unavailable.storage()

    monkeypatch.setattr(stored, "put_new", failing)
    answer = _make(caller, _rows(3))
    _refused(answer, 503, "server_error")
    assert answer.headers["retry-after"].isdigit()


def test_what_is_named_bulk_is_no_code(caller: Caller) -> None:
    _refused(caller.call("GET", "/v1/dynamic/dc_bulk"), 404, "not_found")
