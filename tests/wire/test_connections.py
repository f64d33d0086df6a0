"""Kept connections: used again, left when they ended, never used after something went wrong; and TLS."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.wire import connections
from chalicelib.wire.client import DYNAMODB
from chalicelib.wire.failed import Failed
from tests.outbound.certificates import authority, self_signed, server_context
from tests.wire.conftest import Serve
from tests.wire.servers import Move, Server, answers, cuts, hangs_up, is_silent, refuses, says, serving, spelled

OK = spelled(200, b"{}")


def _put(times: int = 1) -> None:
    for _ in range(times):
        DYNAMODB.call("PutItem", {})


def test_one_connection_carries_every_request(serve: Serve) -> None:
    aws = serve(refuses("ConditionalCheckFailedException"))
    with pytest.raises(Failed):
        _put()
    _put(4)
    assert aws.connections == [1] * 5


@pytest.mark.parametrize(
    ("move", "attempts"),
    [
        pytest.param(cuts(OK), 1, id="closed after an answer"),
        pytest.param(says(spelled(200, b"{}", Connection="close")), 1, id="said that it closes"),
        pytest.param(says(OK + b"HTTP/1.1 200 OK\r\n"), 1, id="said more than was asked"),
        pytest.param(says(spelled(200, b"<html>")), 2, id="an answer that is none of DynamoDB's"),
    ],
)
def test_a_connection_that_is_no_good_any_more_costs_no_attempt(
    serve: Serve, pauses: list[float], move: Move, attempts: int
) -> None:
    aws = serve(move)
    _put()
    aws.settled()
    _put()
    assert len(aws.asked) == attempts + 1
    assert len(pauses) == attempts - 1


def test_an_idle_connection_that_the_server_closed_costs_no_attempt(serve: Serve, pauses: list[float]) -> None:
    aws = serve()
    _put()
    aws.close_connections()
    aws.settled()
    _put()
    assert (aws.connections, pauses) == ([1, 2], [])


@pytest.mark.parametrize("move", [hangs_up, cuts(b"")])
def test_a_kept_connection_that_ends_as_it_is_used_costs_no_attempt(
    serve: Serve, pauses: list[float], move: Move
) -> None:
    aws = serve(answers(), move)
    _put(2)
    assert (aws.connections, pauses) == ([1, 1, 2], [])


def test_a_new_connection_that_ends_costs_one(serve: Serve, pauses: list[float]) -> None:
    aws = serve(hangs_up)
    _put()
    assert (aws.connections, len(pauses)) == ([1, 2], 1)


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(cuts(OK[:-1]), id="cut off in its answer"),
        pytest.param(says(b"hello\r\n"), id="no answer"),
        pytest.param(is_silent, id="silent"),
    ],
)
def test_after_something_went_wrong_a_connection_is_not_used_again(
    serve: Serve, pauses: list[float], monkeypatch: pytest.MonkeyPatch, move: Move
) -> None:
    aws = serve(answers(), move)
    _put()
    (kept,) = connections._kept.values()
    kept._socket.settimeout(0.1)
    _put(2)
    assert (aws.connections, len(pauses)) == ([1, 1, 2, 2], 1)
    assert kept._socket.fileno() == -1, "it is closed"


def test_endpoints_have_connections_of_their_own(serve: Serve) -> None:
    first = serve()
    _put()
    second = serve()
    _put()
    assert (first.connections, second.connections) == ([1], [1])


# --- TLS


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the only authority that is believed."""
    path = tmp_path / "bundle.pem"
    path.write_bytes(authority().certificate.public_bytes(Encoding.PEM))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(path))
    return path


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> Iterator[Serve]:
    """Starts an AWS behind TLS, with a certificate of this kind."""
    for name in ("CONNECT_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(connections, name, 30.0)
    with ExitStack() as running:

        def start(kind: str) -> Server:
            contexts = {
                "good": lambda: server_context("localhost", authority()),
                "another host's": lambda: server_context("other.example", authority()),
                "another authority's": lambda: server_context("localhost", authority("Others")),
                "its own": lambda: self_signed("localhost"),
            }
            server = running.enter_context(serving(context=contexts[kind]()))
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
            return server

        yield start
        connections.forget()


@pytest.mark.usefixtures("bundle")
def test_a_host_with_a_good_certificate_is_asked_over_one_connection(secure: Serve) -> None:
    aws = secure("good")
    _put(3)
    assert aws.connections == [1, 1, 1]


@pytest.mark.usefixtures("bundle")
def test_a_secure_connection_that_was_closed_is_made_anew(secure: Serve, pauses: list[float]) -> None:
    aws = secure("good")
    _put()
    aws.close_connections()
    aws.settled()
    _put()
    assert (aws.connections, pauses) == ([1, 2], [])


@pytest.mark.usefixtures("bundle")
@pytest.mark.parametrize("kind", ["another host's", "another authority's", "its own"])
def test_nothing_is_sent_to_whom_nobody_vouches_for(secure: Serve, kind: str) -> None:
    aws = secure(kind)
    with pytest.raises(Failed, match="SSLCertVerificationError"):
        _put()
    assert aws.asked == []


def test_who_is_believed_by_default_is_botocores_own_bundle(secure: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore

    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    assert Path(connections._bundle()) == Path(botocore.__file__).parent / "cacert.pem"
    aws = secure("good")  # the tests' authority is none of those
    with pytest.raises(Failed, match="SSLCertVerificationError"):
        _put()
    assert aws.asked == []


def test_a_missing_bundle_is_a_failure_like_others(secure: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/bundle.pem")
    secure("good")
    with pytest.raises(Failed, match="FileNotFoundError"):
        _put()
