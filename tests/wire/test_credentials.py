"""Credentials change: each request is signed with those that hold now."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chalicelib.wire.client import DYNAMODB
from chalicelib.wire.credentials import _refreshing, credentials
from chalicelib.wire.failed import Failed
from chalicelib.wire.signing import Credentials
from tests.wire.conftest import Serve


class _Container(ThreadingHTTPServer):
    """A container's endpoint of credentials: each answer names new ones. `lasts` is for how long they are good."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.given = 0
        self.lasts = timedelta(hours=6)
        self.is_well = True


class _Request(BaseHTTPRequestHandler):
    server: _Container

    def do_GET(self) -> None:
        self.server.given += 1
        until = datetime.now(UTC) + self.server.lasts
        given: dict[str, Any] = {
            "AccessKeyId": f"AKID{self.server.given}",
            "SecretAccessKey": f"secret{self.server.given}",
            "Token": f"token{self.server.given}",
            "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.send_response(200 if self.server.is_well else 404)
        self.end_headers()
        self.wfile.write(json.dumps(given).encode())

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch, elsewhere: None) -> Iterator[_Container]:
    with _Container() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{server.server_port}/")
        yield server
        server.shutdown()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Not on Lambda: no variable holds credentials, and botocore has not looked for any yet."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    _refreshing.cache_clear()
    yield
    _refreshing.cache_clear()


def test_variables_that_change_are_seen_with_the_next_request(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    aws = serve()
    DYNAMODB.call("PutItem", {})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOTHER")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "other")
    DYNAMODB.call("PutItem", {})
    assert [asked.access_key for asked in aws.asked] == ["AKIDEXAMPLE", "AKIDOTHER"]
    assert [asked.headers.get("x-amz-security-token") for asked in aws.asked] == [None, "other"]


def test_an_empty_token_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "")
    assert credentials() == Credentials("AKIDEXAMPLE", "secret")


def test_a_containers_credentials_are_fetched_anew_before_they_expire(serve: Serve, container: _Container) -> None:
    aws = serve()
    container.lasts = timedelta(minutes=2)  # botocore renews what has less than ten
    DYNAMODB.call("PutItem", {})
    container.lasts = timedelta(hours=6)
    DYNAMODB.call("PutItem", {})
    renewed = aws.asked[-1].access_key
    DYNAMODB.call("PutItem", {})
    assert aws.asked[0].access_key != renewed == aws.asked[-1].access_key
    assert aws.asked[-1].headers["x-amz-security-token"] == f"token{container.given}"


def test_a_profile_is_read_where_there_is_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, elsewhere: None
) -> None:
    (tmp_path / "AWS_SHARED_CREDENTIALS_FILE").write_text(
        "[mine]\naws_access_key_id = AKIDMINE\naws_secret_access_key = hidden\n"
    )
    monkeypatch.setenv("AWS_PROFILE", "mine")
    assert credentials() == Credentials("AKIDMINE", "hidden")


def test_none_is_a_failure_that_is_not_remembered(monkeypatch: pytest.MonkeyPatch, elsewhere: None) -> None:
    with pytest.raises(Failed, match="NoCredentials"):
        credentials()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDLATE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "late")
    assert credentials() == Credentials("AKIDLATE", "late")


def test_an_endpoint_of_credentials_that_fails_is_a_failure_of_ours(container: _Container) -> None:
    container.is_well = False
    with pytest.raises(Failed) as failed:
        credentials()
    assert failed.value.passes
    container.is_well = True
    assert credentials().access_key == f"AKID{container.given}"
