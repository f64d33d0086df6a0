"""Every route, called as the OpenAPI document allows and as it does not: no crash, and no answer that is not described.

FUZZ_EXAMPLES is how often each route is called, once with good and once with bad requests: a few in `make test`, more
in `make fuzz`. Half of the calls are about a thing that is there.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
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
from tests.e2e.organizations import new_tenant

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "6"))
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


_link = _made("/v1/dynamic", {"destination": "https://example.com/"}, "id")
MAKERS: Final[Mapping[str, Make]] = {
    "code_id": _link,
    "url_id": _link,
    "qr_id": _made("/api/v1/qr", {"data": "hello"}, "data", "id"),
    "scan_id": _scan,
    "key_id": _made("/v1/api-keys", {"name": "fuzzed"}, "id"),
    "member_id": _made("/v1/members", {"email": "m@example.com", "name": "M", "role": "member"}, "id"),
    "campaign_id": _made(f"{REPORTING}/campaigns", {"name": "c"}, "data", "id"),
    "client_id": _made(f"{REPORTING}/clients", {"name": "c"}, "data", "id"),
    "slug": lambda client: str(client.create()["slug"]),
}


@pytest.fixture(scope="module")
def owner(stack: LocalStack) -> Iterator[Client]:
    """An organization of its own: what is done to it here is seen by no other test."""
    connected = Client(stack.url, new_tenant(stack).api_key)
    yield connected
    connected.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: str(mode.value))
@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _ in operations()], ids=lambda part: str(part)
)
def test_whatever_is_asked_gets_an_answer_that_is_described(
    owner: Client, method: str, path: str, mode: GenerationMode
) -> None:
    arguments = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    own = {name: MAKERS[name](owner) for name in arguments if name in MAKERS}
    # The limits a minute count by key.
    key = str(owner.api("POST", "/v1/api-keys", {"name": "fuzz"}).json["key"])
    headers = {"Authorization": f"Bearer {key}"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=SCHEMA[path][method].as_strategy(generation_mode=mode), about_own=st.booleans())
    def ask(case: schemathesis.Case[Any], about_own: bool) -> None:
        if about_own:
            case.path_parameters = {**case.path_parameters, **own}
        response = case.call(base_url=owner.url, headers=headers, allow_redirects=False, timeout=30)
        case.validate_response(response, checks=CHECKS)

    ask()
