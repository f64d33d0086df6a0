"""What clients of the `dynamic` API do, beyond one request after the other: browsers, big pages, other key prefixes."""

import os
import subprocess
import sys

from infra.local import LocalStack
from tests.e2e.conftest import Client

# A browser extension's page, as Chrome announces it.
ORIGIN = "chrome-extension://abcdefghijklmnop"


def test_a_browser_may_call_from_any_origin_with_a_key(client: Client) -> None:
    preflight = client.request(
        "OPTIONS",
        "/v1/dynamic",
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )
    assert preflight.status in (200, 204)
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert {"GET", "POST"} <= set(preflight.headers["access-control-allow-methods"].split(","))
    allowed = preflight.headers["access-control-allow-headers"].lower().split(",")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
    answer = client.api("GET", "/v1/dynamic", Origin=ORIGIN)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "X-RateLimit-Remaining" in answer.headers["access-control-expose-headers"]


def test_a_browser_may_read_an_error(client: Client) -> None:
    for answer in (client.request("GET", "/v1/me"), client.api("GET", "/v1/dynamic/dc_0")):
        assert (answer.status, answer.headers["access-control-allow-origin"]) in ((401, "*"), (404, "*"))


def test_a_retried_create_is_answered_from_the_first_one(client: Client) -> None:
    body = {"destination": "https://example.com/once"}
    first = client.api("POST", "/v1/dynamic", body, **{"Idempotency-Key": "6f1c"})
    again = client.api("POST", "/v1/dynamic", body, **{"Idempotency-Key": "6f1c"})
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"


def test_a_client_may_read_its_whole_list_in_one_page_or_follow_the_cursor(client: Client) -> None:
    for n in range(5):
        client.create(f"page {n}")
    whole = client.api("GET", "/v1/dynamic?limit=500").json
    assert "next_cursor" not in whole
    paged, path = [], "/v1/dynamic?limit=2"
    while path:
        page = client.api("GET", path).json
        paged += page["codes"]
        path = f"/v1/dynamic?limit=2&cursor={page['next_cursor']}" if "next_cursor" in page else ""
    assert paged == whole["codes"]


def command(stack: LocalStack, module: str, **variables: str) -> str:
    """What an operator's command prints."""
    environment = {**os.environ, "STATE_FOLDER": str(stack.folder), **variables}
    done = subprocess.run([sys.executable, "-m", module], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_link_to_sign_in_with_can_be_had_without_a_mail(client: Client, stack: LocalStack) -> None:
    link = command(stack, "infra.sign_in")
    assert link.startswith(f"{stack.url}/sign-in/")
    answer = client.request("GET", link.removeprefix(stack.url))
    assert (answer.status, "Sign in" in answer.text) == (200, True)


def test_a_key_with_the_prefix_that_a_client_checks_for_works(client: Client, stack: LocalStack) -> None:
    other = Client(stack.url, command(stack, "infra.key", PREFIX="oqr_"))
    assert other.api_key.startswith("oqr_")
    assert len(other.api_key) == len("oqr_") + 32
    assert other.api("GET", "/v1/me").json == client.api("GET", "/v1/me").json
    other.close()
