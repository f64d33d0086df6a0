"""Short URLs in capitals, by every API that makes codes: what is printed so leads to the same place."""

from typing import Any

import pytest

from chalicelib import redirect
from chalicelib.core.codes import payload_of_link
from chalicelib.services import accounts, links
from tests.api.calls import Answer, Caller
from tests.e2e.agents import IPHONE_SAFARI

BODIES: dict[str, dict[str, Any]] = {
    "/v1/dynamic": {"destination": "https://example.com/"},
    "/v1/qrcodes": {"name": "A", "destination_url": "https://example.com/"},
    "/v1/qpr-codes": {"name": "A", "prompt": "p", "destination": "https://example.com/"},
}
LISTS = {"/v1/dynamic": "codes", "/v1/qrcodes": "data", "/v1/qpr-codes": "qpr_codes"}


def _qr(caller: Caller, **body: Any) -> Any:
    answer = caller.call("POST", "/api/v1/qr", body)
    assert answer.status == 201, answer.json
    return answer.json["data"]


def _scan(printed: str) -> tuple[int, str]:
    """Somebody scans it; the path reaches the handler as it is printed."""
    redirect._cache.clear()
    event = {
        "httpMethod": "GET",
        "pathParameters": {"slug": printed.split("/", 3)[3]},
        "headers": {"User-Agent": IPHONE_SAFARI},
        "requestContext": {"identity": {"sourceIp": "198.51.100.1"}},
    }
    answer = redirect.handler(event, None)
    return answer["statusCode"], answer["headers"].get("Location", "")


def _below_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    base = "https://x1.execute-api.eu-west-1.amazonaws.com/api"
    monkeypatch.setattr("chalicelib.api.requests.base_url", lambda _: base)


def _error(answer: Answer) -> dict[str, str]:
    """The error, whichever API drew it."""
    drawn = answer.json["error"]
    return drawn if isinstance(drawn, dict) else {"message": drawn, **answer.json}


def _refused(answer: Answer) -> None:
    error = _error(answer)
    assert (answer.status, error["code"], error["field"]) == (400, "invalid_request", "compact")
    assert error["message"].startswith("compact: ")


def test_a_compact_qr_code_leads_where_the_url_does_and_is_counted_as_itself(caller: Caller) -> None:
    code = caller.create(slug="spring-sale", destination="https://example.com/spring")
    made = [_qr(caller, urlId=code["id"], compact=compact) for compact in (True, True, False)]
    assert [it["qrData"] for it in made] == [
        "HTTPS://QZ.EXAMPLE/SPRING-SALE",
        "HTTPS://QZ.EXAMPLE/SPRING-SALE.2",
        "https://qz.example/spring-sale.3",
    ]
    assert [it["compact"] for it in made] == [True, True, False]
    for times, each in enumerate(made, 1):
        for _ in range(times):
            assert _scan(each["qrData"]) == (302, "https://example.com/spring")
    read = [caller.call("GET", f"/api/v1/qr/{it['id']}").json["data"] for it in made]
    assert [it["scanCount"] for it in read] == [1, 2, 3]
    assert [it["compact"] for it in read] == [True, True, False]


@pytest.mark.parametrize("compact", ["true", 1, None])
@pytest.mark.parametrize("path", ["/api/v1/qr", *BODIES])
def test_it_is_true_or_false(caller: Caller, path: str, compact: Any) -> None:
    body = BODIES.get(path) or {"urlId": caller.create()["id"]}
    _refused(caller.call("POST", path, {**body, "compact": compact}))


@pytest.mark.parametrize("body", [{"data": "x"}, {"type": "text", "fields": {"text": "x"}}])
def test_only_short_urls_can_be_compact(caller: Caller, body: dict[str, Any]) -> None:
    _refused(caller.call("POST", "/api/v1/qr", {**body, "compact": True}))
    assert _qr(caller, **body, compact=False)["compact"] is False


def test_where_short_links_have_a_path_nothing_can_be_compact(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    code = caller.create()
    _below_a_path(monkeypatch)
    _refused(caller.call("POST", "/api/v1/qr", {"urlId": code["id"], "compact": True}))
    plain = _qr(caller, urlId=code["id"])
    assert (plain["qrData"].endswith(f"/api/{code['slug']}"), plain["compact"]) == (True, False)
    for path, body in BODIES.items():
        _refused(caller.call("POST", path, {**body, "compact": True}))
        made = caller.call("POST", path, {**body, "compact": False})
        assert made.status == 201
        _refused(caller.call("PATCH", f"{path}/{made.json['id']}", {"compact": True}))


@pytest.mark.parametrize("path", BODIES)
def test_a_link_keeps_whether_its_picture_is_compact(caller: Caller, path: str) -> None:
    plain = caller.call("POST", path, BODIES[path]).json
    made = caller.call("POST", path, {**BODIES[path], "compact": True}).json
    assert (plain["compact"], made["compact"]) == (False, True)
    for each in (plain, made):
        assert caller.call("GET", f"{path}/{each['id']}").json["compact"] == each["compact"]
    listed = caller.call("GET", path).json[LISTS[path]]
    assert [row["compact"] for row in listed] == [True, False]


@pytest.mark.parametrize("path", BODIES)
def test_an_edit_changes_it_and_one_without_it_does_not(caller: Caller, path: str) -> None:
    made = caller.call("POST", path, {**BODIES[path], "compact": True}).json
    own = f"{path}/{made['id']}"
    label = "label" if path == "/v1/dynamic" else "name"
    assert caller.call("PATCH", own, {label: "B"}).json["compact"] is True
    for compact in (False, True):
        edited = caller.call("PATCH", own, {"compact": compact}).json
        assert (edited["compact"], edited[label]) == (compact, "B")
    _refused(caller.call("PATCH", own, {"compact": "yes"}))


def test_what_the_picture_of_a_compact_link_holds_leads_there(caller: Caller) -> None:
    made = caller.create(slug="spring-sale", compact=True)
    found = links.get(accounts.authenticate(caller.key), made["id"])
    printed = payload_of_link("https://qz.example", found.slug, found.details.compact)
    assert printed == "HTTPS://QZ.EXAMPLE/SPRING-SALE"
    assert _scan(printed) == (302, "https://example.com/")
