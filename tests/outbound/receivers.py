"""Posting to the tests' servers."""

import gc
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chalicelib.outbound.policies import Policy
from chalicelib.outbound.posting import Posted, post
from chalicelib.outbound.refused import Refused
from tests.outbound.sites import Site

BODY = b'{"type": "scan.created"}'
HEADERS = {"Content-Type": "application/json", "X-Signature": "v1,c2ln"}
METADATA = "http://169.254.169.254/latest/meta-data/"


def status(line: str, *headers: str, body: bytes = b"") -> bytes:
    """An answer of any status."""
    return "\r\n".join([f"HTTP/1.1 {line}", *headers, "", ""]).encode() + body


OK = status("200 OK", "Content-Length: 2", body=b"ok")


def posted(served: Site, seconds: float = 5, **changes: Any) -> Posted:
    return post(served.url("/hook"), BODY, HEADERS, seconds, served.policy(**changes))


def refusal(url: str, policy: Policy, seconds: float = 5) -> str:
    """Why nothing was posted."""
    with pytest.raises(Refused) as refused:
        post(url, BODY, HEADERS, seconds, policy)
    assert refused.value.status is None
    return refused.value.reason


def refused(served: Site, seconds: float = 5, **changes: Any) -> str:
    return refusal(served.url("/hook"), served.policy(**changes), seconds)


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """Whatever a test does, this process holds no more files and connections afterwards."""
    gc.collect()  # what tests before this one left open is not closed meanwhile
    before = _open()
    yield
    assert _open() == before


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects fails the test."""

    def create_connection(*_: Any) -> socket.socket:
        raise AssertionError

    monkeypatch.setattr(socket, "create_connection", create_connection)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def fields(head: str) -> Mapping[str, str]:
    """The headers of a request; a test that sends one twice would see it once."""
    lines = head.removesuffix("\r\n\r\n").split("\r\n")[1:]
    named = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    assert len({name.lower() for name, _ in named}) == len(named)
    return dict(named)


def _open() -> int:
    return len(list(Path("/dev/fd").iterdir()))
