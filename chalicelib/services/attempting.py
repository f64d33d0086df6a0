"""One attempt: a delivery's body, signed and posted once, and what came of it."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from chalicelib import metrics
from chalicelib.config import settings
from chalicelib.core import retries, signatures
from chalicelib.core.deliveries import Attempt, Delivery
from chalicelib.core.endpoints import QPR, QR, Receiver
from chalicelib.core.metric_names import WEBHOOK_ATTEMPTS, WEBHOOK_FAILURES
from chalicelib.errors import Unavailable
from chalicelib.outbound import policies, posting
from chalicelib.outbound.posting import Posted
from chalicelib.outbound.refused import Refused
from chalicelib.services import refusals
from chalicelib.store import secrets

MOST_ANSWER_BYTES: Final = 1_024

# Formats whose own header has room for one signature: who does not know the newest secret yet is posted to with the
# older one first.
ONE_SIGNATURE: Final = frozenset({QPR, QR})
UNKNOWN_SIGNATURE: Final = frozenset({400, 401, 403})

Clock = Callable[[], int]


class Outcome(NamedTuple):
    """`retry_after_ms` is how long the receiver asked us to wait, None when it did not."""

    attempt: Attempt
    retry_after_ms: int | None = None


class _Request(NamedTuple):
    """`secrets` are their texts, the newest first; `began_ms` is when the attempt began."""

    receiver: Receiver
    delivery: Delivery
    secrets: Sequence[str]
    url: str
    began_ms: int


def attempt(receiver: Receiver, delivery: Delivery, clock: Clock) -> Outcome:
    """Post a delivery once, and count it. Raises Unavailable when it cannot even be tried: a secret cannot be read."""
    outcome = _outcome(receiver, delivery, clock)
    metrics.count(WEBHOOK_ATTEMPTS)
    metrics.count(WEBHOOK_FAILURES, 1 if outcome.attempt.reason else 0)
    return outcome


def secret_texts(receiver: Receiver, now_ms: int) -> list[str]:
    """The secrets of a receiver that are good now, the newest first. Raises Unavailable, also when one is missing."""
    names = receiver.signing(now_ms)
    found = secrets.read(names)
    if not names or len(found) < len(set(names)):
        raise Unavailable.storage()
    return [found[name] for name in names]


def _outcome(receiver: Receiver, delivery: Delivery, clock: Clock) -> Outcome:
    began_ms = clock()
    texts = secret_texts(receiver, began_ms)
    request = _Request(receiver, delivery, texts, receiver.url or texts[0], began_ms)
    try:
        posted = _posted(request, clock)
    except Refused as refused:
        took_ms = max(0, clock() - began_ms)
        return Outcome(Attempt(began_ms, took_ms, refused.status, refusals.of_refused(refused), ""))
    took_ms = max(0, clock() - began_ms)
    reason = refusals.of_status(posted.status)
    made = Attempt(began_ms, took_ms, posted.status, reason, _text(posted.answer))
    return Outcome(made, retries.retry_after_ms(posted.retry_after, began_ms + took_ms))


def _posted(request: _Request, clock: Clock) -> Posted:
    """The answer; in an overlap of secrets, that to the newest one which the receiver knows. Raises Refused."""
    posted = _post(request, request.secrets, clock)
    if request.receiver.format not in ONE_SIGNATURE:
        return posted
    newest, *older = request.secrets
    for secret in older:
        if posted.status not in UNKNOWN_SIGNATURE:
            break
        posted = _post(request, [secret, newest], clock)
    return posted


def _post(request: _Request, signing: Sequence[str], clock: Clock) -> Posted:
    receiver, delivery = request.receiver, request.delivery
    now_ms, body = clock(), delivery.body.encode()
    left = refusals.SECONDS - (now_ms - request.began_ms) / 1000
    if left <= 0:
        raise Refused("timeout")
    headers = signatures.signed(receiver.format, signing, delivery.place.event, delivery.type, body, now_ms)
    return posting.post(request.url, body, headers, left, policies.receivers(settings().local_receivers))


def _text(answer: bytes) -> str:
    """How an answer begins, as text: without what would control whatever shows it."""
    text = answer[:MOST_ANSWER_BYTES].decode("utf-8", "replace")
    return "".join(each for each in text if each in "\t\n" or unicodedata.category(each) != "Cc")
