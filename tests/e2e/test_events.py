"""Events out, end to end: scans through the door, webhooks to real HTTP servers on this machine."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from infra.aws import clients
from infra.embedded.ministack import free_port
from infra.local import STACK, LocalStack
from infra.resume import tick
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.receivers import Got, Receiver, receiving, takes

SCANS = 150
PATIENCE_SECONDS = 120


@pytest.fixture
def receivers() -> Iterator[Callable[..., Receiver]]:
    with ExitStack() as open_ones:
        yield lambda *answer: open_ones.enter_context(receiving(*answer))


def _endpoint(client: Client, url: str, events: list[str], **more: Any) -> dict[str, Any]:
    answer = client.api("POST", "/v1/webhooks", {"url": url, "events": events, **more})
    assert answer.status == 200, answer.text
    made: dict[str, Any] = answer.json
    return made


def _remove(client: Client, *endpoints: dict[str, Any]) -> None:
    for endpoint in endpoints:
        assert client.api("DELETE", f"/v1/webhooks/{endpoint['id']}").status == 200


def _wait(until: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not until():
        assert time.monotonic() < deadline, "it did not come"
        meanwhile()
        time.sleep(0.2)


def _invoke(stack: LocalStack, function: str) -> None:
    """What the clock does every minute."""
    of = clients(stack.aws_endpoint)
    found = of("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    (name,) = (it["PhysicalResourceId"] for it in found if it["LogicalResourceId"] == function)
    of("lambda").invoke(FunctionName=name, Payload=json.dumps(tick()))


def _scan(client: Client, slug: str, address: str = "198.51.100.7", agent: str = IPHONE_SAFARI) -> None:
    headers = {"CloudFront_Viewer_Address": f"{address}:4711", "CloudFront_Viewer_Country": "GB"}
    assert client.scan(slug, agent, **headers).status == 302


def _is_signed(format: str, secret: str, got: Got) -> bool:
    """What the receivers of each service check."""
    Webhook(secret).verify(got.body, got.headers)
    if format == "qpr":
        expected = hmac.new(secret.encode(), got.body, hashlib.sha256).hexdigest()
        return got.headers["x-3qpr-signature"] == f"sha256={expected}"
    if format == "qr":
        signed = got.headers["x-shortnd-timestamp"].encode() + b"." + got.body
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return got.headers["x-shortnd-signature"] == f"sha256={expected}"
    return True


@pytest.mark.parametrize("format", ["standard", "qpr", "qr", "qrcodes"])
def test_a_scan_reaches_a_receiver_signed_as_its_service_signs(
    client: Client, receivers: Callable[..., Receiver], format: str
) -> None:
    receiver = receivers()
    endpoint = _endpoint(client, receiver.url, ["scan.created"], format=format)
    code = client.create(f"told in {format}")
    _scan(client, code["slug"], agent=GOOGLEBOT)
    _scan(client, code["slug"])
    _wait(lambda: bool(receiver.got))
    (got,) = receiver.got
    assert _is_signed(format, endpoint["secret"], got)
    body = json.loads(got.body)
    assert body.get("type", body.get("event")) == "scan.created"
    assert "GB" in json.dumps(body["data"])
    _remove(client, endpoint)


def test_what_the_document_of_an_existing_service_says_is_what_comes(
    client: Client, receivers: Callable[..., Receiver]
) -> None:
    receiver = receivers()
    events = ["url.created", "qr.created", "qr.deleted"]
    asked = {"url": receiver.url, "events": events, "isActive": True}
    endpoint = client.api("POST", "/api/v1/webhooks", asked).json["data"]
    link = client.api("POST", "/api/v1/urls", {"targetUrl": "https://example.com/"}).json["data"]
    code = client.api("POST", "/api/v1/qr", {"urlId": int(link["id"])}).json["data"]
    client.api("DELETE", f"/api/v1/qr/{code['id']}")
    _wait(lambda: len(receiver.got) == 3)
    told = {got.headers["x-shortnd-event"]: json.loads(got.body) for got in receiver.got}
    assert all(_is_signed("qr", endpoint["secret"], got) for got in receiver.got)
    assert {name: body["type"] for name, body in told.items()} == {name: name for name in events}
    assert told["url.created"]["data"]["id"] == link["id"]
    assert told["qr.created"]["data"]["id"] == told["qr.deleted"]["data"]["id"] == code["id"]
    client.api("DELETE", f"/api/v1/webhooks/{endpoint['id']}")


def test_thresholds_are_told_once_to_endpoints_and_to_slack(client: Client, receivers: Callable[..., Receiver]) -> None:
    endpoint_at, slack = receivers(), receivers()
    endpoint = _endpoint(client, endpoint_at.url, ["url.click_threshold"])
    code = client.create("on its way to three")
    client.api("PUT", f"/v1/thresholds/{code['id']}", {"thresholds": [1, 3]})
    asked = {"url": slack.url, "scope": "link", "scope_id": code["id"], "time_zone": "Europe/Berlin"}
    summary = client.api("POST", "/v1/summaries", asked)
    assert summary.status == 201, summary.text
    for n in range(4):
        _scan(client, code["slug"], address=f"198.51.100.{n}")
    _wait(lambda: len(endpoint_at.got) >= 2 and len(slack.got) >= 2)
    told = [json.loads(got.body)["data"] for got in endpoint_at.got]
    assert sorted(it["threshold"] for it in told) == [1, 3]
    assert all("on its way to three" in got.body.decode() for got in slack.got)
    sent = client.api("POST", f"/v1/summaries/{summary.json['id']}/send")
    assert (sent.status, sent.json["delivered"]) == (200, True), sent.text
    assert "text" in json.loads(slack.got[-1].body)
    client.api("DELETE", f"/v1/summaries/{summary.json['id']}")
    _remove(client, endpoint)


def test_a_dead_and_a_slow_receiver_delay_nobody_and_nothing_is_lost(
    stack: LocalStack, client: Client, receivers: Callable[..., Receiver]
) -> None:
    healthy, slow = receivers(), receivers(takes(2))
    dead = f"http://127.0.0.1:{free_port()}/"
    endpoints = [_endpoint(client, url, ["scan.created"]) for url in (healthy.url, slow.url, dead)]
    codes = [client.create(f"busy {n}") for n in range(3)]

    def visit(first: int) -> None:
        visitor = Client(stack.url)
        for n in range(first, SCANS, 4):
            _scan(visitor, codes[n % 3]["slug"], address=f"198.51.{n // 200}.{n % 200}")
        visitor.close()

    with ThreadPoolExecutor(4) as visitors:
        list(visitors.map(visit, range(4)))
    _wait(lambda: len(healthy.events()) == SCANS)
    _wait(lambda: len(slow.events()) == SCANS, meanwhile=lambda: _invoke(stack, "Slow"))
    assert {got.body for got in healthy.got} == {got.body for got in slow.got}
    bodies = {got.event: got.body for got in slow.got}
    assert all(bodies[got.event] == got.body for got in slow.got)  # a repeat is the same
    shown = client.api("GET", f"/v1/webhooks/{endpoints[2]['id']}").json
    assert shown["health"]["state"] in ("failing", "resting")
    assert "refused" in shown["health"]["last_failure"]["reason"]
    waiting = _deliveries(client, endpoints[2]["id"])
    assert len(waiting) == SCANS
    assert {it["state"] for it in waiting} == {"waiting"}
    _remove(client, *endpoints)


def _deliveries(client: Client, endpoint: str) -> list[dict[str, Any]]:
    """All of an endpoint's log."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = client.api("GET", f"/v1/webhooks/{endpoint}/deliveries?limit=100&cursor={cursor}")
        assert answer.status == 200, answer.text
        found += answer.json["deliveries"]
        cursor = answer.json.get("next_cursor", "")
        if not cursor:
            return found


def test_a_receiver_that_comes_back_gets_what_it_missed(
    client: Client, stack: LocalStack, receivers: Callable[..., Receiver]
) -> None:
    broken = [True]
    receiver = receivers(lambda _: 500 if broken[0] else 204)
    endpoint = _endpoint(client, receiver.url, ["scan.created"])
    code = client.create("missed at first")
    _scan(client, code["slug"])
    _wait(lambda: bool(receiver.got))
    broken[0] = False
    _wait(lambda: len(receiver.got) > 1)  # the retry after 5 seconds
    first, second = receiver.got[:2]
    assert (first.event, first.body) == (second.event, second.body)
    _wait(lambda: _deliveries(client, endpoint["id"])[0]["state"] == "delivered")
    (delivery,) = _deliveries(client, endpoint["id"])
    shown = client.api("GET", f"/v1/webhooks/{endpoint['id']}/deliveries/{delivery['id']}").json
    assert [attempt["status"] for attempt in shown["attempt_log"]] == [500, 204]
    since = datetime.now(UTC).strftime("%Y-%m-%dT00:00:00Z")
    again = client.api("POST", f"/v1/webhooks/{endpoint['id']}/replay", {"since": since})
    assert again.status == 202, again.text
    _wait(lambda: len(receiver.got) == 3, meanwhile=lambda: _invoke(stack, "Slow"))
    assert {got.body for got in receiver.got} == {first.body}
    _remove(client, endpoint)
