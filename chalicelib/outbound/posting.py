"""Posting to a receiver: one guarded request, and what was answered. The status decides; the body is for the log."""

import re
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPResponse
from typing import Final, NamedTuple

from chalicelib.outbound.asking import MOST_HEAD_BYTES, Request, answered
from chalicelib.outbound.deadlines import Deadline
from chalicelib.outbound.policies import Policy
from chalicelib.outbound.refused import FAILURES, Refused, refusing

MOST_ANSWER_BYTES: Final = 1024
ANSWER_SECONDS: Final = 1.0
# A chunk of one byte takes six (RFC 9112, 7.1).
_MOST_WIRE_BYTES: Final = 8 * MOST_ANSWER_BYTES
_LONGEST_RETRY_AFTER: Final = 64  # a date takes 29, or 33 as it was spelled long ago (RFC 9110, 5.6.7)

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*")
# What we say ourselves, and what a message's end or a connection's use depends on (RFC 9112, 6 and 9).
_OURS: Final = frozenset(
    {
        *("host", "user-agent", "accept-encoding", "connection", "content-length"),
        *("transfer-encoding", "trailer", "te", "upgrade", "expect", "keep-alive"),
    }
)


class Posted(NamedTuple):
    """What was answered: the status from 200 to 999, `Retry-After` as it was spelled ('' without one), and at most the
    first 1,024 bytes of the body, as many of them as came in a second."""

    status: int
    retry_after: str
    answer: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float, policy: Policy) -> Posted:
    """Post a body once. Any status is an answer; a redirect is not followed. `seconds` are for all of it together.

    Raises Refused when nothing was answered, and ValueError for a header that cannot be sent.
    """
    _check(headers)
    with refusing():
        deadline = Deadline.after(seconds)
        with answered(Request("POST", url, headers, body), policy, deadline, MOST_HEAD_BYTES) as answer:
            answer.wire.bound(min(deadline, Deadline.after(ANSWER_SECONDS)), _MOST_WIRE_BYTES)
            return Posted(answer.head.status, _retry_after(answer.head), _beginning(answer.head))


def _check(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise ValueError(f"{name!r} is no header that can be given")
        if not _PRINTABLE.fullmatch(value):  # which is not told: it may be secret
            raise ValueError(f"the value of {name} is not printable ASCII")


def _retry_after(response: HTTPResponse) -> str:
    spelled = response.getheader("Retry-After", "").strip()
    return spelled if len(spelled) <= _LONGEST_RETRY_AFTER else ""


def _beginning(response: HTTPResponse) -> bytes:
    """What comes of a body: however it breaks off, what was answered is answered."""
    got = b""
    with suppress(Refused, *FAILURES):
        while len(got) < MOST_ANSWER_BYTES and (piece := response.read1(MOST_ANSWER_BYTES - len(got))):
            got += piece
    return got[:MOST_ANSWER_BYTES]  # of a chunk of negative length it reads more than it was asked for
