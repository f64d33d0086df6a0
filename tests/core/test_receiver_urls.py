"""Where events may be posted; and that links may still lead to no such place."""

import pytest

from chalicelib.core import destinations, receiver_urls
from chalicelib.errors import InvalidRequest, UnsafeDestination

OWN = ("qz.example",)

GOOD = [
    pytest.param("https://example.com/hooks", id="https"),
    pytest.param("HTTPS://Example.com/hooks?a=1", id="capitals"),
    pytest.param("https://example.com:443/", id="port 443"),
    pytest.param("https://example.com:8443/", id="a port of anybody's"),
    pytest.param("https://bücher.example/hooks", id="other letters"),
    pytest.param("https://93.184.216.34/", id="a public address"),
    pytest.param("https://example.com/" + "a" * (2_048 - 20), id="2,048 characters"),
]
NEVER = [
    pytest.param("", id="empty"),
    pytest.param("example.com", id="relative"),
    pytest.param("ftp://example.com/", id="another scheme"),
    pytest.param("https://user:password@example.com/", id="credentials"),
    pytest.param("https://example.com/" + "a" * (2_048 - 19), id="2,049 characters"),
    pytest.param("https://example.com/\n", id="a line break"),
    pytest.param("https://example.com:25/", id="the port of mail"),
    pytest.param("https://10.0.0.1/", id="a private address"),
    pytest.param("https://169.254.169.254/latest/meta-data", id="the metadata address"),
    pytest.param("http://169.254.169.254/latest/meta-data", id="the metadata address, http"),
    pytest.param("https://[fd00::1]/", id="a private IPv6 address"),
    pytest.param("https://0.0.0.0/", id="any address"),
    pytest.param("https://router.lan/", id="an internal name"),
    pytest.param("https://intranet/", id="a name without a dot"),
]
ONLY_LOCAL = [
    pytest.param("http://example.com/hooks", id="http"),
    pytest.param("https://localhost/", id="localhost"),
    pytest.param("http://localhost:9000/hooks", id="localhost, http"),
    pytest.param("http://127.0.0.1:9000/hooks", id="loopback"),
    pytest.param("http://127.1:9000/hooks", id="loopback, short"),
    pytest.param("http://2130706433/", id="loopback, a number"),
    pytest.param("http://[::1]:9000/", id="loopback, IPv6"),
    pytest.param("http://app.localhost:9000/", id="below localhost"),
    pytest.param("https://qz.example/hooks", id="our own host"),
]


@pytest.mark.parametrize("url", GOOD)
@pytest.mark.parametrize("local", [False, True])
def test_public_https_urls_are_receivers(url: str, local: bool) -> None:
    receiver_urls.check(url, OWN, local=local)


@pytest.mark.parametrize("url", NEVER)
@pytest.mark.parametrize("local", [False, True])
def test_what_is_no_url_or_leads_inside_is_none(url: str, local: bool) -> None:
    with pytest.raises(InvalidRequest) as refused:
        receiver_urls.check(url, OWN, local=local)
    assert refused.value.field == "url"
    assert refused.value.message.startswith("url: must")


@pytest.mark.parametrize("url", ONLY_LOCAL)
def test_this_machine_and_http_are_for_local_receivers_only(url: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        receiver_urls.check(url, OWN, local=False)
    assert refused.value.field == "url"
    receiver_urls.check(url, OWN, local=True)


@pytest.mark.parametrize("url", [case for case in ONLY_LOCAL if case.id != "http"])
def test_no_link_leads_to_what_local_receivers_may_be(url: str) -> None:
    with pytest.raises(UnsafeDestination):
        destinations.check(url, OWN)
