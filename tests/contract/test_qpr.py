"""The `qpr` API's document, sentence by sentence: its examples, parameters, defaults and limits."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, HOUR_MS, day_of, iso_day, iso_time
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, counting, history, keys, links, scans
from chalicelib.services.keys import NewKey
from chalicelib.store import scans as stored
from tests.api.calls import Caller, new_caller
from tests.contract.nesting import types
from tests.e2e.agents import GOOGLEBOT, IPAD_SAFARI, IPHONE_SAFARI, WINDOWS_EDGE
from tests.world import World, now_ms

_numbers = count(1)

# Noon of the day on which the tests run, so that none sees midnight pass; half a second past, for times are cut.
NOON = day_of(now_ms()) * DAY_MS + DAY_MS // 2 + 500
TODAY = day_of(NOON)
TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 TV Safari/538.1"

# The document's examples.
SCANS: Mapping[str, Any] = {
    "scans": [
        {
            "id": "scan_01HABC",
            "qpr_code_id": "qpr_01HXYZ789ABC",
            "short_id": "hc9m3r",
            "scanned_at": "2026-03-20T15:30:00Z",
            "country": "US",
            "region": "CA",
            "city": "San Francisco",
            "device": "mobile",
            "conversation_started": True,
            "conversation_messages": 6,
            "metadata": {},
        }
    ],
    "total": 142,
    "limit": 20,
    "offset": 0,
}
ANALYTICS: Mapping[str, Any] = {
    "qpr_code_id": "qpr_01HXYZ789ABC",
    "period": "30d",
    "scans_total": 142,
    "scans_unique_devices": 138,
    "conversation_rate": 0.74,
    "avg_messages_per_conversation": 5.2,
    "top_countries": [
        {"country": "US", "scans": 89},
        {"country": "GB", "scans": 21},
        {"country": "CA", "scans": 14},
    ],
    "timeseries": [
        {"date": "2026-03-01", "scans": 8, "conversations": 6},
        {"date": "2026-03-02", "scans": 5, "conversations": 4},
    ],
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.requests.now_ms", lambda: NOON)
    monkeypatch.setattr(ids, "_last", 0)


def _create(caller: Caller, **body: Any) -> dict[str, Any]:
    sent = {"name": "N", "prompt": "P", "destination": "https://example.com/chat", **body}
    answer = caller.call("POST", "/v1/qpr-codes", sent)
    assert answer.status == 201, answer.json
    made: dict[str, Any] = answer.json
    return made


def _scan(
    caller: Caller,
    code: Mapping[str, Any],
    ago_ms: int = 0,
    agent: str = IPHONE_SAFARI,
    fold: bool = True,
    **facts: Any,
) -> str:
    """The id of a scan of a code, so long ago."""
    number = ids.parse(code["id"])
    assert number is not None
    key = ScanKey(caller.organization, number, 0, NOON - ago_ms, f"{next(_numbers):016x}")
    stored.put_new(Arrival(key, Facts(**{"address": "a", "agent": "x", **facts}), Unjudged(agent)).attributes())
    if fold:
        counting.settle(stored.read([key]))
    return key.id


def _get(caller: Caller, path: str) -> Any:
    answer = caller.call("GET", path)
    assert answer.status == 200, answer.json
    return answer.json


def _listed(caller: Caller, query: str = "") -> list[str]:
    return [row["id"] for row in _get(caller, f"/v1/scans{query}")["scans"]]


def _report(caller: Caller, scan: str, **body: Any) -> Any:
    answer = caller.call("PATCH", f"/v1/scans/{scan}", body)
    assert answer.status == 200, answer.json
    return answer.json


def _refused(caller: Caller, method: str, path: str, body: Any, field: str) -> None:
    answer = caller.call(method, path, body)
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["field"]) == (
        400,
        "invalid_request",
        field,
    )
    assert answer.json["error"]["message"].startswith(f"{field}: ")


# --- Scans: the document's example


def test_a_list_of_scans_has_every_field_of_the_example_at_its_place_and_of_its_type(caller: Caller) -> None:
    code = _create(caller)
    scan = _scan(caller, code, country="US", region="CA", region_name="California", city="San Francisco")
    _report(caller, scan, conversation_started=True, conversation_messages=6)
    answer = _get(caller, f"/v1/scans?qpr_code_id={code['id']}&limit=20")
    assert set(types(SCANS)) <= set(types(answer))
    example = SCANS["scans"][0]
    told = {name: example[name] for name in example.keys() - {"id", "qpr_code_id", "short_id", "scanned_at"}}
    (row,) = answer["scans"]
    assert {name: row[name] for name in told} == told
    assert (row["id"], row["qpr_code_id"], row["short_id"]) == (scan, code["id"], code["short_id"])
    assert row["scanned_at"] == iso_time(NOON)
    assert (answer["total"], answer["limit"], answer["offset"]) == (1, 20, 0)
    assert _get(caller, f"/v1/scans/{scan}") == row


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        pytest.param(IPHONE_SAFARI, "mobile", id="phone"),
        pytest.param(IPAD_SAFARI, "tablet", id="tablet"),
        pytest.param(WINDOWS_EDGE, "desktop", id="desktop"),
        pytest.param(TV, "unknown", id="TV"),
    ],
)
def test_a_device_is_one_of_four_words(caller: Caller, agent: str, device: str) -> None:
    scan = _scan(caller, _create(caller), agent=agent)
    assert _get(caller, f"/v1/scans/{scan}")["device"] == device


def test_places_that_are_not_known_are_null_and_there_is_no_conversation_at_first(caller: Caller) -> None:
    scan = _get(caller, f"/v1/scans/{_scan(caller, _create(caller))}")
    assert [scan[name] for name in ("country", "region", "city")] == [None, None, None]
    assert (scan["conversation_started"], scan["conversation_messages"], scan["metadata"]) == (False, 0, {})


def test_metadata_of_a_scan_is_its_codes_at_the_time_of_reading(caller: Caller) -> None:
    shop, other = _create(caller, metadata={"shop": 7}), _create(caller)
    scans_of = [_scan(caller, shop), _scan(caller, other, 1_000)]
    assert [row["metadata"] for row in _get(caller, "/v1/scans")["scans"]] == [{"shop": 7}, {}]
    caller.call("PATCH", f"/v1/qpr-codes/{shop['id']}", {"metadata": {"shop": [8, None]}})
    assert [row["metadata"] for row in _get(caller, "/v1/scans")["scans"]] == [{"shop": [8, None]}, {}]
    assert _get(caller, f"/v1/scans/{scans_of[0]}")["metadata"] == {"shop": [8, None]}


# --- Scans: the list


def test_scans_come_newest_first_of_all_codes_or_of_one_in_any_spelling(caller: Caller) -> None:
    one, two = _create(caller), _create(caller)
    made = [_scan(caller, code, ago) for code, ago in ((one, 3_000), (two, 2_000), (one, 1_000), (two, 0))]
    assert _listed(caller) == made[::-1]
    base32, number = one["id"].partition("_")[2], ids.parse(one["id"])
    for spelling in (one["id"], f"dc_{base32}", f"qr_{base32.upper()}", str(number)):
        assert _listed(caller, f"?qpr_code_id={spelling}") == [made[2], made[0]]


def test_a_scan_that_waits_to_be_counted_is_in_the_very_next_answer(caller: Caller) -> None:
    code = _create(caller)
    scan = _scan(caller, code, fold=False)
    assert _get(caller, f"/v1/scans/{scan}")["device"] == "mobile"
    late = _scan(caller, code, fold=False)
    assert _listed(caller, f"?qpr_code_id={code['id']}") == [late, scan]
    last = _scan(caller, code, fold=False)
    assert _listed(caller) == [last, late, scan]
    assert _get(caller, f"/v1/qpr-codes/{code['id']}")["scans_total"] == 3


@pytest.mark.parametrize(
    ("query", "limit", "offset"),
    [
        pytest.param("", 50, 0, id="defaults"),
        pytest.param("limit=0", 1, 0, id="no scans"),
        pytest.param("limit=-5&offset=-5", 1, 0, id="below zero"),
        pytest.param("limit=200", 200, 0, id="the most"),
        pytest.param("limit=201", 200, 0, id="one more than the most"),
        pytest.param("limit=" + "9" * 300 + "&offset=3", 200, 3, id="immense"),
        pytest.param("offset=" + "9" * 300, 50, 10**12, id="an immense offset"),
    ],
)
def test_limits_and_offsets_are_clamped_and_echoed(caller: Caller, query: str, limit: int, offset: int) -> None:
    _scan(caller, _create(caller))
    for path in ("/v1/scans", "/v1/qpr-codes"):
        answer = _get(caller, f"{path}?{query}")
        assert (answer["total"], answer["limit"], answer["offset"]) == (1, limit, offset)


def test_pages_by_offset_and_by_cursor_have_each_scan_once_and_the_same_total(caller: Caller) -> None:
    codes = [_create(caller), _create(caller)]
    made = [_scan(caller, codes[n % 2], n * HOUR_MS, address=str(n)) for n in range(7)]
    seen = [_get(caller, f"/v1/scans?limit=3&offset={offset}") for offset in (0, 3, 6, 9)]
    assert [[row["id"] for row in page["scans"]] for page in seen] == [made[:3], made[3:6], made[6:], []]
    assert {page["total"] for page in seen} == {7}
    walked, path = [], "/v1/scans?limit=3"
    while path:
        page = _get(caller, path)
        walked += [row["id"] for row in page["scans"]]
        assert page["total"] == 7
        path = f"/v1/scans?limit=3&cursor={page['next_cursor']}" if "next_cursor" in page else ""
    assert walked == made


def test_a_cursor_is_good_for_the_same_list_only(caller: Caller) -> None:
    code, other = _create(caller), new_caller("Other")
    for _ in range(2):
        _scan(caller, code)
    cursor = _get(caller, "/v1/scans?limit=1")["next_cursor"]
    _refused(caller, "GET", f"/v1/scans?qpr_code_id={code['id']}&cursor={cursor}", None, "cursor")
    _refused(other, "GET", f"/v1/scans?cursor={cursor}", None, "cursor")
    for wrong in ("a", "!", cursor[:-4], cursor + "AAAA", "z" * 60):
        _refused(caller, "GET", f"/v1/scans?cursor={wrong}", None, "cursor")


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        pytest.param(None, None, "abcd", id="all"),
        pytest.param(2_000, None, "abc", id="since is inclusive"),
        pytest.param(1_000, None, "ab", id="a second later"),
        pytest.param(None, 2_000, "d", id="until is exclusive"),
        pytest.param(None, 1_000, "cd", id="a second later, exclusive"),
        pytest.param(2_000, 1_000, "c", id="both"),
        pytest.param(1_000, 1_000, "", id="nothing between"),
        pytest.param(0, 2_000, "", id="the wrong way round"),
    ],
)
@pytest.mark.parametrize("of_one", [True, False], ids=["of one code", "of all codes"])
def test_a_span_is_exact_to_the_second(
    caller: Caller, since: int | None, until: int | None, found: str, of_one: bool
) -> None:
    code = _create(caller)
    made = {name: _scan(caller, code, ago) for name, ago in (("d", 2_600), ("c", 2_000), ("b", 1_000), ("a", 0))}
    times = {"since": since, "until": until}
    query = "&".join(f"{name}={iso_time(NOON - ago)}" for name, ago in times.items() if ago is not None)
    path = f"/v1/scans?{query}" + (f"&qpr_code_id={code['id']}" if of_one else "")
    answer = _get(caller, path)
    names = {scan: name for name, scan in made.items()}
    shown = "".join(names[row["id"]] for row in answer["scans"])
    assert (shown, answer["total"]) == (found, len(found))


def test_parts_of_a_second_mean_nothing_since_none_are_shown(caller: Caller) -> None:
    scan = _scan(caller, _create(caller))
    second = iso_time(NOON).removesuffix("Z")
    assert _listed(caller, f"?since={second}.900Z") == [scan]
    assert _listed(caller, f"?until={second}.900Z") == []


@pytest.mark.parametrize("time", ["0001-01-01", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"])
def test_a_span_may_reach_as_far_as_times_go(caller: Caller, time: str) -> None:
    _scan(caller, _create(caller))
    past = time < "2000"
    assert len(_listed(caller, f"?since={time}")) == past
    assert len(_listed(caller, f"?until={time}")) == (not past)


def test_a_plus_sign_of_an_offset_may_have_become_a_space(caller: Caller) -> None:
    scan = _scan(caller, _create(caller))
    assert _listed(caller, f"?since={iso_time(NOON - 2_000).replace('Z', '+00:00')}") == [scan]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("limit=many", "limit", id="limit no number"),
        pytest.param("limit=1.5", "limit", id="limit no whole number"),
        pytest.param("offset=x", "offset", id="offset no number"),
        pytest.param("since=yesterday", "since", id="since no time"),
        pytest.param("until=2026-13-01", "until", id="until no date"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(caller: Caller, query: str, field: str) -> None:
    _refused(caller, "GET", f"/v1/scans?{query}", None, field)


def test_bots_and_own_tests_are_in_no_list_and_not_found(caller: Caller) -> None:
    code = _create(caller)
    bot, test, human = (_scan(caller, code, 5_000, GOOGLEBOT), _scan(caller, code, 2_000), _scan(caller, code))
    who = accounts.authenticate(caller.key)
    history.leave_out(who, code["id"], [(NOON - 3_000, NOON - 1_000)], NOON)
    counting.settle(stored.read([_key(caller, test)]), anew=True)
    assert _listed(caller) == _listed(caller, f"?qpr_code_id={code['id']}") == [human]
    assert _get(caller, "/v1/scans")["total"] == 1
    for scan in (bot, test):
        for method, body in (("GET", None), ("PATCH", {"conversation_started": True})):
            assert caller.call(method, f"/v1/scans/{scan}", body).status == 404


def _key(caller: Caller, scan: str) -> ScanKey:
    key = ScanKey.parse(caller.organization, scan)
    assert key is not None
    return key


@pytest.mark.parametrize(
    "scan",
    [
        pytest.param("scan_1", id="no scan"),
        pytest.param("qpr_1", id="a code"),
        pytest.param("scan_" + "z" * 37, id="no number"),
        pytest.param("scan_" + "0" * 37, id="of nothing"),
    ],
)
def test_what_is_no_scan_is_not_found(caller: Caller, scan: str) -> None:
    for method, body in (("GET", None), ("PATCH", {})):
        answer = caller.call(method, f"/v1/scans/{scan}", body)
        assert (answer.status, answer.json) == (
            404,
            {"error": {"code": "not_found", "message": "There is no such scan"}},
        )


def test_a_scan_of_a_time_that_never_comes_is_not_found(caller: Caller) -> None:
    scan = _scan(caller, _create(caller))
    for method, body in (("GET", None), ("PATCH", {})):
        assert caller.call(method, f"/v1/scans/{scan[:-23]}{'z' * 10}{scan[-13:]}", body).status == 404


def test_scans_of_a_code_that_is_erased_are_gone_with_it(caller: Caller) -> None:
    gone, stays = _create(caller), _create(caller)
    scan, other = _scan(caller, gone), _scan(caller, stays)
    assert caller.call("DELETE", f"/v1/qpr-codes/{gone['id']}").json == {"id": gone["id"], "deleted": True}
    assert _listed(caller) == [other]
    assert caller.call("GET", f"/v1/scans/{scan}").status == 404
    assert caller.call("PATCH", f"/v1/scans/{scan}", {"conversation_started": True}).status == 404
    for path in (f"/v1/qpr-codes/{gone['id']}", f"/v1/scans?qpr_code_id={gone['id']}"):
        assert caller.call("GET", path).status == 404


def test_scans_of_a_code_that_is_deleted_softly_stay(caller: Caller) -> None:
    code = _create(caller)
    scan = _scan(caller, code)
    links.delete(accounts.authenticate(caller.key), code["id"], NOON)
    assert _listed(caller) == _listed(caller, f"?qpr_code_id={code['id']}") == [scan]
    assert _get(caller, f"/v1/qpr-codes/{code['id']}")["status"] == "deleted"
    assert _get(caller, "/v1/qpr-codes")["total"] == 0


# --- Conversations


@pytest.mark.parametrize(
    ("reports", "started", "messages"),
    [
        pytest.param([{}], False, 0, id="nothing"),
        pytest.param([{"conversation_started": True}], True, 0, id="started"),
        pytest.param([{"conversation_messages": 3}], True, 3, id="messages mean that it started"),
        pytest.param([{"conversation_started": False, "conversation_messages": 3}], True, 3, id="whatever is said"),
        pytest.param([{"conversation_started": True}, {"conversation_messages": 0}], True, 0, id="none yet"),
        pytest.param([{"conversation_messages": 3}, {"conversation_started": True}], True, 3, id="one after the other"),
        pytest.param([{"conversation_messages": 9}, {"conversation_messages": 4}], True, 4, id="the last one holds"),
        pytest.param([{"conversation_messages": 9}, {"conversation_started": False}], False, 0, id="taken back"),
        pytest.param([{"conversation_messages": 9}, {"conversation_messages": None}], True, 9, id="null is nothing"),
        pytest.param([{"conversation_messages": 1_000_000}], True, 1_000_000, id="the most"),
        pytest.param([{"conversation_messages": 2}] * 2, True, 2, id="twice the same"),
    ],
)
def test_a_report_is_in_the_scan_and_in_the_numbers_at_once(
    caller: Caller, reports: list[dict[str, Any]], started: bool, messages: int
) -> None:
    code = _create(caller)
    scan = _scan(caller, code, 3 * DAY_MS)
    for report in reports:
        told = _report(caller, scan, **report)
    assert (told["conversation_started"], told["conversation_messages"]) == (started, messages)
    assert _get(caller, f"/v1/scans/{scan}") == told
    numbers = _get(caller, f"/v1/qpr-codes/{code['id']}/analytics")
    assert (numbers["conversations_total"], numbers["messages_total"], numbers["scans_total"]) == (started, messages, 1)


def test_an_end_is_remembered_until_it_is_taken_back(caller: Caller) -> None:
    scan = _scan(caller, _create(caller))
    reports = ({"conversation_messages": 2}, {"ended": True}, {"conversation_messages": 3}, {"ended": False})
    assert [_report(caller, scan, **report)["conversation_ended"] for report in reports] == [False, True, True, False]
    assert _get(caller, f"/v1/scans/{scan}")["conversation_messages"] == 3


@pytest.mark.parametrize(
    ("report", "field"),
    [
        pytest.param({"conversation_messages": -1}, "conversation_messages", id="below zero"),
        pytest.param({"conversation_messages": 1_000_001}, "conversation_messages", id="too many"),
        pytest.param({"conversation_messages": 1.5}, "conversation_messages", id="no whole number"),
        pytest.param({"conversation_messages": "6"}, "conversation_messages", id="text"),
        pytest.param({"conversation_messages": True}, "conversation_messages", id="yes"),
        pytest.param({"conversation_started": "yes"}, "conversation_started", id="a word"),
        pytest.param({"ended": 1}, "ended", id="a number"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_by_name(caller: Caller, report: dict[str, Any], field: str) -> None:
    scan = _scan(caller, _create(caller))
    _refused(caller, "PATCH", f"/v1/scans/{scan}", report, field)
    assert _get(caller, f"/v1/scans/{scan}")["conversation_started"] is False


# --- Analytics


def _numbers_of(caller: Caller, code: Mapping[str, Any], query: str = "") -> Any:
    return _get(caller, f"/v1/qpr-codes/{code['id']}/analytics{query}")


def test_analytics_have_every_field_of_the_example_at_its_place_and_of_its_type(caller: Caller) -> None:
    code = _create(caller)
    visits = [("US", 0, 5), ("US", DAY_MS, 6), ("GB", DAY_MS, None), ("", 40 * DAY_MS, 7)]
    for n, (country, ago, messages) in enumerate(visits):
        scan = _scan(caller, code, ago, country=country, address=str(n))
        if messages:
            _report(caller, scan, conversation_messages=messages)
    answer = _numbers_of(caller, code, "?period=30d")
    assert set(types(ANALYTICS)) <= set(types(answer))
    assert {name: answer[name] for name in ANALYTICS.keys() - {"timeseries"}} == {
        "qpr_code_id": code["id"],
        "period": "30d",
        "scans_total": 3,
        "scans_unique_devices": 3,
        "conversation_rate": 0.67,
        "avg_messages_per_conversation": 5.5,
        "top_countries": [{"country": "US", "scans": 2}, {"country": "GB", "scans": 1}],
    }
    assert answer["timeseries"][-2:] == [
        {"date": iso_day(TODAY - 1), "scans": 2, "conversations": 1},
        {"date": iso_day(TODAY), "scans": 1, "conversations": 1},
    ]
    assert all(set(row) == {"date", "scans", "conversations"} for row in answer["timeseries"])


def test_without_scans_everything_is_zero(caller: Caller) -> None:
    answer = _numbers_of(caller, _create(caller))
    names = ("scans_total", "scans_unique_devices", "conversation_rate", "avg_messages_per_conversation")
    assert [answer[name] for name in names] == [0, 0, 0, 0]
    assert (answer["period"], len(answer["timeseries"]), answer["top_countries"]) == ("30d", 30, [])


@pytest.mark.parametrize(("period", "days"), [("7d", 7), ("30d", 30), ("90d", 90)])
def test_a_period_is_today_and_the_days_before_without_gaps(caller: Caller, period: str, days: int) -> None:
    code = _create(caller)
    for ago in (0, days - 1, days):
        _scan(caller, code, ago * DAY_MS)
    answer = _numbers_of(caller, code, f"?period={period}")
    assert [row["date"] for row in answer["timeseries"]] == [iso_day(TODAY - ago) for ago in range(days - 1, -1, -1)]
    assert answer["scans_total"] == sum(row["scans"] for row in answer["timeseries"]) == 2


def _aged(caller: Caller, days: int) -> dict[str, Any]:
    """A code that was made so many days ago."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.api.requests.now_ms", lambda: NOON - days * DAY_MS)
        return _create(caller)


def test_all_begins_with_the_day_on_which_the_code_was_made(caller: Caller) -> None:
    code = _aged(caller, 100)
    _scan(caller, code, 100 * DAY_MS)
    answer = _numbers_of(caller, code, "?period=all")
    assert (answer["period"], answer["scans_total"], len(answer["timeseries"])) == ("all", 1, 101)
    assert answer["timeseries"][0] == {"date": iso_day(TODAY - 100), "scans": 1, "conversations": 0}


def test_hours_are_for_366_days_at_most(caller: Caller) -> None:
    most, more = _aged(caller, 365), _aged(caller, 366)
    assert len(_numbers_of(caller, most, "?period=all&granularity=hour")["timeseries"]) == 366 * 24
    _refused(caller, "GET", f"/v1/qpr-codes/{more['id']}/analytics?period=all&granularity=hour", None, "granularity")
    assert len(_numbers_of(caller, more, "?period=all")["timeseries"]) == 367


def test_hours_are_times_and_end_with_the_days_last(caller: Caller) -> None:
    code = _create(caller)
    _report(caller, _scan(caller, code, 2 * HOUR_MS), conversation_started=True)
    series = _numbers_of(caller, code, "?period=7d&granularity=hour")["timeseries"]
    assert len(series) == 7 * 24
    assert series[0]["date"] == f"{iso_day(TODAY - 6)}T00:00:00Z"
    assert series[-1] == {"date": f"{iso_day(TODAY)}T23:00:00Z", "scans": 0, "conversations": 0}
    assert series[-14] == {"date": f"{iso_day(TODAY)}T10:00:00Z", "scans": 1, "conversations": 1}


def test_weeks_are_named_by_their_mondays_and_hold_only_what_lies_in_the_period(caller: Caller) -> None:
    code = _create(caller)
    for ago in (0, 6, 7):
        _scan(caller, code, ago * DAY_MS)
    series = _numbers_of(caller, code, "?period=7d&granularity=week")["timeseries"]
    mondays = sorted({TODAY - ago - (TODAY - ago + 3) % 7 for ago in range(7)})
    assert [row["date"] for row in series] == [iso_day(monday) for monday in mondays]
    assert sum(row["scans"] for row in series) == 2


def test_visitors_are_counted_once_in_a_period(caller: Caller) -> None:
    code = _create(caller)
    for ago in (0, 1, 2):
        _scan(caller, code, ago * DAY_MS, address="same")
    _scan(caller, code, address="other")
    assert _numbers_of(caller, code, "?period=7d")["scans_unique_devices"] == 2


def test_countries_are_ten_at_most_without_the_unknown_and_ties_fall_by_value(caller: Caller) -> None:
    code = _create(caller)
    for n, country in enumerate(("", "", "", "SE", "SE", "PT", "NO", "NL", "IT", "IE", "GB", "FR", "ES", "DE", "AT")):
        _scan(caller, code, n, country=country)
    countries = [row["country"] for row in _numbers_of(caller, code)["top_countries"]]
    assert countries == ["SE", "AT", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "NO"]


def test_bots_and_own_tests_are_left_out_and_shown(caller: Caller) -> None:
    code = _create(caller)
    _scan(caller, code, agent=GOOGLEBOT)
    assert (_numbers_of(caller, code)["scans_total"], _numbers_of(caller, code)["bots_excluded"]) == (0, 1)
    assert "own_tests_excluded" not in _numbers_of(caller, code)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("period=31d", "period", id="another period"),
        pytest.param("period=ALL", "period", id="capitals"),
        pytest.param("granularity=month", "granularity", id="another granularity"),
    ],
)
def test_other_words_are_refused_by_name(caller: Caller, query: str, field: str) -> None:
    _refused(caller, "GET", f"/v1/qpr-codes/{_create(caller)['id']}/analytics?{query}", None, field)


# --- Codes


def test_a_code_is_answered_with_all_that_was_given_and_where_it_is(caller: Caller) -> None:
    given = {
        "name": "Window sticker",
        "prompt": "You help visitors.\nBe kind.",
        "destination": "https://example.com/chat?a=%2F",
        "welcome_message": "Hello!",
        "template": "shop",
        "metadata": {"shop": 7, "tags": ["a", {"b": None}], "größe": 1.5},
        "report_conversations": True,
    }
    code = _create(caller, **given)
    assert {name: code[name] for name in given} == given
    slug, base = code["short_id"], "https://qz.example"
    assert code["id"].startswith("qpr_")
    assert {name: code[name] for name in code.keys() - given.keys()} == {
        "id": code["id"],
        "short_id": slug,
        "scan_url": f"{base}/s/{slug}",
        "qr_image_url": f"{base}/api/qr/{code['id']}/download?format=png",
        "qr_svg_url": f"{base}/api/qr/{code['id']}/download?format=svg",
        "status": "active",
        "scans_total": 0,
        "created_at": iso_time(NOON),
        "updated_at": iso_time(NOON),
        "compact": False,
        "scannability": {"score": 100, "reasons": []},
    }
    assert _get(caller, f"/v1/qpr-codes/{code['id']}") == code
    assert _get(caller, "/v1/qpr-codes") == {"qpr_codes": [code], "total": 1, "limit": 50, "offset": 0}


def test_what_is_optional_is_null_or_empty(caller: Caller) -> None:
    code = _create(caller)
    assert (code["welcome_message"], code["template"]) == (None, None)
    assert (code["metadata"], code["report_conversations"]) == ({}, False)


def _nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def _metadata(size: int) -> dict[str, str]:
    """Metadata of so many bytes of compact JSON, in letters of two bytes."""
    empty = len('{"a":"é"}'.encode()) - 2
    return {"a": "é" * ((size - empty) // 2) + "x" * ((size - empty) % 2)}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"name": None}, "name", id="name null"),
        pytest.param({"name": ""}, "name", id="name empty"),
        pytest.param({"name": "n" * 201}, "name", id="name too long"),
        pytest.param({"name": "a\nb"}, "name", id="name of two lines"),
        pytest.param({"name": "\ud800"}, "name", id="name no text"),
        pytest.param({"prompt": ""}, "prompt", id="prompt empty"),
        pytest.param({"prompt": None}, "prompt", id="prompt null"),
        pytest.param({"prompt": "p" * 8_001}, "prompt", id="prompt too long"),
        pytest.param({"prompt": "\ud800"}, "prompt", id="prompt no text"),
        pytest.param({"destination": None}, "destination", id="destination null"),
        pytest.param({"destination": "example.com"}, "destination", id="destination relative"),
        pytest.param({"welcome_message": 5}, "welcome_message", id="welcome a number"),
        pytest.param({"template": "t" * 201}, "template", id="template too long"),
        pytest.param({"metadata": []}, "metadata", id="metadata a list"),
        pytest.param({"metadata": _metadata(2_049)}, "metadata", id="metadata a byte too long"),
        pytest.param({"metadata": {"a": _nested(32)}}, "metadata", id="metadata a level too deep"),
        pytest.param({"metadata": {"a": _nested(850)}}, "metadata", id="metadata as deep as JSON can be read"),
        pytest.param({"metadata": {"a": float("nan")}}, "metadata", id="metadata no JSON"),
        pytest.param({"metadata": {"a": "\ud800"}}, "metadata", id="metadata no text"),
        pytest.param({"report_conversations": "yes"}, "report_conversations", id="a word"),
    ],
)
def test_a_code_that_makes_no_sense_is_refused_by_name(caller: Caller, body: dict[str, Any], field: str) -> None:
    good = {"name": "N", "prompt": "P", "destination": "https://example.com/chat"}
    _refused(caller, "POST", "/v1/qpr-codes", good | body, field)
    _refused(caller, "PATCH", f"/v1/qpr-codes/{_create(caller)['id']}", body, field)
    assert _get(caller, "/v1/qpr-codes")["total"] == 1


@pytest.mark.parametrize("field", ["name", "prompt", "destination"])
def test_what_is_needed_is_asked_for(caller: Caller, field: str) -> None:
    good = {"name": "N", "prompt": "P", "destination": "https://example.com/chat"}
    _refused(caller, "POST", "/v1/qpr-codes", {name: good[name] for name in good.keys() - {field}}, field)


def test_metadata_may_have_two_kilobytes_of_compact_json_and_passes_through_to_the_letter(caller: Caller) -> None:
    metadata = _metadata(2_048)
    code = _create(caller, metadata=metadata)
    assert _get(caller, f"/v1/qpr-codes/{code['id']}")["metadata"] == metadata
    assert _create(caller, metadata={"a": _nested(31)})["metadata"] == {"a": _nested(31)}


def test_an_unsafe_destination_is_refused(caller: Caller) -> None:
    sent = {"name": "N", "prompt": "P", "destination": "https://qz.example/loop"}
    answer = caller.call("POST", "/v1/qpr-codes", sent)
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["field"]) == (
        400,
        "unsafe_destination",
        "destination",
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": "New"}, id="name"),
        pytest.param({"prompt": "New"}, id="prompt"),
        pytest.param({"destination": "https://example.com/new"}, id="destination"),
        pytest.param({"welcome_message": "New"}, id="welcome"),
        pytest.param({"welcome_message": None}, id="no welcome"),
        pytest.param({"template": None}, id="no template"),
        pytest.param({"metadata": {"b": 2}}, id="metadata as a whole"),
        pytest.param({"metadata": {}}, id="no metadata"),
        pytest.param({"report_conversations": False}, id="no reports"),
        pytest.param({"status": "paused"}, id="status"),
        pytest.param({}, id="nothing"),
    ],
)
def test_a_change_changes_what_is_given_and_nothing_else(caller: Caller, change: dict[str, Any]) -> None:
    given = {"welcome_message": "W", "template": "T", "metadata": {"a": 1}, "report_conversations": True}
    code = _create(caller, **given)
    answer = caller.call("PATCH", f"/v1/qpr-codes/{code['id']}", change)
    assert (answer.status, answer.json) == (200, code | change)
    assert _get(caller, f"/v1/qpr-codes/{code['id']}") == code | change


def test_metadata_that_is_null_is_none(caller: Caller) -> None:
    code = _create(caller, metadata=None)
    assert code["metadata"] == {}
    caller.call("PATCH", f"/v1/qpr-codes/{code['id']}", {"metadata": {"a": 1}})
    assert caller.call("PATCH", f"/v1/qpr-codes/{code['id']}", {"metadata": None}).json["metadata"] == {}


def test_codes_come_newest_first_in_pages_with_their_totals_whoever_made_them(caller: Caller) -> None:
    made = [_create(caller), caller.create(label="L"), _create(caller)]
    _scan(caller, made[0])
    pages = [_get(caller, f"/v1/qpr-codes?limit=2&offset={offset}") for offset in (0, 2, 4)]
    rows = [row for page in pages for row in page["qpr_codes"]]
    assert [ids.parse(row["id"]) for row in rows] == [ids.parse(code["id"]) for code in made[::-1]]
    assert [row["scans_total"] for row in rows] == [0, 0, 1]
    assert ([page["total"] for page in pages], [len(page["qpr_codes"]) for page in pages]) == ([3, 3, 3], [2, 1, 0])
    assert (rows[1]["name"], rows[1]["prompt"], rows[1]["metadata"]) == ("L", None, {})


def test_a_create_happens_once(caller: Caller) -> None:
    sent = {"name": "N", "prompt": "P", "destination": "https://example.com/chat"}
    answers = [caller.call("POST", "/v1/qpr-codes", sent, Idempotency_Key="k") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert _get(caller, "/v1/qpr-codes")["total"] == 1


def test_creates_are_not_limited_by_the_hour(caller: Caller) -> None:
    assert len({_create(caller)["id"] for _ in range(21)}) == 21


# --- Limits, keys


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        pytest.param("POST", "/v1/qpr-codes", 60, id="creates"),
        pytest.param("GET", "/v1/scans", 120, id="scans"),
        pytest.param("GET", "/v1/scans/{scan}", 120, id="a scan"),
        pytest.param("PATCH", "/v1/scans/{scan}", 120, id="reports"),
        pytest.param("GET", "/v1/qpr-codes/{code}/analytics", 30, id="analytics"),
        pytest.param("GET", "/v1/qpr-codes", 100, id="list"),
        pytest.param("GET", "/v1/qpr-codes/{code}", 100, id="read"),
        pytest.param("PATCH", "/v1/qpr-codes/{code}", 100, id="edit"),
        pytest.param("DELETE", "/v1/qpr-codes/{code}", 100, id="delete"),
    ],
)
def test_every_route_has_its_limit_a_minute(caller: Caller, method: str, path: str, limit: int) -> None:
    code = caller.create()
    body = {"name": "N", "prompt": "P", "destination": "https://example.com/"} if method != "GET" else None
    answer = caller.call(method, path.format(code=code["id"], scan=_scan(caller, code)), body)
    assert answer.status in (200, 201), answer.json
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == (
        str(limit),
        str(limit - 1),
    )


def test_beyond_its_limit_a_key_is_told_to_wait(caller: Caller) -> None:
    code = _create(caller)
    for _ in range(30):
        _numbers_of(caller, code)
    answer = caller.call("GET", f"/v1/qpr-codes/{code['id']}/analytics")
    assert (answer.status, answer.json["error"]["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 0


def test_a_key_that_is_not_known_is_401_and_one_that_was_revoked_403(caller: Caller, world: World) -> None:
    who = accounts.authenticate(caller.key)
    made = keys.create(who, NewKey(), NOON)
    keys.revoke(who, ids.spell("key", made.key.number), NOON)
    for key, status in (("3qpr_sk_live_" + "a" * 32, 401), (made.text, 403)):
        answer = caller.call("GET", "/v1/scans", Authorization=f"Bearer {key}")
        assert (answer.status, answer.json["error"]["code"]) == (status, "unauthorized")


def test_a_key_may_begin_as_the_services_keys_do(caller: Caller) -> None:
    key = accounts.create_key(caller.organization, caller.member, NOON, "3qpr_sk_live_")
    assert caller.call("GET", "/v1/scans", Authorization=f"Bearer {key}").status == 200


def test_a_scan_is_read_with_its_link_by_whoever_owns_it(caller: Caller) -> None:
    scan = _scan(caller, _create(caller))
    found = scans.get(accounts.authenticate(caller.key), scan, NOON)
    assert found.scan.key.link == found.link.number
    assert new_caller("Other").call("GET", f"/v1/scans/{scan}").status == 404
