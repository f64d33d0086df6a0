"""Answers: read as the standard library reads them, up to their last byte, and refused when they are none."""

import io
from http.client import HTTPResponse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.wire.answers import MOST_BYTES, MOST_HEADERS, Garbled, read

names = st.from_regex(r"x-[a-z0-9-]{1,20}", fullmatch=True)
values = st.text('abcXYZ019 ;:=,/"', max_size=40).map(str.strip)
bodies = st.binary(max_size=2000)
lengths = st.lists(st.integers(1, 300), max_size=5)
statuses = st.sampled_from([200, 202, 400, 403, 413, 429, 500, 503])
NEXT = b"HTTP/1.1 200 OK\r\n"


class _Socket:
    """What `http.client` takes of a socket."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


def _theirs(content: bytes) -> tuple[int, dict[str, str], bytes]:
    of_socket: Any = _Socket(content)
    response = HTTPResponse(of_socket, method="POST")
    response.begin()
    body = response.read()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def _chunked(body: bytes, sizes: list[int]) -> bytes:
    chunks, rest = b"", body
    for size in sizes:
        if part := rest[:size]:
            chunks += f"{len(part):X};what=ever\r\n".encode() + part + b"\r\n"
        rest = rest[size:]
    chunks += f"{len(rest):x}\r\n".encode() + rest + b"\r\n" if rest else b""
    return chunks + b"0\r\n\r\n"


@given(statuses, st.dictionaries(names, values, max_size=20), bodies, st.none() | lengths)
def test_an_answer_is_read_as_the_standard_library_reads_it(
    status: int, headers: dict[str, str], body: bytes, chunks: list[int] | None
) -> None:
    framed = {"Content-Length": str(len(body))} if chunks is None else {"Transfer-Encoding": "chunked"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **framed}.items())
    sent = f"HTTP/1.1 {status} As You Like\r\n{lines}\r\n".encode()
    sent += body if chunks is None else _chunked(body, chunks)
    stream = io.BytesIO(sent + NEXT)
    assert tuple(read(stream)) == _theirs(sent)
    assert stream.read() == NEXT, "not a byte of what follows is taken"


@pytest.mark.parametrize("interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"])
def test_an_interim_answer_is_passed_over(interim: bytes) -> None:
    answer = read(io.BytesIO(interim * 2 + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    assert (answer.status, answer.body) == (200, b"{}")


def test_an_answer_without_a_body_says_so_by_its_status() -> None:
    assert read(io.BytesIO(b"HTTP/1.1 204 No Content\r\n\r\n")).body == b""


@pytest.mark.parametrize(
    ("says", "lasts"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param("Connection: keep-alive\r\n", True, id="keep-alive"),
        pytest.param("Connection: Close\r\n", False, id="close"),
    ],
)
def test_a_connection_lasts_unless_its_answer_says_otherwise(says: str, lasts: bool) -> None:
    answer = read(io.BytesIO(f"HTTP/1.1 200 OK\r\n{says}Content-Length: 0\r\n\r\n".encode()))
    assert answer.lasts is lasts


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK", id="half a status line"),
        pytest.param(b"HTTP/1.1 200 OK\n\n", id="lines of another kind"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", id="an older protocol"),
        pytest.param(b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", id="a short status"),
        pytest.param(b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", id="a long status"),
        pytest.param(b"HTTP/1.1 x00 OK\r\nContent-Length: 0\r\n\r\n", id="a status that is no number"),
        pytest.param(b"hello\r\n\r\n", id="something else"),
        pytest.param(OK + b"Content-Length: 2\r\n", id="half a head"),
        pytest.param(OK + b"Content-Length: 2\r\n\r\n{", id="half a body"),
        pytest.param(OK + b"\r\n{}", id="a body without a length"),
        pytest.param(OK + b"Content-Length: two\r\n\r\n{}", id="a length that is no number"),
        pytest.param(OK + b"Content-Length: -2\r\n\r\n{}", id="a length below zero"),
        pytest.param(OK + b"Content-Length: 0_2\r\n\r\n{}", id="a length as Python spells numbers"),
        pytest.param(OK + f"Content-Length: {MOST_BYTES + 1}\r\n\r\n".encode() + b"{}", id="a huge length"),
        pytest.param(OK + b"no colon\r\n\r\n", id="a header without a colon"),
        pytest.param(OK + b"Content-Length : 0\r\n\r\n", id="a blank before the colon"),
        pytest.param(OK + b" folded: 0\r\n\r\n", id="a folded header"),
        pytest.param(OK + b"a: " + b"x" * 70_000 + b"\r\n\r\n", id="an endless header"),
        pytest.param(
            OK + b"".join(b"a%d: 1\r\n" % n for n in range(MOST_HEADERS + 1)) + b"\r\n", id="headers without end"
        ),
        pytest.param(OK + b"Transfer-Encoding: gzip\r\n\r\n", id="another coding"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", id="half a chunk"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", id="a chunk that is longer"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", id="no last chunk"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\nxy\r\nab\r\n0\r\n\r\n", id="a size that is no number"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n1000001\r\n", id="a huge chunk"),
    ],
)
def test_what_is_no_answer_is_refused(content: bytes) -> None:
    with pytest.raises(Garbled):
        read(io.BytesIO(content))
