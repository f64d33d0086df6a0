"""Whom is posted to: a name's addresses are checked at each post, and no way leads inside."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from chalicelib.core.destinations import Address
from chalicelib.outbound.policies import PUBLIC, Policy, receivers
from chalicelib.outbound.posting import post
from tests.outbound.certificates import DAY, authority, self_signed, server_context, trust
from tests.outbound.receivers import BODY, HEADERS, OK, nothing_left_open, posted, refusal, refused, unconnected
from tests.outbound.sites import HERE, HOST, site

pytestmark = pytest.mark.usefixtures(nothing_left_open.__name__)

PUBLIC_ADDRESSES = [ip_address("8.8.8.8"), ip_address("2606:4700::1111")]

# What stays refused on a machine that everything runs on, too.
PRIVATE = [
    *("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "169.254.170.2", "100.64.0.1"),
    *("0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.192", "192.0.2.1", "198.18.0.1"),  # noqa: S104
    *("::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "fec0::1", "3fff::1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:192.168.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1"),
    *("64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1", "2002:a00:1::1", "2001:0:a00:1::1"),
]
LOOPBACK = ["127.0.0.1", "127.0.0.2", "127.255.255.254", "::1"]
# Loopback, but in another's clothes.
DISGUISED = ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::1", "2001:0:7f00:1::1"]


def _finding(policy: Policy, *found: Address) -> Policy:
    """A policy whose resolver finds these addresses."""
    return Policy(policy.admits, policy.ports, policy.admits_plain, lambda _: found, trust)


def _spelled(address: str) -> str:
    return f"[{address}]" if ":" in address else address


# --- Addresses


@pytest.mark.usefixtures(unconnected.__name__)
@pytest.mark.parametrize("address", [*PRIVATE, *LOOPBACK, *DISGUISED])
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    found = ip_address(address)
    assert refusal(f"https://{_spelled(address)}/", receivers(False)) == "private"
    for several in ([found], [*PUBLIC_ADDRESSES, found], [found, *PUBLIC_ADDRESSES]):
        assert refusal(f"https://{HOST}/", _finding(receivers(False), *several)) == "private"


@pytest.mark.usefixtures(unconnected.__name__)
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("address", [*PRIVATE, *DISGUISED])
def test_on_ones_own_machine_only_loopback_is_admitted_beside_public_addresses(scheme: str, address: str) -> None:
    found = ip_address(address)
    assert refusal(f"{scheme}://{_spelled(address)}:8080/", receivers(True)) == "private"
    for several in ([found], [*PUBLIC_ADDRESSES, found], [found, HERE]):
        assert refusal(f"{scheme}://{HOST}/", _finding(receivers(True), *several)) == "private"


@pytest.mark.usefixtures(unconnected.__name__)
@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "%6cocalhost"])
def test_a_spelling_that_resolves_inside_is_never_connected_to(host: str) -> None:
    assert refusal(f"https://{host}/", receivers(False)) == "private"


def test_a_name_that_means_something_else_at_the_next_post_is_checked_anew() -> None:
    """The first answer stands for a public address: this machine may be reached, the metadata's may not."""
    metadata = ip_address("169.254.169.254")
    answers = [[HERE], [metadata], [HERE], [HERE, metadata]]
    with site([OK]) as served:

        def resolve(host: str) -> list[Address]:
            assert host == HOST
            return answers.pop(0)

        assert posted(served, resolve=resolve).status == 200
        assert refused(served, resolve=resolve) == "private"
        assert posted(served, resolve=resolve).status == 200
        assert refused(served, resolve=resolve) == "private"
        assert (answers, served.connections) == ([], 2)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    answers = [HERE, ip_address("127.0.0.2"), ip_address("127.0.0.2")]
    with site([OK]) as served, site([OK], "127.0.0.2", served.port) as inside:
        assert posted(served, resolve=lambda _: [answers.pop(0)]).status == 200
        assert (len(answers), inside.connections) == (2, 0)


def test_the_next_address_is_tried_when_one_does_not_take_the_connection() -> None:
    dead = ip_address("127.0.0.3")
    with site([OK]) as served:
        assert posted(served, resolve=lambda _: [dead, HERE], admits=lambda _: True).status == 200
        assert refused(served, resolve=lambda _: [dead], admits=lambda _: True) == "unreachable"


@pytest.mark.parametrize("error", [socket.gaierror(-2, "not known"), UnicodeError("label too long"), None])
def test_a_name_without_addresses_is_unresolvable(error: Exception | None) -> None:
    def resolve(_: str) -> list[Address]:
        if error:
            raise error
        return []

    assert refusal(f"https://{HOST}/", Policy(resolve=resolve)) == "unresolvable"


# --- URLs and ports


def _unresolved(policy: Policy) -> Policy:
    def resolve(_: str) -> list[Address]:
        raise AssertionError

    return Policy(policy.admits, policy.ports, policy.admits_plain, resolve)


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"ftp://{HOST}/", id="ftp"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("gopher://127.0.0.1:8080/", id="gopher"),
        pytest.param(f"//{HOST}/", id="no scheme"),
        pytest.param("https:///hook", id="no host"),
        pytest.param("", id="nothing"),
        pytest.param(f"https://user:pass@{HOST}/", id="credentials"),
        pytest.param(f"http://user@{HOST}/", id="a user"),
        pytest.param(f"https://{HOST}/\r\nX: y", id="a header in the path"),
        pytest.param(f"https://{HOST}\\@127.0.0.1/", id="a backslash in the host"),
        pytest.param("https://[2606:4700::1111%25%0d%0aX:y]/", id="a header in the zone"),
        pytest.param("https://[fe80::1%25eth0]/", id="a zone"),
        pytest.param("https://" + "a" * 64 + ".example/", id="no name"),
        pytest.param(f"https://{HOST}:99999/", id="a port beyond all"),
    ],
)
def test_what_is_no_url_to_post_to_is_not_even_resolved(url: str, local: bool) -> None:
    assert refusal(url, _unresolved(receivers(local))) == "url"


@pytest.mark.parametrize("url", [f"http://{HOST}/", "http://127.0.0.1:8080/", "HTTP://localhost:8000/"])
def test_http_is_no_url_but_on_ones_own_machine(url: str) -> None:
    assert refusal(url, _unresolved(receivers(False))) == "url"
    assert refusal(url, _unresolved(PUBLIC)) == "url"


@pytest.mark.usefixtures(unconnected.__name__)
def test_on_ones_own_machine_http_does_not_leave_it() -> None:
    for found in ([PUBLIC_ADDRESSES[0]], PUBLIC_ADDRESSES, [HERE, PUBLIC_ADDRESSES[0]]):
        assert refusal(f"http://{HOST}:8080/", _finding(receivers(True), *found)) == "url"


@pytest.mark.parametrize(
    ("policy", "ports"),
    [
        pytest.param(PUBLIC, {443}, id="links and logos"),
        pytest.param(receivers(False), {443, 1024, 8443, 65_535}, id="receivers"),
        pytest.param(receivers(True), {80, 443, 1024, 8443, 65_535}, id="receivers on this machine"),
    ],
)
def test_ports_that_belong_to_other_services_are_refused(policy: Policy, ports: set[int]) -> None:
    nowhere = Policy(policy.admits, policy.ports, policy.admits_plain, lambda _: [])
    for port in (0, 1, 22, 25, 80, 110, 442, 443, 444, 445, 1023, 1024, 8443, 65_535):
        expected = "unresolvable" if port in ports else "port"
        assert refusal(f"https://{HOST}:{port}/", nowhere) == expected, port


@pytest.mark.parametrize(
    ("url", "reached", "host"),
    [
        pytest.param(f"https://{HOST}", ("127.0.0.1", 443), HOST, id="https on its own port"),
        pytest.param(f"http://{HOST}", ("127.0.0.1", 80), HOST, id="http on its own port"),
        pytest.param(f"http://{HOST}:443/", ("127.0.0.1", 443), f"{HOST}:443", id="http on the port of https"),
        pytest.param("http://127.0.0.1:8080/", ("127.0.0.1", 8080), "127.0.0.1:8080", id="an address"),
        pytest.param("http://[::1]:8080/", ("127.0.0.1", 8080), "[::1]:8080", id="an IPv6 address"),
    ],
)
def test_each_scheme_has_its_own_port(
    url: str, reached: tuple[str, int], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site([OK], http=url.startswith("http:")) as served:
        connect, asked = socket.create_connection, list[tuple[str, int]]()

        def create_connection(address: tuple[str, int], seconds: float) -> socket.socket:
            asked.append(address)
            return connect(("127.0.0.1", served.port), seconds)

        monkeypatch.setattr(socket, "create_connection", create_connection)
        assert post(url, BODY, HEADERS, 5, _finding(receivers(True), HERE)).status == 200
        assert asked == [reached]
        assert served.heads[0].startswith(f"POST / HTTP/1.1\r\nHost: {host}\r\n")


# --- This machine


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_ones_own_machine_http_is_posted_to_loopback(host: str) -> None:
    with site([OK], http=True) as served:
        url = f"http://{host}:{served.port}/hook?a=b"
        assert post(url, BODY, HEADERS, 5, receivers(True)).answer == b"ok"
        assert served.heads[0].startswith(f"POST /hook?a=b HTTP/1.1\r\nHost: {host}:{served.port}\r\n")
        assert served.bodies == [BODY]
        assert refusal(url, receivers(False)) == "url"


def test_on_ones_own_machine_https_is_posted_to_loopback_with_a_good_certificate() -> None:
    with site([OK]) as served:
        assert post(served.url(), BODY, HEADERS, 5, _finding(receivers(True), HERE)).status == 200
        assert served.names == [HOST]
        assert refusal(served.url(), _finding(receivers(False), HERE)) == "private"


def test_an_ipv6_loopback_address_is_one() -> None:
    with site([OK], http=True) as served:
        here = ip_address("::1")
        assert refusal(served.url(), _finding(receivers(True), here, here)) == "unreachable"
        assert post(served.url(), BODY, {}, 5, _finding(receivers(True), here, HERE)).status == 200


# --- Certificates


@pytest.mark.parametrize(
    ("host", "signer", "lasts"),
    [
        pytest.param("other.example", authority(), DAY, id="of another host"),
        pytest.param(f"*.{HOST}", authority(), DAY, id="of the names below it"),
        pytest.param(HOST, authority("Nobody"), DAY, id="of nobody we know"),
        pytest.param(HOST, authority(), -DAY, id="expired"),
    ],
)
def test_a_certificate_must_be_good_for_the_name(host: str, signer: Any, lasts: Any) -> None:
    with site([OK], context=server_context(host, signer, lasts)) as served:
        assert refused(served) == "certificate"
        assert served.heads == []


def test_a_certificate_that_signs_itself_is_not_believed() -> None:
    with site([OK], context=self_signed(HOST)) as served:
        assert refused(served) == "certificate"
        assert served.heads == []


@pytest.mark.parametrize("local", [False, True])
def test_receivers_need_a_certificate_that_everybody_believes(local: bool) -> None:
    with site([OK]) as served:
        assert refused(served, trust=receivers(local).trust) == "certificate"


@pytest.mark.parametrize(
    "answer", [[b"HTTP/1.1 400 Bad Request\r\n\r\n"], [b"SSH-2.0-OpenSSH_9.6\r\n"]], ids=["http", "ssh"]
)
def test_a_server_without_tls_is_refused(answer: list[bytes]) -> None:
    with site(answer, tls=False) as served:
        assert refused(served) == "tls"
