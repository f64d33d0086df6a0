"""Reads the body of an HTTP/1.1 request, as long as its client said or in chunks (RFC 9112, 6 and 7)."""

from collections.abc import Iterator
from email.message import Message
from io import BufferedIOBase

LIMIT = 10 * 1024 * 1024  # bytes, API Gateway's own
BLOCK = 64 * 1024


def read_body(headers: Message, source: BufferedIOBase) -> bytes:
    """The whole body. Raises OverflowError if it is too long, ValueError if its framing is wrong."""
    if "Transfer-Encoding" in headers:
        return b"".join(_chunks(source))
    length = int(headers.get("Content-Length", 0))
    if length > LIMIT:
        # Many clients listen only after they sent everything: hear them out, within reason.
        for start in range(0, min(length, 10 * LIMIT), BLOCK):
            source.read(min(BLOCK, length - start))
    return source.read(_within_limit(length))


def _chunks(source: BufferedIOBase) -> Iterator[bytes]:
    total = 0
    while size := int(source.readline(100).split(b";")[0], 16):
        total = _within_limit(total + _within_limit(size))
        yield source.read(size)
        source.readline(3)
    while source.readline(1000) not in (b"\r\n", b"\n", b""):
        pass


def _within_limit(length: int) -> int:
    if length < 0:
        raise ValueError
    if length > LIMIT:
        raise OverflowError
    return length
