"""An answer of HTTP/1.1 as it comes over a connection (RFC 9112), read up to its last byte and no further.

`http.client` reads its headers with the parser for mail: 0.1 ms a request, and half of the redirect's imports.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

LONGEST_LINE: Final = 65_536
MOST_HEADERS: Final = 100
MOST_BYTES: Final = 16_777_216  # DynamoDB's largest answer has 1 MB, in JSON somewhat more


class Garbled(OSError):
    """What came is no answer, or not all of it: nothing that follows on this connection can be believed."""


class Reader(Protocol):
    """What is used of a buffered socket. Fewer bytes than asked for mean that the connection has ended."""

    def readline(self, size: int, /) -> bytes: ...
    def read(self, size: int, /) -> bytes: ...


class Answer(NamedTuple):
    """Names of headers are in lower case; of several with one name the last is kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def lasts(self) -> bool:
        """Whether the connection takes another request."""
        return self.headers.get("connection", "").lower() != "close"


def read(reader: Reader) -> Answer:
    """The answer to a POST. Raises Garbled, and OSError when the connection fails."""
    status, headers = _head(reader)
    while status < 200:  # an interim answer, which the final one follows (RFC 9110, 15.2)
        status, headers = _head(reader)
    return Answer(status, headers, _body(reader, status, headers))


def _head(reader: Reader) -> tuple[int, dict[str, str]]:
    version, _, rest = _line(reader).partition(" ")
    code = rest[:3]
    if version != "HTTP/1.1" or not (code.isascii() and code.isdigit()) or rest[3:4].strip() or len(code) < 3:
        raise Garbled("status line")
    headers: dict[str, str] = {}
    while line := _line(reader):
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or len(headers) == MOST_HEADERS:
            raise Garbled("header")
        headers[name.lower()] = value.strip(" \t")
    return int(code), headers


def _line(reader: Reader) -> str:
    """The next line without its end."""
    line = reader.readline(LONGEST_LINE)
    if line[-2:] != b"\r\n":
        raise Garbled("line")
    return line[:-2].decode("latin-1")


def _body(reader: Reader, status: int, headers: Mapping[str, str]) -> bytes:
    """By the length that is announced, or in chunks (RFC 9112, 6.3); AWS ends no body by closing the connection."""
    if status in (204, 304):
        return b""
    if "transfer-encoding" in headers:
        return _chunks(reader, headers["transfer-encoding"])
    return _exactly(reader, _number(headers.get("content-length", ""), 10))


def _chunks(reader: Reader, coding: str) -> bytes:
    """RFC 9112, 7.1."""
    if coding.lower() != "chunked":
        raise Garbled("transfer coding")
    body = b""
    while size := _number(_line(reader).partition(";")[0].strip(), 16):
        if len(body) + size > MOST_BYTES:
            raise Garbled("length")
        body += _exactly(reader, size)
        if _line(reader):
            raise Garbled("chunk")
    while _line(reader):
        pass  # trailers
    return body


def _number(text: str, base: int) -> int:
    if not (text.isascii() and text.isalnum()):
        raise Garbled("length")
    try:
        number = int(text, base)
    except ValueError as error:
        raise Garbled("length") from error
    if number > MOST_BYTES:
        raise Garbled("length")
    return number


def _exactly(reader: Reader, size: int) -> bytes:
    body = reader.read(size)
    if len(body) < size:
        raise Garbled("body")
    return body
