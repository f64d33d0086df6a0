"""Signatures: byte for byte those of the SDK."""

from datetime import UTC, datetime
from typing import Any

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.wire.signing import Credentials, Scope, signed

words = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789+/=", min_size=1, max_size=40)
tokens = st.one_of(st.just(""), st.text("abcXYZ019+/=", min_size=1, max_size=900))
regions = st.sampled_from(["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "ap-southeast-5"])
services = st.sampled_from(["dynamodb", "sqs"])
times = st.integers(946_684_800, 4_102_358_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
hosts = st.sampled_from(["dynamodb.eu-west-1.amazonaws.com", "127.0.0.1:4566", "[::1]:8000", "localhost"])


def _theirs(headers: dict[str, str], body: bytes, credentials: Credentials, scope: Scope, at: datetime) -> Any:
    """The headers that botocore's own signer sends."""
    request = AWSRequest("POST", f"https://{headers['host']}/", dict(headers), body)
    of_theirs = TheirCredentials(credentials.access_key, credentials.secret_key, credentials.token or None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: at.replace(tzinfo=None))
        botocore.auth.SigV4Auth(of_theirs, scope.service, scope.region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@given(st.binary(max_size=3000), words, words, tokens, regions, services, times, hosts, words)
def test_a_request_is_signed_as_botocore_signs_it(
    body: bytes, key: str, secret: str, token: str, region: str, service: str, at: datetime, host: str, target: str
) -> None:
    headers = {"host": host, "content-type": "application/x-amz-json-1.0", "x-amz-target": target}
    credentials, scope = Credentials(key, secret, token), Scope(region, service)
    ours = signed(headers, body, credentials, scope, f"{at:%Y%m%dT%H%M%SZ}")
    assert ours == _theirs(headers, body, credentials, scope, at)


def test_an_empty_session_token_is_none() -> None:
    credentials, scope = Credentials("key", "secret", ""), Scope("eu-west-1", "sqs")
    sent = signed({"host": "a.example"}, b"", credentials, scope, "20260101T000000Z")
    assert "x-amz-security-token" not in sent
    assert "SignedHeaders=host;x-amz-date," in sent["authorization"]


def test_a_signature_is_good_for_one_body_time_and_secret() -> None:
    headers, scope = {"host": "a.example"}, Scope("eu-west-1", "dynamodb")
    made = {
        signed(headers, body, Credentials("key", secret), scope, at)["authorization"]
        for body in (b"{}", b"{ }")
        for at in ("20260101T000000Z", "20260101T000001Z", "20260102T000000Z")
        for secret in ("one", "another")
    }
    assert len(made) == 12
