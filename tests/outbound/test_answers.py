"""Answers to posts: the head decides, whatever becomes of the body."""

from itertools import repeat

import pytest

from chalicelib.outbound import posting
from chalicelib.outbound.posting import Posted, post
from tests.outbound.receivers import OK, nothing_left_open, posted, refused, status, within
from tests.outbound.sites import RESET, Answer, Endless, dripping, site

pytestmark = pytest.mark.usefixtures(nothing_left_open.__name__)

CHUNKED = status("200 OK", "Transfer-Encoding: chunked")
UNTIL_CLOSED = status("200 OK")
FULL = b"x" * 1024


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


# --- A head


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([*dripping(OK, 0.001)], id="byte by byte"),
        pytest.param([status("100 Continue"), OK], id="after one interim answer"),
        pytest.param([status("103 Early Hints", "Link: </a>"), status("102 Processing"), OK], id="after others"),
        pytest.param([status("101 Switching Protocols"), OK], id="after one that nobody asked for"),
        pytest.param([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"], id="HTTP/1.0"),
        pytest.param([b"HTTP/1.1 200\nContent-Length: 2\n\nok"], id="bare line ends"),
        pytest.param([status("200 OK", "A: " + "a" * 60_000, "Content-Length: 2"), b"ok"], id="a long head"),
        pytest.param([status("200 OK", "A: \u00e9\u0000", "Content-Length: 2"), b"ok"], id="odd letters"),
        pytest.param([OK, b"x" * 100_000], id="more than it says"),
    ],
)
def test_a_whole_head_is_an_answer(answer: Answer) -> None:
    with site(answer) as served:
        assert posted(served) == Posted(200, "", b"ok")


def _of_length(total: int) -> bytes:
    """The head of an answer, of so many bytes."""
    lines = [f"A: {'a' * 900}"] * 70
    rest = total - len(status("200 OK", "Content-Length: 2", *lines, "B: "))
    return status("200 OK", "Content-Length: 2", *lines, "B: " + "b" * rest)


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_head_may_have_64_kilobytes_however_it_comes(pieces: int) -> None:
    whole = _of_length(65_536)
    step = len(whole) // pieces + 1
    with site([*(whole[start : start + step] for start in range(0, len(whole), step)), b"ok"]) as served:
        assert posted(served) == Posted(200, "", b"ok")
    with site([_of_length(65_537) + b"ok"]) as served:
        assert refused(served) == "too_large"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param([b"HTTP/1.1 200 OK\r\nA: ", *repeat(b"a" * 1000, 100)], "too_large", id="a header without an end"),
        pytest.param([b"HTTP/1.1 200 " + b"k" * 100_000], "too_large", id="a status without an end"),
        pytest.param(repeat(status("100 Continue")), "too_large", id="interim answers for ever"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", *repeat(b"A: b\r\n", 200)], "broken", id="too many headers"),
        pytest.param([], "broken", id="nothing"),
        pytest.param([b"HTTP/1.1 200 OK"], "broken", id="a status cut off"),
        pytest.param([b"HTTP/1.1 200 OK\r\n"], "broken", id="no headers, cut off"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Le"], "broken", id="a head cut off"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"], "broken", id="a head cut off at a line"),
        pytest.param([status("100 Continue")], "broken", id="an interim answer alone"),
        pytest.param([b"HTTP/1.1 200 OK\r\nA: b", 0.05, RESET], "broken", id="reset in the head"),
        pytest.param([RESET], "broken", id="reset at once"),
        pytest.param([b"SSH-2.0-OpenSSH_9.6\r\n"], "broken", id="SSH"),
        pytest.param([b"ok\r\n\r\n"], "broken", id="a body alone"),
        pytest.param([b"HTTP/1.1 OK\r\n\r\n"], "broken", id="no status"),
        pytest.param([b"HTTP/1.1 2000 OK\r\n\r\n"], "broken", id="a status of four digits"),
        pytest.param([b"HTTP/1.1 20 OK\r\n\r\n"], "broken", id="a status of two"),
        pytest.param([b"HTTP/2 200\r\n\r\n"], "broken", id="another version"),
        pytest.param([bytes(range(256)) * 16], "broken", id="noise"),
    ],
)
@pytest.mark.parametrize("http", [False, True], ids=["https", "http"])
def test_without_a_whole_head_nothing_was_answered(answer: Answer, reason: str, http: bool) -> None:
    with site(answer, http=http) as served:
        assert refused(served, admits_plain=lambda _: True) == reason


@pytest.mark.parametrize("http", [False, True], ids=["https", "http"])
def test_who_answers_and_hangs_up_before_the_bodys_end_has_answered(http: bool) -> None:
    with site([status("413 Too Large", "Content-Length: 2", body=b"no")], http=http, reads=False) as served:
        body = b"x" * 8_000_000
        answered = post(served.url(), body, {}, 5, served.policy(admits_plain=lambda _: True))
        assert answered.status == 413


# --- A body


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        pytest.param([UNTIL_CLOSED, b"ab", 0.02, b"c"], b"abc", id="until closed"),
        pytest.param([CHUNKED, _chunk(b"ab"), 0.02, _chunk(b"c"), _chunk(b"")], b"abc", id="in chunks"),
        pytest.param([CHUNKED, *repeat(_chunk(b"x"), 1024), _chunk(b"")], FULL, id="in chunks of one byte"),
        pytest.param([CHUNKED, _chunk(b"abc"), b"0\r\nTrailer: x\r\n\r\n"], b"abc", id="in chunks, with a trailer"),
        pytest.param([status("200 OK", "Content-Length: 1024", body=FULL)], FULL, id="as long as is kept"),
        pytest.param([status("200 OK", "Content-Length: 1025", body=FULL + b"y")], FULL, id="longer by one"),
        pytest.param([UNTIL_CLOSED, *repeat(b"x" * 65_536, 1000)], FULL, id="65 MB"),
        pytest.param([CHUNKED, *repeat(_chunk(b"x" * 65_536), 1000)], FULL, id="65 MB in chunks"),
        pytest.param(Endless(UNTIL_CLOSED, b"x" * 65_536), FULL, id="for ever"),
        pytest.param([status("200 OK", f"Content-Length: {10**30}"), FULL], FULL, id="a length beyond all"),
        pytest.param([status("200 OK", "Content-Length: 9"), b"abc"], b"abc", id="cut off"),
        pytest.param([status("200 OK", "Content-Length: 9"), b"abc", 0.05, RESET], b"abc", id="reset"),
        pytest.param([CHUNKED, _chunk(b"abc"), b"9\r\nde", 0.05, RESET], b"abcde", id="reset in a chunk"),
        pytest.param([CHUNKED, b"9\r\nabc"], b"abc", id="a chunk cut off"),
        pytest.param([CHUNKED, _chunk(b"abc"), b"nine\r\nabc"], b"abc", id="a chunk of no length"),
        pytest.param([CHUNKED, b"1;", *repeat(b"x" * 999, 99)], b"", id="a chunk's extension without an end"),
        pytest.param([status("200 OK", "Content-Length: nine"), b"abc"], b"abc", id="a length that is none"),
        pytest.param([status("200 OK", "Content-Encoding: gzip"), b"\x1f\x8b"], b"\x1f\x8b", id="encoded"),
        pytest.param([status("200 OK", "Transfer-Encoding: gzip"), b"\x1f\x8b"], b"\x1f\x8b", id="encoded in transfer"),
        pytest.param([UNTIL_CLOSED, b"\xff\x00"], b"\xff\x00", id="no text"),
        pytest.param([status("204 No Content", "Content-Length: 3"), b"abc"], b"", id="one that must not be"),
    ],
)
@pytest.mark.parametrize("http", [False, True], ids=["https", "http"])
def test_no_body_makes_a_success_a_failure(answer: Answer, kept: bytes, http: bool) -> None:
    with site(answer, http=http) as served:
        answered = posted(served, admits_plain=lambda _: True)
        assert (answered.status // 100, answered.answer) == (2, kept)


def test_of_a_chunk_of_negative_length_no_more_is_kept_than_of_any() -> None:
    with site([CHUNKED, b"-1\r\n", b"x" * 100_000]) as served:
        answered = posted(served)
        assert (answered.status, FULL.startswith(answered.answer)) == (200, True)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        pytest.param([UNTIL_CLOSED, b"ab", 9.0], b"ab", id="hanging"),
        pytest.param([UNTIL_CLOSED, 9.0], b"", id="silent"),
        pytest.param([CHUNKED, _chunk(b"ab"), 9.0], b"ab", id="hanging between chunks"),
        pytest.param([CHUNKED, _chunk(b"ab"), b"5\r\nc", 9.0], b"abc", id="hanging in a chunk"),
        pytest.param([status("410 Gone", "Content-Length: 9"), b"ab", 9.0], b"ab", id="of another status"),
    ],
)
def test_a_body_that_hangs_is_waited_for_no_longer_than_a_second(
    answer: Answer, kept: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posting.ANSWER_SECONDS == 1
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.2)
    with site(answer) as served, within(4):
        answered = posted(served, 8)
        assert (answered.status in (200, 410), answered.answer) == (True, kept)


@pytest.mark.parametrize("head", [UNTIL_CLOSED, CHUNKED], ids=["until closed", "in chunks"])
def test_a_body_that_drips_is_left_after_that_time(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.3)
    piece = _chunk(b"a") if head == CHUNKED else b"a"
    drips: list[bytes | float] = [part for _ in range(400) for part in (piece, 0.02)]
    with site([head, *drips]) as served, within(4):
        answered = posted(served, 8)
        assert answered.status == 200
        assert 0 < len(answered.answer) < 40


def test_a_body_is_not_waited_for_beyond_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 60)
    with site([UNTIL_CLOSED, b"ab", 9.0]) as served, within(8):
        assert posted(served, 2) == Posted(200, "", b"ab")
