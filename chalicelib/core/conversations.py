"""What a destination reports of the conversation that a scan led to (the `qpr` API).

It is over when a report says so, or when none came for a while.
"""

from dataclasses import dataclass, replace
from typing import Final

from chalicelib.core.scans import Scan

MOST_MESSAGES: Final = 1_000_000
SILENCE_MS: Final = 30 * 60_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """A report: `messages` is how many there were in all. What is None stays as it is."""

    started: bool | None = None
    messages: int | None = None
    ended: bool | None = None

    def of(self, scan: Scan, now_ms: int) -> Scan:
        """The scan after the report, which comes now. Who wrote has started; what has not started has no messages."""
        messages = 0 if self.started is False else scan.facts.messages
        if self.messages is not None:
            messages = self.messages
        started = scan.facts.conversation if self.started is None else self.started
        facts = scan.facts._replace(conversation=started or messages > 0, messages=messages)
        reported = replace(scan, facts=facts, reported_ms=max(scan.reported_ms or 0, now_ms))
        if self.ended:
            return _over(reported, now_ms)
        return reported if self.ended is None else replace(reported, ended=False)


def silent_from(scan: Scan) -> int | None:
    """When a scan's conversation is over unless a report comes before, in milliseconds; None for one that has not
    started, or is over."""
    if scan.ended or not scan.facts.conversation:
        return None
    return (scan.reported_ms or scan.key.ms) + SILENCE_MS


def silenced(scan: Scan) -> Scan:
    """The scan once its conversation, which has started, is over by silence."""
    over_ms = silent_from(scan)
    return scan if over_ms is None else _over(scan, over_ms)


def _over(scan: Scan, ms: int) -> Scan:
    first = ms if scan.completed_ms is None else scan.completed_ms
    return replace(scan, ended=True, completed_ms=first)
