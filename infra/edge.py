"""What the local door makes of requests and answers, as CloudFront and API Gateway do in production."""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

Headers = list[tuple[str, str]]

# Of one connection only (RFC 9110, 7.6.1), or made anew by whoever sends the message on.
HOP = {"connection", "content-length", "keep-alive", "proxy-authenticate", "proxy-authorization"}
HOP |= {"proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
# Claims that only the door may make.
CLAIMS = {"host", "expect", "forwarded", "x-origin-secret"}
VIEWER = "CloudFront-Viewer-Address"
JSON = ("Content-Type", "application/json")


def forwarded(headers: Iterable[tuple[str, str]], peer: tuple[str, int], secret: str) -> Iterator[tuple[str, str]]:
    """The headers that the application gets of a client's: not its claims of where it comes from.

    `CloudFront-*` pass, so that one can try to be a visitor from anywhere; the real one sets them itself.
    """
    given = list(headers)
    names = {name.lower() for name, _ in given}
    dropped = HOP | CLAIMS
    for name, value in given:
        if name.lower() == "connection":
            dropped |= {option.strip().lower() for option in value.split(",")}
    for name, value in given:
        if name.lower() not in dropped and not name.lower().startswith("x-forwarded-"):
            yield name, value.replace("\r", " ").replace("\n", " ")
    if "accept" not in names:
        yield "Accept", "*/*"
    if VIEWER.lower() not in names:
        yield VIEWER, f"{peer[0]}:{peer[1]}"
    yield "X-Origin-Secret", secret


def returned(headers: Headers) -> Headers:
    """The headers that a client gets of an answer's."""
    return [(name, value) for name, value in headers if name.lower() not in HOP | {"server", "x-amz-request-id"}]


def target(path: str) -> str:
    """A request target as a path of our own: of no other host, and of what a URL may hold (RFC 3986) only."""
    if not path.startswith("/"):
        parts = urlsplit(path)
        path = "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
    return quote(path, safe="/?#[]@!$&'()*+,;=:%~-._", encoding="latin-1")


def failure(error: str, code: str) -> bytes:
    """An error as the stack's gateway responses write it."""
    return json.dumps({"error": error, "code": code}).encode()


# As MiniStack spells them; the application's own JSON has no space after a colon.
NO_ROUTE = (403, b'{"message": "Missing Authentication Token"}')
NO_ROUTE_FOR_HEAD = (403, b"")
NOT_FOUND = failure("Not found.", "not_found")
BROKEN = failure("Something went wrong. Try again.", "server_error")


def translate(status: int, payload: bytes) -> tuple[int, bytes]:
    """Status and body as the stack's gateway responses have them; the embedded gateway ignores those."""
    if (status, payload) in (NO_ROUTE, NO_ROUTE_FOR_HEAD):
        return 404, NOT_FOUND
    if status < 400 or not payload.startswith(b'{"message": "'):
        return status, payload
    return (status, BROKEN) if status >= 500 else (status, payload)
