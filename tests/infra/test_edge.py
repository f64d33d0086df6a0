"""What the door makes of headers, paths and answers."""

import json

import pytest

from infra.edge import BROKEN, NOT_FOUND, forwarded, returned, target, translate

PEER = ("10.1.2.3", 5555)
DOOR = {"Accept": "*/*", "CloudFront-Viewer-Address": "10.1.2.3:5555", "X-Origin-Secret": "s3cret"}


@pytest.mark.parametrize(
    ("label", "sent", "got"),
    [
        ("nothing", {}, DOOR),
        ("a client's claims", {"X-Forwarded-For": "1.1.1.1", "X-Forwarded-Proto": "https", "Forwarded": "for=1"}, DOOR),
        ("a client's secret", {"x-origin-secret": "guess", "Host": "evil.example"}, DOOR),
        ("hop by hop", {"Connection": "X-Own, close", "X-Own": "1", "TE": "trailers", "Upgrade": "h2c"}, DOOR),
        ("accept", {"accept": "text/html"}, {**DOOR, "accept": "text/html"} | {"Accept": None}),
        (
            "a viewer",
            {"cloudfront-viewer-address": "[2001:db8::1]:7", "CloudFront-Viewer-Country": "DE"},
            {"Accept": "*/*", "X-Origin-Secret": "s3cret"}
            | {"cloudfront-viewer-address": "[2001:db8::1]:7", "CloudFront-Viewer-Country": "DE"},
        ),
        ("folded lines", {"X-Long": "one\r\n two"}, {**DOOR, "X-Long": "one   two"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_of_a_clients_headers_those_pass_that_it_may_set(
    label: str, sent: dict[str, str], got: dict[str, str | None]
) -> None:
    expected = {name: value for name, value in got.items() if value is not None}
    assert dict(forwarded(sent.items(), PEER, "s3cret")) == expected, label


def test_repeated_headers_stay_repeated() -> None:
    cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert returned([*cookies, ("Server", "hypercorn"), ("Connection", "close"), ("Content-Length", "3")]) == cookies


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("/abc?x=1&y=%20#z", "/abc?x=1&y=%20#z"),
        ("http://elsewhere.example/abc?x=1", "/abc?x=1"),
        ("http://elsewhere.example", "/"),
        ("/SPRING-SALE.2", "/SPRING-SALE.2"),
        ("HTTP://QZ.EXAMPLE/SPRING-SALE.2", "/SPRING-SALE.2"),
        ("*", "/*"),
        ("/caf\xe9", "/caf%E9"),
        ('/a"b<c>\x01', "/a%22b%3Cc%3E%01"),
    ],
)
def test_a_target_is_a_path_of_our_own(asked: str, got: str) -> None:
    assert target(asked) == got


def said(message: str) -> bytes:
    return json.dumps({"message": message}).encode()


@pytest.mark.parametrize(
    ("label", "answer", "expected"),
    [
        ("unknown path", (403, said("Missing Authentication Token")), (404, NOT_FOUND)),
        ("a function that failed", (502, said("division by zero")), (502, BROKEN)),
        ("the gateway that failed", (500, said("secret detail")), (500, BROKEN)),
        ("our own 403", (403, b'{"error":"No.","code":"forbidden"}'), (403, b'{"error":"No.","code":"forbidden"}')),
        ("our own message", (404, b'{"message":"No such code"}'), (404, b'{"message":"No such code"}')),
        ("a page", (200, b"<p>"), (200, b"<p>")),
        ("a short text that begins alike", (200, b'{"message": "'), (200, b'{"message": "')),
        ("broken JSON", (403, b'{"message": "'), (403, b'{"message": "')),
    ],
)
def test_the_gateways_own_errors_become_ours(
    label: str, answer: tuple[int, bytes], expected: tuple[int, bytes]
) -> None:
    assert translate(*answer) == expected, label
