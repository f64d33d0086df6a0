"""Endpoints: where the SDK would ask."""

from typing import Any

import botocore.session
import pytest

from chalicelib.wire.endpoints import Endpoint, endpoint, region
from chalicelib.wire.failed import Failed

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
SESSION: Any = botocore.session.Session()
REGIONS = sorted({name for it in PARTITIONS for name in SESSION.get_available_regions("dynamodb", it)})


def _theirs(service: str, where: str) -> str:
    url: str = SESSION.create_client(service, region_name=where).meta.endpoint_url
    return url


@pytest.mark.parametrize("where", REGIONS)
def test_a_region_has_the_host_that_botocore_asks(where: str) -> None:
    for service in ("dynamodb", "sqs"):
        ours = endpoint(service, where)
        assert (ours.secure, f"https://{ours.authority}", ours.port) == (True, _theirs(service, where), 443)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
            Endpoint(False, "127.0.0.1", 4566, "127.0.0.1:4566"),
            id="for all services",
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://a.example", "AWS_ENDPOINT_URL_DYNAMODB": "https://b.example:8443/"},
            Endpoint(True, "b.example", 8443, "b.example:8443"),
            id="for this one, which goes first",
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL_SQS": "http://a.example"},
            Endpoint(True, "dynamodb.eu-west-1.amazonaws.com", 443, "dynamodb.eu-west-1.amazonaws.com"),
            id="for another one",
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://[::1]:80"}, Endpoint(False, "::1", 80, "[::1]"), id="an address of IPv6"
        ),
        pytest.param(
            {"AWS_ENDPOINT_URL": "https://A.example:443"},
            Endpoint(True, "a.example", 443, "a.example"),
            id="usual port",
        ),
    ],
)
def test_variables_name_another_endpoint_as_with_the_sdk(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], found: Endpoint
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert endpoint("dynamodb", "eu-west-1") == found


@pytest.mark.parametrize(
    "url", ["ftp://a.example", "a.example", "http://", "http://a:b", "http://a.example/path", "http://[::"]
)
def test_what_is_no_endpoint_is_said(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(Failed, match="InvalidEndpoint"):
        endpoint("dynamodb", "eu-west-1")


def test_the_region_is_what_botocore_reads_or_what_lambda_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert region() == "eu-west-1"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert region() == "us-east-1"
