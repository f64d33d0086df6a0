"""Posting: what is sent, what is told of the answer, and how long it may take."""

import socket
import time

import pytest

from chalicelib.core.destinations import Address
from chalicelib.outbound.policies import Policy
from chalicelib.outbound.posting import Posted, post
from chalicelib.outbound.refused import Refused
from tests.outbound.receivers import (
    BODY,
    HEADERS,
    METADATA,
    OK,
    fields,
    nothing_left_open,
    posted,
    refusal,
    refused,
    status,
    within,
)
from tests.outbound.sites import HERE, HOST, Answer, dripping, site

pytestmark = pytest.mark.usefixtures(nothing_left_open.__name__)

SOON = 0.4


# --- What is sent


def test_a_post_names_its_host_and_us_and_nothing_more() -> None:
    with site([OK]) as served:
        assert posted(served) == Posted(200, "", b"ok")
        sent = (
            "POST /hook HTTP/1.1\r\n"
            f"Host: {HOST}:{served.port}\r\n"
            "User-Agent: Quietzone/1\r\n"
            "Accept-Encoding: identity\r\n"
            "Connection: close\r\n"
            f"Content-Length: {len(BODY)}\r\n"
            "Content-Type: application/json\r\n"
            "X-Signature: v1,c2ln\r\n\r\n"
        )
        assert (served.heads, served.bodies, served.names) == ([sent], [BODY], [HOST])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(range(256)), id="every byte"),
        pytest.param(b"\r\n\r\nPOST / HTTP/1.1\r\n\r\n", id="what looks like a request"),
        pytest.param('{"name": "Caf\u00e9 \U0001f600"}'.encode(), id="text in UTF-8"),
        pytest.param(b"x" * 1_000_000, id="more than a connection holds"),
    ],
)
def test_a_body_arrives_byte_for_byte(body: bytes) -> None:
    with site([OK]) as served:
        assert post(served.url(), body, {}, 5, served.policy()).status == 200
        assert served.bodies == [body]
        assert fields(served.heads[0])["Content-Length"] == str(len(body))


def test_headers_arrive_byte_for_byte() -> None:
    value = "".join(map(chr, range(0x21, 0x7F)))
    given = {"X-Printable": value, "X-Inner": "a  b", "x-lower-CASE": "1", "webhook-signature": "v1,a= v1,b="}
    with site([OK]) as served:
        post(served.url(), BODY, given, 5, served.policy())
        assert given.items() <= fields(served.heads[0]).items()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("X-A", "a\r\nX-B: b", id="another header in a value"),
        pytest.param("X-A", "a\n", id="a line's end behind a value"),
        pytest.param("X-A", "a\x00", id="a null"),
        pytest.param("X-A", "a\tb", id="a tab"),
        pytest.param("X-A", "a\x7f", id="a control"),
        pytest.param("X-A", "caf\u00e9", id="a letter beyond ASCII"),
        pytest.param("X-A\r\nX-B", "b", id="another header in a name"),
        pytest.param("X A", "b", id="a space in a name"),
        pytest.param("X-A:", "b", id="a colon in a name"),
        pytest.param("", "b", id="no name"),
        pytest.param("Host", "inside.example", id="the host"),
        pytest.param("HOST", "inside.example", id="the host in capitals"),
        pytest.param("Content-Length", "0", id="the length"),
        pytest.param("Transfer-Encoding", "chunked", id="the framing"),
        pytest.param("User-Agent", "Mozilla/5.0", id="who we are"),
    ],
)
def test_what_is_no_header_to_give_is_not_sent_and_its_value_not_told(name: str, value: str) -> None:
    with site([OK]) as served, pytest.raises(ValueError, match=r"header|printable") as error:
        post(served.url(), BODY, {**HEADERS, name: value}, 5, served.policy())
    assert served.connections == 0
    assert value == "b" or value not in str(error.value)


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with site([OK]) as served, site([], tls=False) as proxy:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert posted(served).status == 200
        assert proxy.connections == 0


def test_a_cookie_of_one_answer_is_not_sent_with_the_next_post() -> None:
    with site([status("200 OK", "Set-Cookie: a=b", "Content-Length: 0")]) as served:
        posted(served)
        posted(served)
        assert served.heads[0] == served.heads[1]


# --- Statuses


@pytest.mark.parametrize(
    "line",
    [
        *("200 OK", "201 Created", "202 Accepted", "204 No Content", "206 Partial Content"),
        *("301 Moved Permanently", "302 Found", "304 Not Modified", "307 Temporary Redirect", "308 Permanent Redirect"),
        *("400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "418 I'm a teapot"),
        *("500 Internal Server Error", "501 Not Implemented", "502 Bad Gateway", "503", "504 Gateway Timeout", "999 x"),
    ],
)
def test_any_status_is_an_answer(line: str) -> None:
    with site([status(line, "Content-Length: 0")]) as served:
        assert posted(served) == Posted(int(line[:3]), "", b"")


@pytest.mark.parametrize(
    ("header", "retry_after"),
    [
        pytest.param("Retry-After: 120", "120", id="seconds"),
        pytest.param("retry-after:  120  ", "120", id="spelled otherwise"),
        pytest.param("Retry-After: Fri, 31 Dec 2027 23:59:59 GMT", "Fri, 31 Dec 2027 23:59:59 GMT", id="a date"),
        pytest.param("Retry-After: soon", "soon", id="neither, as it is"),
        pytest.param("Retry-After:", "", id="empty"),
        pytest.param("Retry-After: " + "9" * 65, "", id="longer than any date"),
        pytest.param("X-Other: 1", "", id="none"),
    ],
)
@pytest.mark.parametrize("line", ["429 Too Many Requests", "503 Service Unavailable", "200 OK"])
def test_when_to_come_again_is_told_as_it_was_said(line: str, header: str, retry_after: str) -> None:
    with site([status(line, header, "Content-Length: 0")]) as served:
        assert posted(served) == Posted(int(line[:3]), retry_after, b"")


@pytest.mark.parametrize("line", ["301 Moved", "302 Found", "303 See Other", "307 There", "308 There"])
def test_a_redirect_is_an_answer_and_nobody_follows_it(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, connect = list[tuple[str, int]](), socket.create_connection

    def create_connection(address: tuple[str, int], seconds: float) -> socket.socket:
        reached.append(address)
        return connect(address, seconds)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    with site([status(line, f"Location: {METADATA}", "Content-Length: 2", body=b"no")]) as served:
        assert posted(served, admits=lambda _: True, ports=lambda _: True) == Posted(int(line[:3]), "", b"no")
        assert reached == [("127.0.0.1", served.port)]
        assert len(served.heads) == 1


# --- Time


TLS_RECORD = b"\x16\x03\x03\x3f\xff" + bytes(16_383)


@pytest.mark.parametrize(
    ("answer", "tls"),
    [
        pytest.param([9.0], False, id="silent before TLS"),
        pytest.param(dripping(TLS_RECORD), False, id="dripping a handshake"),
        pytest.param([9.0], True, id="silent"),
        pytest.param(dripping(b"HTTP/1.1 200 OK" + b" " * 999), True, id="dripping a status"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 999), True, id="dripping headers"),
        pytest.param([*dripping(b"HTTP/1.1 200 OK\r\n", 0.01), 9.0], True, id="dripping, then silent"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", 9.0], True, id="holding the last line back"),
        pytest.param((piece for _ in range(999) for piece in (status("102 x"), 0.02)), True, id="interim answers"),
    ],
)
def test_a_head_that_does_not_come_in_time_is_a_timeout(answer: Answer, tls: bool) -> None:
    with site(answer, tls=tls) as served, within(SOON + 6):
        started = time.monotonic()
        assert refused(served, SOON) == "timeout"
        assert time.monotonic() - started > SOON - 0.01


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_who_takes_no_connection_out_of_the_queue_is_a_timeout(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, within(SOON + 6):
        policy = Policy(lambda _: True, lambda _: True, lambda _: True, lambda _: [HERE])
        assert refusal(f"{scheme}://{HOST}:{listener.getsockname()[1]}/", policy, SOON) == "timeout"


def test_who_reads_no_body_is_a_timeout() -> None:
    with site([9.0], reads=False) as served, within(SOON + 6):
        with pytest.raises(Refused) as error:
            post(served.url(), b"x" * 20_000_000, {}, SOON, served.policy())
        assert error.value.reason == "timeout"


def test_a_slow_resolver_is_left_at_the_deadline() -> None:
    def resolve(_: str) -> list[Address]:
        time.sleep(10)
        return [HERE]

    with within(SOON + 6):
        assert refusal(f"https://{HOST}/", Policy(resolve=resolve), SOON) == "timeout"


def test_no_time_is_no_post() -> None:
    with site([OK]) as served:
        assert refused(served, 0) == "timeout"
        assert served.heads == []
