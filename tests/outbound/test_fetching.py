"""Fetching: what is asked, what is taken for an answer, and what a peer cannot do to us."""

import socket
import time
from ipaddress import ip_address
from itertools import repeat
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.destinations import Address
from chalicelib.outbound import fetching
from chalicelib.outbound.policies import PUBLIC, Limits, Policy, system_addresses
from chalicelib.outbound.refused import Refused
from tests.outbound.certificates import DAY, authority, server_context
from tests.outbound.sites import HERE, HOST, Answer, Site, dripping, ok, site

LIMITS = Limits(seconds=20, most_bytes=10_000)
SOON = Limits(seconds=0.6, most_bytes=10_000)
METADATA = "http://169.254.169.254/latest/meta-data/"


def _get(served: Site, limits: Limits = LIMITS, **changes: Any) -> bytes:
    return fetching.get(served.url(), limits, "image/png", served.policy(**changes))


def _refusal(url: str, policy: Policy = PUBLIC, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refused) as refused:
        fetching.get(url, limits, "image/png", policy)
    return refused.value.reason


def _refused(served: Site, limits: Limits = LIMITS, **changes: Any) -> str:
    return _refusal(served.url(), served.policy(**changes), limits)


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\n"


# --- What is asked


def test_a_request_names_its_host_and_us_and_nothing_more() -> None:
    with site(ok(b"picture")) as served:
        url = f"https://{HOST.upper()}:{served.port}/a%20b/\u00e4.png?c=d&e#fragment"
        assert fetching.get(url, LIMITS, "image/png", served.policy()) == b"picture"
        assert served.names == [HOST]
        asked = (
            "GET /a%20b/%C3%A4.png?c=d&e HTTP/1.1\r\n"
            f"Host: {HOST}:{served.port}\r\n"
            "User-Agent: Quietzone/1\r\n"
            "Accept-Encoding: identity\r\n"
            "Connection: close\r\n"
            "Accept: image/png\r\n\r\n"
        )
        assert served.heads == [asked]


def test_a_bare_host_is_asked_for_its_root() -> None:
    with site(ok(b"picture")) as served:
        fetching.get(f"https://{HOST}:{served.port}", LIMITS, "*/*", served.policy())
        assert served.heads[0].startswith("GET / HTTP/1.1\r\n")


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with site(ok(b"picture")) as served, site([], tls=False) as proxy:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert _get(served) == b"picture"
        assert proxy.connections == 0


# --- What is taken for an answer


@pytest.mark.parametrize(
    ("answer", "content"),
    [
        pytest.param(ok(b"x" * 10_000), b"x" * 10_000, id="as long as allowed"),
        pytest.param(ok(b""), b"", id="nothing"),
        pytest.param(ok(b"x", "Content-Encoding: Identity"), b"x", id="identity"),
        pytest.param([CHUNKED, _chunk(b"ab"), 0.02, _chunk(b"c"), _chunk(b"")], b"abc", id="in chunks"),
        pytest.param([UNTIL_CLOSED, b"ab", 0.02, b"c"], b"abc", id="until closed"),
        pytest.param(dripping(CHUNKED + _chunk(b"abc") + _chunk(b""), 0.001), b"abc", id="slow, yet in time"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", *ok(b"abc")], b"abc", id="after an interim answer"),
        pytest.param([*ok(b"abc"), b"defghi"], b"abc", id="longer than it says"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc"], b"abc", id="a length that is none"),
    ],
)
def test_an_answer_is_taken_whole(answer: Answer, content: bytes) -> None:
    with site(answer) as served:
        assert _get(served) == content


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param([f"HTTP/1.1 302 Found\r\nLocation: {METADATA}\r\n\r\n".encode()], "redirect", id="redirect"),
        pytest.param([b"HTTP/1.1 301 Moved\r\nLocation: /other.png\r\n\r\n"], "redirect", id="to itself"),
        pytest.param([b"HTTP/1.1 304 Not Modified\r\n\r\n"], "redirect", id="not modified"),
        pytest.param([b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabc"], "status", id="404"),
        pytest.param([b"HTTP/1.1 500 Oops\r\n\r\n"], "status", id="500"),
        pytest.param([b"HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\n\r\nabc"], "status", id="a part"),
        pytest.param(ok(b"abc", "Content-Encoding: gzip"), "encoded", id="compressed"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n"], "too_large", id="declared too large"),
        pytest.param([UNTIL_CLOSED, b"x" * 10_001], "too_large", id="too large without a length"),
        pytest.param([CHUNKED, *repeat(_chunk(b"x" * 999), 11)], "too_large", id="too large in chunks"),
        pytest.param([CHUNKED, b"-1\r\n", *repeat(b"x" * 999, 200)], "too_large", id="a chunk without an end"),
        pytest.param(repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), "too_large", id="interim answers for ever"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", *repeat(b"A: b\r\n", 200)], "broken", id="too many headers"),
        pytest.param([b"HTTP/1.1 200 OK\r\nA: ", *repeat(b"a" * 1000, 100)], "broken", id="a header without an end"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"], "broken", id="cut off"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"], "broken", id="cut off at once"),
        pytest.param([CHUNKED, b"9\r\nabc"], "broken", id="a chunk cut off"),
        pytest.param([CHUNKED, b"nine\r\nabc"], "broken", id="a chunk of no length"),
        pytest.param([b"SSH-2.0-OpenSSH_9.6\r\n"], "broken", id="no HTTP"),
        pytest.param([b"HTTP/1.1 OK\r\n\r\n"], "broken", id="no status"),
        pytest.param([], "broken", id="no answer"),
    ],
)
def test_another_answer_is_refused(answer: Answer, reason: str) -> None:
    with site(answer) as served:
        assert _refused(served) == reason


def test_a_refusal_says_which_status_was_answered() -> None:
    with site([b"HTTP/1.1 418 Teapot\r\n\r\n"]) as served, pytest.raises(Refused) as refused:
        _get(served)
    assert (refused.value.status, str(refused.value)) == (418, "status 418")


def test_a_redirect_is_not_followed() -> None:
    with site(ok(b"inside"), tls=False) as inside:
        location = f"http://127.0.0.1:{inside.port}/"
        with site([f"HTTP/1.1 307 There\r\nLocation: {location}\r\n\r\n".encode()]) as served:
            assert _refused(served, ports={served.port, inside.port}.__contains__) == "redirect"
        assert inside.connections == 0


# --- Time


TLS_RECORD = b"\x16\x03\x03\x3f\xff" + bytes(16_383)


@pytest.mark.parametrize(
    ("answer", "tls"),
    [
        pytest.param([5.0], False, id="silent before TLS"),
        pytest.param(dripping(TLS_RECORD), False, id="dripping a handshake"),
        pytest.param([5.0], True, id="silent"),
        pytest.param(dripping(b"HTTP/1.1 200 OK" + b" " * 999), True, id="dripping a status"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 999), True, id="dripping headers"),
        pytest.param([UNTIL_CLOSED, *dripping(b"a" * 999)], True, id="dripping a body"),
        pytest.param([CHUNKED, *dripping(_chunk(b"a") * 99)], True, id="dripping chunks"),
        pytest.param([*dripping(UNTIL_CLOSED, 0.02), 5.0], True, id="dripping, then silent"),
        pytest.param([CHUNKED + b"9\r\nabcdefgh", 5.0], True, id="holding the last byte back"),
    ],
)
def test_a_slow_peer_is_left_at_the_deadline(answer: Answer, tls: bool) -> None:
    with site(answer, tls=tls) as served:
        started = time.monotonic()
        assert _refused(served, SOON) == "timeout"
        assert SOON.seconds - 0.01 < time.monotonic() - started < SOON.seconds + 3


def test_a_slow_resolver_is_left_at_the_deadline() -> None:
    def resolve(_: str) -> list[Address]:
        time.sleep(10)
        return [HERE]

    started = time.monotonic()
    assert _refusal(f"https://{HOST}/", Policy(resolve=resolve), SOON) == "timeout"
    assert time.monotonic() - started < SOON.seconds + 5


def test_addresses_that_do_not_answer_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    shares, clock = list[float](), [0.0]

    def create_connection(_: Any, seconds: float) -> socket.socket:
        shares.append(seconds)
        clock[0] += seconds
        raise TimeoutError

    monkeypatch.setattr("chalicelib.outbound.deadlines.time", SimpleNamespace(monotonic=lambda: clock[0]))

    monkeypatch.setattr(socket, "create_connection", create_connection)
    addresses = [ip_address(f"8.8.8.{n}") for n in range(9)]
    assert _refusal(f"https://{HOST}/", Policy(resolve=lambda _: addresses), SOON) == "timeout"
    assert len(shares) == 4
    assert sum(shares) == pytest.approx(SOON.seconds)


# --- Whom we talk to


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param(f"http://{HOST}/", "url", id="plain http"),
        pytest.param(f"ftp://{HOST}/", "url", id="ftp"),
        pytest.param("file:///etc/passwd", "url", id="file"),
        pytest.param(f"//{HOST}/", "url", id="no scheme"),
        pytest.param("https:///logo.png", "url", id="no host"),
        pytest.param(f"https://user:pass@{HOST}/", "url", id="credentials"),
        pytest.param(f"https://{HOST}/\r\nX: y", "url", id="a header in the path"),
        pytest.param("https://[2606:4700::1111%25%0d%0aX:y]/", "url", id="a header in the zone"),
        pytest.param("https://[2606:4700::1111%25eth0]/", "url", id="a zone"),
        pytest.param("https://" + "a" * 64 + ".example/", "url", id="no name"),
        pytest.param(f"https://{HOST}:80/", "port", id="another port"),
        pytest.param(f"https://{HOST}:8443/", "port", id="another port for https"),
        pytest.param(f"https://{HOST}:0/", "port", id="no port"),
    ],
)
def test_what_is_no_https_url_on_its_own_port_is_not_even_resolved(url: str, reason: str) -> None:
    def resolve(_: str) -> list[Address]:
        raise AssertionError

    assert _refusal(url, Policy(resolve=resolve)) == reason


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects fails the test."""

    def create_connection(*_: Any) -> socket.socket:
        raise AssertionError

    monkeypatch.setattr(socket, "create_connection", create_connection)


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),  # noqa: S104
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2001:0:7f00:1::1"),
]


@pytest.mark.usefixtures("unconnected")
@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    spelled = f"[{address}]" if ":" in address else address
    found = ip_address(address)
    assert _refusal(f"https://{spelled}/logo.png") == "private"
    assert _refusal(f"https://{HOST}/", Policy(resolve=lambda _: [found])) == "private"
    for several in ([ip_address("8.8.8.8"), found], [found, ip_address("2606:4700::1111")]):
        policy = Policy(resolve=dict.fromkeys([HOST], several).__getitem__)
        assert _refusal(f"https://{HOST}/", policy) == "private"


@pytest.mark.usefixtures("unconnected")
@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "%6cocalhost"])
def test_a_spelling_that_resolves_inside_is_never_connected_to(host: str) -> None:
    assert _refusal(f"https://{host}/logo.png") == "private"


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    answers = [HERE, ip_address("127.0.0.2"), ip_address("127.0.0.2")]
    with site(ok(b"good")) as served, site(ok(b"inside"), "127.0.0.2", served.port) as inside:
        assert _get(served, resolve=lambda _: [answers.pop(0)]) == b"good"
        assert (len(answers), inside.connections) == (2, 0)


def test_the_next_address_is_tried_when_one_does_not_take_the_connection() -> None:
    dead = ip_address("127.0.0.3")
    with site(ok(b"good")) as served:
        assert _get(served, resolve=lambda _: [dead, HERE], admits=lambda _: True) == b"good"
        assert _refused(served, resolve=lambda _: [dead], admits=lambda _: True) == "unreachable"


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long"), None]
)
def test_a_name_without_addresses_is_unresolvable(error: Exception | None) -> None:
    def resolve(_: str) -> list[Address]:
        if error:
            raise error
        return []

    assert _refusal(f"https://{HOST}/", Policy(resolve=resolve)) == "unresolvable"


def test_the_systems_resolver_gives_addresses_as_they_are_judged() -> None:
    assert system_addresses("127.0.0.1") == [HERE]
    assert system_addresses("::1") == [ip_address("::1")]
    assert {address.is_loopback for address in system_addresses("localhost")} == {True}


def test_a_certificate_must_be_good_for_the_name() -> None:
    contexts = {
        "of another host": server_context("other.example", authority()),
        "of nobody we know": server_context(HOST, authority("Nobody")),
        "expired": server_context(HOST, authority(), -DAY),
    }
    for label, context in contexts.items():
        with site(ok(b"picture"), context=context) as served:
            assert _refused(served) == "certificate", label
            assert served.heads == []


def test_the_public_policy_does_not_believe_just_any_certificate() -> None:
    with site(ok(b"picture")) as served:
        assert _refused(served, trust=PUBLIC.trust) == "certificate"


def test_a_server_without_tls_is_refused() -> None:
    with site(ok(b"picture"), tls=False) as served:
        assert _refused(served) == "tls"
