"""What follows an attempt: success, another attempt later, or the end of a round.

The schedule is that of Standard Webhooks ("Deliverability and reliability"), with jitter, so that what failed together
is not tried again together.
"""

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED, MOST_ATTEMPTS_KEPT, Attempt, Delivery

DELAYS_SECONDS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MOST_ATTEMPTS: Final = len(DELAYS_SECONDS) + 1
JITTER: Final = 0.1  # of a delay, at most, on top of it
LONGEST_RETRY_AFTER_MS: Final = DAY_MS

BY_MESSAGE_MS: Final = 900_000  # a queue holds a message back for as long as this
# A message may be lost with the process that was to send it: this much later the delivery itself is due.
NET_MS: Final = 120_000

GONE: Final = 410  # wants no more, ever


class Step(NamedTuple):
    """A delivery after an attempt. `send_in_ms` is when a message shall ask for the next one; None when none shall:
    the round is over, or the delivery is due so much later that its `due_ms` alone brings it up again."""

    delivery: Delivery
    send_in_ms: int | None = None


def after(delivery: Delivery, attempt: Attempt, retry_after_ms: int | None, chance: float) -> Step:
    """What follows an attempt. `chance`, from 0 to 1, is how much of the jitter is added to the delay.

    `retry_after_ms` is how long the receiver asked us to wait; it makes the delay longer, never shorter.
    """
    made = _noted(delivery, attempt)
    if not attempt.reason:
        return Step(replace(made, state=DELIVERED))
    if attempt.status == GONE or made.tries >= MOST_ATTEMPTS:
        return Step(replace(made, state=FAILED))
    planned_ms = round(DELAYS_SECONDS[made.tries - 1] * 1000 * (1 + JITTER * chance))
    wait_ms = max(planned_ms, retry_after_ms or 0)
    due_ms = attempt.ms + attempt.took_ms + wait_ms
    if wait_ms > BY_MESSAGE_MS:
        return Step(replace(made, due_ms=due_ms))
    return Step(replace(made, due_ms=due_ms + NET_MS), wait_ms)


def only(delivery: Delivery, attempt: Attempt) -> Delivery:
    """A delivery after an attempt that no other follows."""
    return replace(_noted(delivery, attempt), state=FAILED if attempt.reason else DELIVERED)


def retry_after_ms(spelled: str, now_ms: int) -> int | None:
    """How long a `Retry-After` asks us to wait, a day at most; None without one, or for one that is neither seconds
    nor a date (RFC 9110, 10.2.3)."""
    spelled = spelled.strip()
    if spelled.isascii() and spelled.isdigit():
        wait_ms = int(spelled[:9]) * 1000
    else:
        until_ms = _date_ms(spelled)
        if until_ms is None:
            return None
        wait_ms = until_ms - now_ms
    return min(max(0, wait_ms), LONGEST_RETRY_AFTER_MS)


def _noted(delivery: Delivery, attempt: Attempt) -> Delivery:
    kept = (*delivery.attempts, attempt)[-MOST_ATTEMPTS_KEPT:]
    return replace(delivery, tries=delivery.tries + 1, attempts=kept, due_ms=None, parked=False)


def _date_ms(spelled: str) -> int | None:
    try:
        date: datetime = parsedate_to_datetime(spelled)
        aware = date if date.tzinfo else date.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1000)
    except (ValueError, OverflowError, TypeError, IndexError):  # of text that is no date, by how little it is one
        return None
