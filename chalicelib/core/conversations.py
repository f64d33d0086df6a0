"""What a destination reports of the conversation that a scan led to (the `qpr` API)."""

from dataclasses import dataclass, replace
from typing import Final

from chalicelib.core.scans import Scan

MOST_MESSAGES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Conversation:
    """A report: `messages` is how many there were in all. What is None stays as it is."""

    started: bool | None = None
    messages: int | None = None
    ended: bool | None = None

    def of(self, scan: Scan) -> Scan:
        """The scan after the report. Who wrote has started; what has not started has no messages."""
        messages = 0 if self.started is False else scan.facts.messages
        if self.messages is not None:
            messages = self.messages
        started = scan.facts.conversation if self.started is None else self.started
        facts = replace(scan.facts, conversation=started or messages > 0, messages=messages)
        return replace(scan, facts=facts, ended=scan.ended if self.ended is None else self.ended)
