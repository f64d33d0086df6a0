"""One local stack for all end-to-end tests, and a client that speaks to it through the door."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.door import IDLE_SECONDS
from infra.local import LocalStack
from tests.e2e.whole_run import NAME, WholeRun

PLACES = {"test_privacy.py": -1, "test_traces.py": -1, "test_privilege.py": 1}


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(WholeRun(Path(__file__).parent, config.args), NAME)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks through everything that is stored comes while that is little; what judges all that the others made
    functions do comes last."""
    items.sort(key=lambda item: PLACES.get(item.path.name, 0))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """Real HTTP over one kept connection; redirects are not followed, so that they can be looked at."""

    def __init__(self, url: str, api_key: str = "") -> None:
        self.url, self.api_key = url, api_key
        host = urlsplit(url)
        self._connection = http.client.HTTPConnection(host.hostname or "", host.port or 80, timeout=60)
        self._answered = time.monotonic()

    def request(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        if time.monotonic() - self._answered > IDLE_SECONDS / 2:  # the door hangs up on who is silent
            self._connection.close()
        raw = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, raw, dict(headers or {}))
        response = self._connection.getresponse()
        text = response.read().decode()
        self._answered = time.monotonic()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request with the owner's key."""
        return self.request(method, path, body, {"Authorization": f"Bearer {self.api_key}", **headers})

    def scan(self, slug: str, user_agent: str, method: str = "GET", **headers: str) -> Answer:
        """A request for a slug, with header names spelled with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request(method, f"/{slug}", headers={"User-Agent": user_agent, **named})

    def create(self, label: str | None = None, destination: str = "https://example.com/landing") -> dict[str, Any]:
        """A new dynamic code."""
        answer = self.api("POST", "/v1/dynamic", {"destination": destination, "label": label})
        assert answer.status == 201, answer.text
        created: dict[str, Any] = answer.json
        return created

    def scans(self, code: Mapping[str, Any], days: int = 30) -> dict[str, Any]:
        """The analytics of a code."""
        answer = self.api("GET", f"/v1/dynamic/{code['id']}/scans?days={days}")
        assert answer.status == 200, answer.text
        report: dict[str, Any] = answer.json
        return report

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    settings = {"CreatesPerHour": "10000"}  # the limit has its own tests; these share one stack
    with LocalStack(tmp_path_factory.mktemp("stack"), fresh=True, settings=settings) as running:
        yield running


@pytest.fixture
def client(stack: LocalStack) -> Iterator[Client]:
    connected = Client(stack.url, stack.api_key)
    yield connected
    connected.close()


@pytest.fixture
def whole_run(request: pytest.FixtureRequest) -> WholeRun:
    plugin = request.config.pluginmanager.get_plugin(NAME)
    assert isinstance(plugin, WholeRun)
    return plugin
