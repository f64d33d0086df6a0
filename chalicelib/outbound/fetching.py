"""Fetching from elsewhere: a guarded request for something, of which no more than N bytes are taken."""

from http.client import HTTPResponse

from chalicelib.outbound.asking import MOST_HEAD_BYTES, Request, answered
from chalicelib.outbound.deadlines import Deadline
from chalicelib.outbound.policies import PUBLIC, Limits, Policy
from chalicelib.outbound.refused import Refused, refusing


def get(url: str, limits: Limits, accept: str, policy: Policy = PUBLIC) -> bytes:
    """What a URL answers with status 200. `accept` names media types. Raises Refused."""
    request = Request("GET", url, {"Accept": accept})
    with refusing():
        deadline = Deadline.after(limits.seconds)
        with answered(request, policy, deadline, limits.most_bytes + MOST_HEAD_BYTES) as answer:
            return _content(answer.head, limits.most_bytes)


def _content(response: HTTPResponse, most_bytes: int) -> bytes:
    _check_head(response, most_bytes)
    content = response.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise Refused("too_large")
    if response.length:  # what is still to come, and does not
        raise Refused("broken")
    return content


def _check_head(response: HTTPResponse, most_bytes: int) -> None:
    if 300 <= response.status < 400:
        raise Refused("redirect", response.status)
    if response.status != 200:
        raise Refused("status", response.status)
    if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refused("encoded")
    if response.length is not None and response.length > most_bytes:
        raise Refused("too_large")
