"""What an organization's owners are told when we disabled a webhook or a summary: a plain mail, and lines for Slack."""

from dataclasses import dataclass
from typing import Final

from chalicelib.core.days import iso_time

# A subject is a header: whatever breaks lines would begin another.
MOST_SUBJECT: Final = 150


@dataclass(frozen=True, slots=True)
class Ended:
    """What was disabled: a `kind` in words, its id, the host that it posted to, why and when. `enable` is the request
    that resumes it."""

    organization: str
    kind: str
    id: str
    host: str
    reason: str
    since_ms: int
    enable: str

    @property
    def title(self) -> str:
        return f"A {self.kind} to {_line(self.host)} was disabled"

    @property
    def subject(self) -> str:
        """The mail's subject, in one line."""
        return self.title[:MOST_SUBJECT]

    def lines(self) -> list[str]:
        """What there is to say, in lines."""
        return [
            f"The {self.kind} {self.id} of {_line(self.organization)} posts to {_line(self.host)}.",
            f"It was disabled at {iso_time(self.since_ms)}, and nothing is posted there since then.",
            f"The reason: {_line(self.reason)}.",
            f"To enable it again, once that is mended: {self.enable}",
        ]

    def text(self, event: str) -> str:
        """The mail's text; `event` is what tells a repeat of it."""
        return (
            "\n\n".join([*self.lines(), f"This message's id is {event}. If you have it twice, it is the same."]) + "\n"
        )


def _line(text: str) -> str:
    """A text of somebody's, in one line without controls."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
