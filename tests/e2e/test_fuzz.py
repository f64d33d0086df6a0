"""Every route, called as the OpenAPI document allows and as it does not: no crash, and no answer that is not described.

FUZZ_EXAMPLES is how often each route is called, once with good and once with bad requests: a few in `make test`, more
in `make fuzz`. Half of the calls are about a thing that is there.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.local import LocalStack
from tests.api.described import DOCUMENT, operations
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.organizations import new_keys

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "6"))
LOOKING: Final = "FUZZ_EXAMPLES" in os.environ  # for what is new; `make test` asks the same every time
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
REPORTING: Final = "/api/v1/external/reporting"
SCHEMA: Final = schemathesis.openapi.from_dict(dict(DOCUMENT))
Make = Callable[[Client], str]


def _made(path: str, body: Any, *names: str) -> Make:
    def make(client: Client) -> str:
        answer = client.api("POST", path, body)
        assert answer.status < 300, answer.text
        found = answer.json
        for name in names:
            found = found[name]
        return str(found)

    return make


def _scan(client: Client) -> str:
    client.scan(client.create()["slug"], IPHONE_SAFARI)
    return str(client.api("GET", "/v1/scans?limit=1").json["scans"][0]["id"])


def _member(client: Client) -> str:
    return _made("/v1/members", {"email": f"{uuid4()}@example.com", "name": "M", "role": "member"}, "id")(client)


_link = _made("/v1/dynamic", {"destination": "https://example.com/"}, "id")
MAKERS: Final[Mapping[str, Make]] = {
    "code_id": _link,
    "url_id": _link,
    "qr_id": _made("/api/v1/qr", {"data": "hello"}, "data", "id"),
    "scan_id": _scan,
    "key_id": _made("/v1/api-keys", {"name": "fuzzed"}, "id"),
    "member_id": _member,
    "campaign_id": _made(f"{REPORTING}/campaigns", {"name": "c"}, "data", "id"),
    "client_id": _made(f"{REPORTING}/clients", {"name": "c"}, "data", "id"),
    "slug": lambda client: str(client.create()["slug"]),
}


def _cases() -> list[Any]:
    """Every route, with good requests, and with bad ones where there is anything that can be wrong."""
    return [
        pytest.param(method, path, mode, id=f"{method} {path} {mode.value}")
        for method, path, described in operations()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        if mode is GenerationMode.POSITIVE or ("security" in described and _takes_anything(described))
    ]


def _takes_anything(described: Mapping[str, Any]) -> bool:
    return bool(described["parameters"]) or "requestBody" in described


CASES: Final = _cases()


@pytest.fixture(scope="module")
def keys(stack: LocalStack) -> list[str]:
    """A key for each case, of an organization of their own: what is done to it here is seen by no other test."""
    return new_keys(stack, len(CASES))


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as kept:
        yield kept


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_whatever_is_asked_gets_an_answer_that_is_described(
    stack: LocalStack, keys: list[str], session: requests.Session, method: str, path: str, mode: GenerationMode
) -> None:
    owner = Client(stack.url, keys.pop())
    own = {name: make(owner) for name, make in MAKERS.items() if f"{{{name}}}" in path}
    headers = {"Authorization": f"Bearer {owner.api_key}"}

    @settings(
        max_examples=EXAMPLES,
        derandomize=not LOOKING,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=SCHEMA[path][method].as_strategy(generation_mode=mode), about_own=st.booleans())
    def ask(case: schemathesis.Case[Any], about_own: bool) -> None:
        if about_own:
            case.path_parameters = {**case.path_parameters, **own}
        response = case.call(base_url=owner.url, headers=headers, session=session, allow_redirects=False, timeout=30)
        case.validate_response(response, checks=CHECKS)

    ask()
    owner.close()
