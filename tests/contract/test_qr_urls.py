"""The `qr` API's urls and bearer tokens: the document's facts, field by field; what its short links then do."""

import time
from collections.abc import Callable, Mapping
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import ids, redirect
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of, iso_time
from chalicelib.core.limits import QR_READ, QR_TOKEN, QR_WRITE
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.errors import Unavailable
from chalicelib.services import accounts, bulk, counting, limits
from chalicelib.store import links as stored
from chalicelib.store import scans
from chalicelib.store.links import ACTIONS_A_LINK
from chalicelib.store.transactions import Transaction
from tests.api.calls import Answer, Caller, new_caller
from tests.contract.nesting import types
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI, WINDOWS_EDGE
from tests.world import World, now_ms

_numbers = count(1)

# Half past noon of the day on which the tests run.
NOON = day_of(now_ms()) * DAY_MS + DAY_MS // 2 + HOUR_MS // 2
TARGET = "https://example.com/spring?a=1#top"
URLS = "/api/v1/urls"
SLUG_RULE = "must be 3 to 50 letters, digits and hyphens, no hyphen at either end"

# The document's answer of the scans of a QR code, whose keys the clicks of a url have.
EXAMPLE: Mapping[str, Any] = {
    "qrCodeId": None,
    "urlId": "12345",
    "since": "2026-04-08T00:00:00Z",
    "until": "2026-05-08T10:30:00Z",
    "totals": {"totalScans": 412, "uniqueScans": 388, "uniqueIps": 351},
    "breakdowns": {
        "country": [{"country": "US", "scans": 220}],
        "device": [{"deviceType": "mobile", "scans": 380}],
        "browser": [{"browser": "Safari", "scans": 199}],
        "scanMethod": [{"scanMethod": "camera", "scans": 320}, {"scanMethod": "app_scanner", "scans": 92}],
        "scannerApp": [{"scannerApp": "iOS Camera", "scans": 188}],
    },
    "timeseries": [{"bucket": "2026-04-08T00:00:00Z", "scans": 24, "uniques": 22}],
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is half past noon in the API and on the way of a scan."""
    clock = SimpleNamespace(time_ns=lambda: NOON * 1_000_000, monotonic=time.monotonic)
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON)
    monkeypatch.setattr(redirect, "time", clock)
    monkeypatch.setattr(ids, "_last", 0)
    redirect._cache.clear()


def _make(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.call("POST", URLS, {"targetUrl": TARGET, **body})
    assert (answer.status, answer.json["success"]) == (201, True), answer.json
    made: dict[str, Any] = answer.json["data"]
    return made


def _read(caller: Caller, path: str) -> Any:
    answer = caller.call("GET", path)
    assert answer.status == 200, answer.json
    return answer.json["data"]


def _refused(answer: Answer, status: int, code: str, field: str | None = None) -> str:
    assert (answer.status, answer.json["success"]) == (status, False), answer.json
    error = answer.json["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert field is None or error["message"].startswith(f"{field}:")
    return str(error["message"])


def _follow(slug: str, **query: str) -> tuple[int, str | None]:
    """The status and the Location of a scan, 5 seconds after any change."""
    redirect._cache.clear()
    event = {
        "httpMethod": "GET",
        "pathParameters": {"slug": slug},
        "queryStringParameters": query or None,
        "headers": {"User-Agent": IPHONE_SAFARI},
        "requestContext": {"identity": {"sourceIp": "198.51.100.9"}},
    }
    answer = redirect.handler(event, None)
    return answer["statusCode"], answer["headers"].get("Location")


def _scan(
    caller: Caller, url: Mapping[str, Any], ago_ms: int = 0, user_agent: str = IPHONE_SAFARI, **facts: Any
) -> None:
    """A scan of a url, some time ago, folded."""
    key = ScanKey(caller.organization, int(url["id"]), 0, NOON - ago_ms, f"{next(_numbers):016x}")
    given = Facts(**{"address": "a", "agent": "x", **facts})
    scans.put_new(Arrival(key, given, Unjudged(user_agent)).attributes())
    counting.settle(scans.read([key]))


# --- One url


def test_a_new_url_is_answered_as_the_document_says(caller: Caller) -> None:
    made = _make(caller, customSlug="Spring-Sale")
    assert made["id"].isdigit()
    assert int(made["id"]) < 2**53
    documented = ("shortCode", "targetUrl", "customSlug", "organizationId", "createdAt")
    organization = ids.spell("org", caller.organization)
    assert [made[name] for name in documented] == ["spring-sale", TARGET, "spring-sale", organization, iso_time(NOON)]
    assert made["createdAt"].endswith("Z")


def test_a_url_shows_all_that_it_was_given(caller: Caller) -> None:
    given = {
        "title": "Poster",
        "description": "In the window.\nLeft.",
        "category": "print",
        "tags": ["a", "b"],
        "redirectType": 301,
        "expiresAt": iso_time(NOON + DAY_MS),
        "isPasswordProtected": False,
        "utmSource": "poster",
        "utmMedium": "print",
        "utmCampaign": "spring",
        "utmTerm": "sale",
        "utmContent": "big",
        "customUtmParams": {"ref": "7"},
    }
    made = _make(caller, **given)
    assert {name: made[name] for name in given} == given
    assert made == _read(caller, f"{URLS}/{made['id']}") == _read(caller, URLS)[0]


def test_a_url_with_nothing_but_its_target_has_the_defaults(caller: Caller) -> None:
    made = _make(caller)
    assert made["customSlug"] is None
    assert len(made["shortCode"]) == 7
    assert made["shortUrl"] == f"https://qz.example/{made['shortCode']}"
    assert (made["redirectType"], made["tags"], made["expiresAt"], made["status"]) == (307, [], None, "active")
    assert (made["utmSource"], made["customUtmParams"], made["isPasswordProtected"]) == (None, {}, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"targetUrl": None}, "targetUrl", id="no target"),
        pytest.param({"targetUrl": "example.com"}, "targetUrl", id="no absolute URL"),
        pytest.param({"targetUrl": "x" * 9000}, "targetUrl", id="a long URL"),
        pytest.param({"customSlug": "ab"}, "customSlug", id="a short slug"),
        pytest.param({"customSlug": "a" * 51}, "customSlug", id="a long slug"),
        pytest.param({"customSlug": "-abc"}, "customSlug", id="a hyphen in front"),
        pytest.param({"customSlug": "abc-"}, "customSlug", id="a hyphen behind"),
        pytest.param({"customSlug": "a_b"}, "customSlug", id="an underscore"),
        pytest.param({"customSlug": "docs"}, "customSlug", id="a reserved slug"),
        pytest.param({"title": "x" * 201}, "title", id="a long title"),
        pytest.param({"description": "x" * 1001}, "description", id="a long description"),
        pytest.param({"category": ""}, "category", id="an empty category"),
        pytest.param({"tags": ["t"] * 21}, "tags", id="21 tags"),
        pytest.param({"tags": ["a", 1]}, "tags.1", id="a number for a tag"),
        pytest.param({"redirectType": 303}, "redirectType", id="303"),
        pytest.param({"redirectType": "301"}, "redirectType", id="a text for a status"),
        pytest.param({"expiresAt": "soon"}, "expiresAt", id="no time"),
        pytest.param({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", id="the past"),
        pytest.param({"utmSource": "x" * 501}, "utmSource", id="a long parameter"),
        pytest.param({"utmTerm": "a\nb"}, "utmTerm", id="a control character"),
        pytest.param({"customUtmParams": {"a": 1}}, "customUtmParams.a", id="a number for a parameter"),
        pytest.param({"customUtmParams": {f"a{n}": "" for n in range(21)}}, "customUtmParams", id="21 parameters"),
    ],
)
def test_what_a_url_cannot_be_made_of_is_refused_by_name(caller: Caller, body: dict[str, Any], field: str) -> None:
    _refused(caller.call("POST", URLS, {"targetUrl": TARGET, **body}), 400, "invalid_request", field)
    if body.get("targetUrl", "") is not None:
        made = _make(caller)
        _refused(caller.call("PATCH", f"{URLS}/{made['id']}", body), 400, "invalid_request", field)


@pytest.mark.parametrize("slug", ["abc", "a" * 50, "A-9"])
def test_a_slug_of_the_documents_rule_is_taken(caller: Caller, slug: str) -> None:
    assert _make(caller, customSlug=slug)["shortCode"] == slug.lower()
    _refused(caller.call("POST", URLS, {"targetUrl": TARGET, "customSlug": slug}), 409, "slug_taken", "customSlug")


def test_a_private_target_is_refused(caller: Caller) -> None:
    _refused(caller.call("POST", URLS, {"targetUrl": "http://10.0.0.1/"}), 400, "unsafe_destination", "targetUrl")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"isPasswordProtected": True}, "isPasswordProtected"), ({"password": "secret"}, "password")],
)
def test_what_would_be_protected_by_a_password_is_not_made_without(
    caller: Caller, body: dict[str, Any], field: str
) -> None:
    made = _make(caller)
    for method, path in (("POST", URLS), ("PATCH", f"{URLS}/{made['id']}")):
        _refused(caller.call(method, path, {"targetUrl": TARGET, **body}), 422, "not_supported", field)
    _refused(
        caller.call("POST", f"{URLS}/bulk", {"urls": [{"targetUrl": TARGET, **body}]}),
        422,
        "not_supported",
        f"urls.0.{field}",
    )
    assert len(_read(caller, URLS)) == 1


def test_the_same_idempotency_key_makes_one_url(caller: Caller) -> None:
    sent = {"targetUrl": TARGET}
    first, second = (caller.call("POST", URLS, sent, Idempotency_Key="k") for _ in range(2))
    assert (first.json, second.headers["idempotent-replay"]) == (second.json, "true")
    other = caller.call("POST", URLS, {"targetUrl": "https://example.com/other"}, Idempotency_Key="k")
    _refused(other, 422, "invalid_request", "Idempotency-Key")
    assert len(_read(caller, URLS)) == 1


def test_neither_the_plan_nor_the_hour_limits_urls(world: World) -> None:
    caller = new_caller(plan="free")
    for _ in range(26):
        _make(caller)


# --- Changing and deleting


def test_a_patch_changes_what_it_names_and_nothing_else(caller: Caller) -> None:
    made = _make(caller, title="a", tags=["a"], utmSource="poster", utmTerm="sale", customUtmParams={"ref": "7"})
    path = f"{URLS}/{made['id']}"
    change = {"title": None, "tags": ["b"], "category": "c", "redirectType": 308, "utmSource": "", "utmTerm": "x"}
    answer = caller.call("PATCH", path, change)
    assert answer.json == {"success": True, "data": {**made, **change, "utmSource": None}}
    assert _read(caller, path) == answer.json["data"]
    others = {"customUtmParams": {"id": "8"}, "tags": None, "expiresAt": iso_time(NOON + DAY_MS)}
    changed = caller.call("PATCH", path, others).json["data"]
    assert (changed["customUtmParams"], changed["tags"], changed["utmTerm"]) == ({"id": "8"}, [], "x")
    assert caller.call("PATCH", path, {"expiresAt": None}).json["data"]["expiresAt"] is None


def test_a_new_slug_retires_the_old_one_for_ever(caller: Caller) -> None:
    made = _make(caller, customSlug="before")
    path = f"{URLS}/{made['id']}"
    assert caller.call("PATCH", path, {"customSlug": None}).json["data"]["shortCode"] == "before"
    changed = caller.call("PATCH", path, {"customSlug": "after"}).json["data"]
    assert (changed["shortCode"], changed["customSlug"]) == ("after", "after")
    assert (_follow("before")[0], _follow("after")) == (404, (307, TARGET))
    _refused(caller.call("POST", URLS, {"targetUrl": TARGET, "customSlug": "before"}), 409, "slug_taken", "customSlug")


def test_a_deleted_url_is_in_no_list_ends_and_stays_readable(caller: Caller) -> None:
    made, kept = _make(caller, customSlug="spring"), _make(caller)
    _scan(caller, made)
    path = f"{URLS}/{made['id']}"
    assert caller.call("DELETE", path).json == {"success": True, "data": {"id": made["id"], "deleted": True}}
    listed = caller.call("GET", URLS).json
    assert ([row["id"] for row in listed["data"]], listed["pagination"]["total"]) == ([kept["id"]], 1)
    assert _follow("spring")[0] == 404
    assert _read(caller, path) == {**made, "status": "deleted", "updatedAt": iso_time(NOON)}
    assert _read(caller, f"{path}/clicks")["totals"]["totalScans"] == 1
    _refused(caller.call("PATCH", path, {"title": "x"}), 404, "not_found")
    _refused(caller.call("DELETE", path), 404, "not_found")
    _refused(caller.call("POST", URLS, {"targetUrl": TARGET, "customSlug": "spring"}), 409, "slug_taken", "customSlug")


@pytest.mark.parametrize("spell", [str, lambda n: ids.spell("dc", n), lambda n: ids.spell("qr", n)])
def test_every_spelling_of_an_id_is_taken(caller: Caller, spell: Callable[[int], str]) -> None:
    made = _make(caller)
    assert _read(caller, f"{URLS}/{spell(int(made['id']))}") == made


def test_another_organizations_url_is_not_found(caller: Caller) -> None:
    made, other = _make(caller), new_caller("Other")
    for method, rest in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/clicks")):
        _refused(other.call(method, f"{URLS}/{made['id']}{rest}", {"title": "x"}), 404, "not_found")
    assert _read(caller, f"{URLS}/{made['id']}") == made


# --- What its short link does


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_short_link_answers_with_the_urls_redirect_type(caller: Caller, status: int) -> None:
    assert _follow(_make(caller, redirectType=status)["shortCode"]) == (status, TARGET)


def test_utm_parameters_go_into_the_location_and_not_into_the_target(caller: Caller) -> None:
    made = _make(caller, utmSource="a poster", utmContent="1&2", customUtmParams={"a": "2", "ref": "ü"})
    query = "utm_source=a%20poster&utm_content=1%262&a=2&ref=%C3%BC"
    assert _follow(made["shortCode"]) == (307, f"https://example.com/spring?{query}#top")
    assert made["targetUrl"] == TARGET
    caller.call("PATCH", f"{URLS}/{made['id']}", {"utmSource": None, "utmContent": None, "customUtmParams": None})
    assert _follow(made["shortCode"]) == (307, TARGET)


def test_parameters_that_make_the_location_too_long_are_refused(caller: Caller) -> None:
    target = "https://example.com/" + "x" * 8000
    sent = {"targetUrl": target, "utmSource": "y" * 200}
    _refused(caller.call("POST", URLS, sent), 400, "invalid_request", "targetUrl")
    made = _make(caller, targetUrl=target)
    change = {"utmSource": "y" * 200}
    _refused(caller.call("PATCH", f"{URLS}/{made['id']}", change), 400, "invalid_request", "targetUrl")


def test_a_url_that_has_expired_is_gone_until_it_is_given_another_end(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _make(caller, expiresAt=iso_time(NOON + HOUR_MS))
    assert _follow(made["shortCode"])[0] == 307
    later = NOON + HOUR_MS
    monkeypatch.setattr("chalicelib.redirect.time.time_ns", lambda: later * 1_000_000)
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: later)
    assert _follow(made["shortCode"])[0] == 410
    path = f"{URLS}/{made['id']}"
    assert _read(caller, path)["status"] == "expired"
    assert caller.call("PATCH", path, {"expiresAt": None}).json["data"]["status"] == "active"
    assert _follow(made["shortCode"])[0] == 307


# --- The list


def test_the_list_has_25_urls_a_page_newest_first(caller: Caller) -> None:
    made = [_make(caller)["id"] for _ in range(27)][::-1]
    answer = caller.call("GET", URLS).json
    assert [row["id"] for row in answer["data"]] == made[:25]
    page = answer["pagination"]
    assert {name: page[name] for name in ("limit", "offset", "total", "hasMore")} == {
        "limit": 25,
        "offset": 0,
        "total": 27,
        "hasMore": True,
    }
    rest = caller.call("GET", f"{URLS}?offset=25").json
    assert [row["id"] for row in rest["data"]] == made[25:]
    assert rest["pagination"] == {"limit": 25, "offset": 25, "total": 27, "hasMore": False, "nextCursor": None}


@pytest.mark.parametrize("step", [{"offset": True}, {"cursor": True}], ids=["offset", "cursor"])
def test_pages_have_every_url_once(caller: Caller, step: Mapping[str, bool]) -> None:
    made = [_make(caller)["id"] for _ in range(7)][::-1]
    seen: list[str] = []
    query = ""
    while True:
        answer = caller.call("GET", f"{URLS}?limit=3{query}").json
        seen += [row["id"] for row in answer["data"]]
        page = answer["pagination"]
        if not page["hasMore"]:
            break
        query = f"&cursor={page['nextCursor']}" if "cursor" in step else f"&offset={len(seen)}"
    assert seen == made


@pytest.mark.parametrize(
    ("asked", "limit", "offset"),
    [("limit=0", 1, 0), ("limit=101", 100, 0), ("limit=-5&offset=-1", 1, 0), ("offset=99", 25, 99)],
)
def test_what_is_out_of_range_is_clamped(caller: Caller, asked: str, limit: int, offset: int) -> None:
    _make(caller)
    page = caller.call("GET", f"{URLS}?{asked}").json["pagination"]
    assert (page["limit"], page["offset"], page["total"]) == (limit, offset, 1)


@pytest.mark.parametrize("field", ["limit", "offset", "cursor"])
def test_what_is_no_place_in_the_list_is_refused_by_name(caller: Caller, field: str) -> None:
    _refused(caller.call("GET", f"{URLS}?{field}=x"), 400, "invalid_request", field)


# --- Many at once


def _rows(n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"targetUrl": f"https://example.com/{row}", **more} for row in range(n)]


def test_a_hundred_urls_are_made_in_order_in_four_transactions(
    caller: Caller, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    commit = Transaction.commit

    def committing(write: Transaction) -> Any:
        sizes.append(len(write))
        return commit(write)

    monkeypatch.setattr(Transaction, "commit", committing)
    answer = caller.call("POST", f"{URLS}/bulk", {"urls": _rows(100)})
    assert (answer.status, answer.json["success"], answer.json["data"]["failed"]) == (201, True, [])
    created = answer.json["data"]["created"]
    assert [row["targetUrl"] for row in created] == [row["targetUrl"] for row in _rows(100)]
    assert sizes == [97, 97, 97, 13]
    assert _read(caller, f"{URLS}?limit=100") == created[::-1]
    assert {_follow(row["shortCode"])[0] for row in created[::33]} == {307}


@pytest.mark.parametrize(
    ("row", "status", "code", "field"),
    [
        pytest.param({"targetUrl": 1}, 400, "invalid_request", "targetUrl", id="a number"),
        pytest.param({"targetUrl": "ftp://a.example/"}, 400, "invalid_request", "targetUrl", id="no web address"),
        pytest.param({"targetUrl": "http://127.1/"}, 400, "unsafe_destination", "targetUrl", id="a private host"),
        pytest.param({"customSlug": "a_b"}, 400, "invalid_request", "customSlug", id="no slug"),
        pytest.param({"customSlug": "first"}, 400, "invalid_request", "customSlug", id="a slug twice"),
        pytest.param({"customSlug": "Taken"}, 409, "slug_taken", "customSlug", id="a taken slug"),
        pytest.param({"customSlug": "dead"}, 409, "slug_taken", "customSlug", id="a slug of one that is deleted"),
        pytest.param({"expiresAt": "2020-01-01"}, 400, "invalid_request", "expiresAt", id="the past"),
    ],
)
def test_a_row_that_cannot_be_made_stops_all_before_any_is(
    caller: Caller, row: dict[str, Any], status: int, code: str, field: str
) -> None:
    _make(caller, customSlug="taken")
    caller.call("DELETE", f"{URLS}/{_make(caller, customSlug='dead')['id']}")
    rows = _rows(60)
    rows[0]["customSlug"] = "FIRST"
    rows[55] |= row
    answer = caller.call("POST", f"{URLS}/bulk", {"urls": rows})
    message = _refused(answer, status, code, f"urls.55.{field}")
    assert "destination" not in message
    assert len(_read(caller, URLS)) == 1


@pytest.mark.parametrize("rows", [0, 101])
def test_there_are_1_to_100_urls_at_once(caller: Caller, rows: int) -> None:
    answer = caller.call("POST", f"{URLS}/bulk", {"urls": _rows(rows)})
    _refused(answer, 400, "invalid_request", "urls")


def test_no_plan_limits_a_batch_of_urls(world: World) -> None:
    assert new_caller(plan="free").call("POST", f"{URLS}/bulk", {"urls": _rows(26)}).status == 201


def test_the_same_idempotency_key_makes_a_batch_once(caller: Caller) -> None:
    rows = _rows(50)
    rows[49]["customSlug"] = "last"
    first, second = (caller.call("POST", f"{URLS}/bulk", {"urls": rows}, Idempotency_Key="k") for _ in range(2))
    assert (first.status, first.json) == (second.status, second.json)
    assert ("idempotent-replay" in first.headers, second.headers["idempotent-replay"]) == (False, "true")
    other = caller.call("POST", f"{URLS}/bulk", {"urls": _rows(1)}, Idempotency_Key="k")
    _refused(other, 422, "invalid_request", "Idempotency-Key")
    assert caller.call("GET", URLS).json["pagination"]["total"] == 50


@pytest.fixture
def _taken_meanwhile(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody takes the slug `last` between the first and the second transaction of a batch of 10 rows each."""
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", 10)
    commit = Transaction.commit
    other = new_caller("Other")

    def committing(write: Transaction) -> Any:
        refusals = commit(write)
        if len(write) == 10 * ACTIONS_A_LINK + 2:  # ten links, the usage, the answer that is kept
            monkeypatch.setattr(Transaction, "commit", commit)
            _make(other, customSlug="last")
        return refusals

    monkeypatch.setattr(Transaction, "commit", committing)


@pytest.mark.usefixtures("_taken_meanwhile")
def test_what_fails_after_the_first_transaction_is_told_row_by_row_and_can_be_sent_again(caller: Caller) -> None:
    rows = _rows(15)
    rows[12]["customSlug"] = "last"
    answer = caller.call("POST", f"{URLS}/bulk", {"urls": rows}, Idempotency_Key="k")
    assert (answer.status, answer.json["success"]) == (207, True)
    created, failed = answer.json["data"]["created"], answer.json["data"]["failed"]
    assert [row["targetUrl"] for row in created] == [row["targetUrl"] for row in rows[:10]]
    assert [row["index"] for row in failed] == [10, 11, 12, 13, 14]
    error = {"code": "slug_taken", "message": "urls.12.customSlug: last is taken", "field": "urls.12.customSlug"}
    assert [row["error"] for row in failed] == [error] * 5
    assert _read(caller, URLS) == created[::-1]
    again = caller.call("POST", f"{URLS}/bulk", {"urls": rows}, Idempotency_Key="k")
    assert (again.status, again.json) == (207, answer.json)
    assert len(_read(caller, URLS)) == 10


@pytest.mark.parametrize("lost", [0, 1], ids=["of the first transaction", "of the last"])
def test_a_lost_answer_of_the_storage_is_looked_up(caller: Caller, monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    monkeypatch.setattr(bulk, "LINKS_A_WRITE", 10)
    commit, committed = Transaction.commit, count()

    def committing(write: Transaction) -> Any:
        refusals = commit(write)
        if next(committed) == lost:
            raise Unavailable.storage()
        return refusals

    monkeypatch.setattr(Transaction, "commit", committing)
    answer = caller.call("POST", f"{URLS}/bulk", {"urls": _rows(15)})
    created, failed = answer.json["data"]["created"], answer.json["data"]["failed"]
    assert (answer.status, len(created), len(failed)) == ((207, 10, 5) if lost == 0 else (201, 15, 0))
    assert {row["error"]["code"] for row in failed} <= {"server_error"}
    assert _read(caller, URLS) == created[::-1]


def test_storage_that_fails_before_anything_is_made_is_a_503(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Any:
        raise Unavailable.storage()

    monkeypatch.setattr(stored, "put_new", failing)
    _refused(caller.call("POST", f"{URLS}/bulk", {"urls": _rows(3)}), 503, "server_error")


# --- Clicks


def test_clicks_have_every_field_of_the_example_at_its_place_and_of_its_type(caller: Caller) -> None:
    made = _make(caller)
    _scan(caller, made, country="US")
    answer = caller.call("GET", f"{URLS}/{made['id']}/clicks")
    assert answer.json["success"] is True
    clicks = answer.json["data"]
    assert set(types(EXAMPLE)) <= set(types(clicks))
    assert (clicks["qrCodeId"], clicks["urlId"]) == (None, made["id"])
    for name, rows in EXAMPLE["breakdowns"].items():
        assert {tuple(row) for row in clicks["breakdowns"][name]} == {tuple(row) for row in rows}
    assert {tuple(row) for row in clicks["timeseries"]} == {("bucket", "scans", "uniques")}


def test_clicks_are_of_the_last_30_days_unless_asked_otherwise(caller: Caller) -> None:
    made = _make(caller)
    for days_ago in (0, 30, 31):
        _scan(caller, made, days_ago * DAY_MS)
    clicks = _read(caller, f"{URLS}/{made['id']}/clicks")
    midnight = day_of(NOON) * DAY_MS
    assert (clicks["since"], clicks["until"]) == (iso_time(midnight - 30 * DAY_MS), iso_time(NOON))
    assert clicks["totals"]["totalScans"] == 2
    buckets = [row["bucket"] for row in clicks["timeseries"]]
    assert buckets == [iso_time(midnight - days * DAY_MS) for days in range(30, -1, -1)]
    assert [row["scans"] for row in clicks["timeseries"]] == [1] + [0] * 29 + [1]


def test_clicks_are_of_whole_days_and_the_answer_says_which(caller: Caller) -> None:
    made = _make(caller)
    yesterday = day_of(NOON) * DAY_MS - DAY_MS
    for hour in (1, 23):
        _scan(caller, made, NOON - yesterday - hour * HOUR_MS)
    noon = iso_time(yesterday + 12 * HOUR_MS)
    clicks = _read(caller, f"{URLS}/{made['id']}/clicks?since={noon}&until={noon}&groupBy=hour")
    assert (clicks["since"], clicks["until"]) == (iso_time(yesterday), iso_time(yesterday + DAY_MS - 1))
    assert clicks["totals"]["totalScans"] == 2
    assert [row["bucket"] for row in clicks["timeseries"]] == [
        iso_time(yesterday + hour * HOUR_MS) for hour in range(24)
    ]
    assert [hour for hour, row in enumerate(clicks["timeseries"]) if row["scans"]] == [1, 23]


def test_a_series_by_hour_ends_with_the_hour_that_it_is(caller: Caller) -> None:
    today = iso_time(day_of(NOON) * DAY_MS)
    clicks = _read(caller, f"{URLS}/{_make(caller)['id']}/clicks?since={today}&groupBy=hour")
    assert len(clicks["timeseries"]) == 13
    assert clicks["timeseries"][-1]["bucket"] == iso_time(NOON - HOUR_MS // 2)


def test_visitors_and_addresses_are_counted_once(caller: Caller) -> None:
    made = _make(caller)
    for address, agent in (("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")):
        _scan(caller, made, address=address, agent=agent)
    clicks = _read(caller, f"{URLS}/{made['id']}/clicks")
    assert clicks["totals"] == {"totalScans": 4, "uniqueScans": 3, "uniqueIps": 2, "botsExcluded": 0}
    assert clicks["timeseries"][-1] == {"bucket": iso_time(day_of(NOON) * DAY_MS), "scans": 4, "uniques": 3}


def test_bots_are_in_no_number_but_their_own(caller: Caller) -> None:
    made = _make(caller)
    _scan(caller, made, user_agent=GOOGLEBOT)
    clicks = _read(caller, f"{URLS}/{made['id']}/clicks")
    assert clicks["totals"] == {"totalScans": 0, "uniqueScans": 0, "uniqueIps": 0, "botsExcluded": 1}
    assert set(map(str, clicks["breakdowns"].values())) == {"[]"}
    assert {(row["scans"], row["uniques"]) for row in clicks["timeseries"]} == {(0, 0)}


def test_breakdowns_use_the_documents_words(caller: Caller) -> None:
    made = _make(caller)
    television = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 TV Safari/538.1"
    _scan(caller, made, country="US")
    _scan(caller, made, country="US")
    _scan(caller, made, user_agent=WINDOWS_EDGE, country="DE", referrer="t.co")
    _scan(caller, made, user_agent=television)
    found = _read(caller, f"{URLS}/{made['id']}/clicks")["breakdowns"]
    assert found["country"] == [
        {"country": "US", "scans": 2},
        {"country": "DE", "scans": 1},
        {"country": "Unknown", "scans": 1},
    ]
    assert [row["deviceType"] for row in found["device"]] == ["mobile", "Unknown", "desktop"]
    assert found["browser"] == [{"browser": "Safari", "scans": 3}, {"browser": "Edge", "scans": 1}]
    assert found["scanMethod"] == [{"scanMethod": "camera", "scans": 2}, {"scanMethod": "manual_entry", "scans": 2}]
    assert found["scannerApp"] == [{"scannerApp": "Unknown", "scans": 2}, {"scannerApp": "iOS Camera", "scans": 2}]


@pytest.mark.parametrize(
    ("asked", "shown"), [("", 10), ("?limit=1", 1), ("?limit=0", 1), ("?limit=11", 11), ("?limit=999", 12)]
)
def test_limit_is_of_the_values_of_each_breakdown(caller: Caller, asked: str, shown: int) -> None:
    made = _make(caller)
    countries = ["AT", "BE", "CH", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PT", "SE"]
    for country in countries:
        _scan(caller, made, country=country)
    found = _read(caller, f"{URLS}/{made['id']}/clicks{asked}")["breakdowns"]["country"]
    assert [row["country"] for row in found] == countries[:shown]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        pytest.param("since=yesterday", "since", id="no time"),
        pytest.param("until=yesterday", "until", id="no end"),
        pytest.param("since=2999-01-01", "since", id="what lies ahead"),
        pytest.param("since=2026-05-02&until=2026-05-01", "since", id="since after until"),
        pytest.param("until=1969-12-31", "until", id="before all time"),
        pytest.param("since=1969-12-31", "since", id="a start before all time"),
        pytest.param("since=1970-01-01", "since", id="too many days"),
        pytest.param("since=2020-01-01&groupBy=hour", "since", id="too many hours"),
        pytest.param("groupBy=week", "groupBy", id="by week"),
        pytest.param("limit=ten", "limit", id="no number"),
    ],
)
def test_what_cannot_be_asked_of_clicks_is_refused_by_name(caller: Caller, asked: str, field: str) -> None:
    answer = caller.call("GET", f"{URLS}/{_make(caller)['id']}/clicks?{asked}")
    _refused(answer, 400, "invalid_request", field)


def test_a_scan_is_in_the_very_next_answer(caller: Caller) -> None:
    made = _make(caller)
    for scanned in range(1, 4):
        assert _follow(made["shortCode"], via="file_upload")[0] == 307
        clicks = _read(caller, f"{URLS}/{made['id']}/clicks")
        assert clicks["totals"]["totalScans"] == scanned
        assert clicks["breakdowns"]["scanMethod"] == [{"scanMethod": "file_upload", "scans": scanned}]


# --- Tokens, scopes, limits


@pytest.mark.parametrize("way", ["bearer", "x-api-key", "body"])
def test_a_token_is_given_for_a_key_and_works_like_it(
    caller: Caller, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.api.requests.now_ms", now_ms)
    nobody = Caller("", caller.organization, caller.member)
    headers: dict[str, Any] = {"x_api_key": caller.key, "Authorization": ""} if way == "x-api-key" else {}
    answer = (caller if way == "bearer" else nobody).call(
        "POST", "/api/v1/auth/token", {"apiKey": caller.key} if way == "body" else None, **headers
    )
    assert (answer.status, answer.json["success"]) == (200, True)
    token = answer.json["data"]
    assert (token["accessToken"].startswith("eyJ"), token["expiresIn"]) == (True, 900)
    with_token = Caller(token["accessToken"], caller.organization, caller.member)
    assert _read(with_token, f"{URLS}/{_make(with_token)['id']}")["organizationId"]
    _refused(with_token.call("POST", "/api/v1/auth/token"), 403, "unauthorized")


@pytest.mark.parametrize("body", [None, {}, {"apiKey": None}, {"apiKey": ""}, {"apiKey": "oqr_" + "a" * 32}])
def test_no_token_is_given_without_a_key(caller: Caller, body: Any) -> None:
    _refused(Caller("", 0, 0).call("POST", "/api/v1/auth/token", body), 401, "unauthorized")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("urls:read", "GET", URLS),
        ("urls:read", "GET", f"{URLS}/1"),
        ("urls:write", "POST", URLS),
        ("urls:write", "POST", f"{URLS}/bulk"),
        ("urls:write", "PATCH", f"{URLS}/1"),
        ("urls:write", "DELETE", f"{URLS}/1"),
        ("analytics:read", "GET", f"{URLS}/1/clicks"),
    ],
)
def test_each_route_needs_its_scope_and_no_other(world: World, scope: str, method: str, path: str) -> None:
    having, lacking = new_caller(scopes=frozenset({scope})), new_caller(scopes=frozenset({"qr:read"}))
    assert having.call(method, path, {}).status in (200, 400, 404)
    assert scope in _refused(lacking.call(method, path, {}), 403, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/api/v1/auth/token", 10),
        ("GET", URLS, 120),
        ("GET", f"{URLS}/1/clicks", 120),
        ("POST", URLS, 60),
        ("POST", f"{URLS}/bulk", 60),
        ("DELETE", f"{URLS}/1", 60),
    ],
)
def test_requests_are_limited_a_minute_as_documented(caller: Caller, method: str, path: str, limit: int) -> None:
    who = accounts.authenticate(caller.key)
    (of,) = (each for each in (QR_READ, QR_TOKEN, QR_WRITE) if each.per_minute == limit)
    limits.take(who, of, NOON, units=limit - 1)
    body = {"targetUrl": TARGET, "urls": _rows(1)}
    last, beyond = caller.call(method, path, body), caller.call(method, path, body)
    assert last.status in (200, 201, 404)
    reset = str((NOON // 60_000 + 1) * 60)
    if last.status != 404:
        names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
        assert [last.headers[name] for name in names] == [str(limit), "0", reset]
    _refused(beyond, 429, "rate_limited")
    assert (beyond.headers["retry-after"], beyond.headers["x-ratelimit-reset"]) == ("60", reset)
