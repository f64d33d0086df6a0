"""What tests of the wire share: an environment as on Lambda, no connection from before, no waiting."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chalicelib import redirect
from chalicelib.wire import connections
from tests.wire.servers import Move, Server, serving

Serve = Callable[..., Server]


@pytest.fixture(autouse=True)
def _on_lambda(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SQS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    redirect._cache.clear()
    yield
    connections.forget()
    redirect._cache.clear()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made, in seconds."""
    made: list[float] = []
    monkeypatch.setattr("chalicelib.wire.client.time.sleep", made.append)
    return made


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> Iterator[Serve]:
    """Starts an AWS that makes these moves, and tells the product of it."""
    with ExitStack() as running:

        def start(*moves: Move) -> Server:
            server = running.enter_context(serving(*moves))
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
            return server

        yield start
        connections.forget()
