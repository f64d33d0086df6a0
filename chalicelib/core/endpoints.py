"""Endpoints: where an organization wants its events posted, which of them, and in whose format.

A receiver is whoever is posted to: an endpoint, or the Slack channel of a summary.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from chalicelib.core.events import Event

# Formats: each decides body and signature. Slack's is that of incoming webhooks.
STANDARD: Final = "standard"
QPR: Final = "qpr"
QR: Final = "qr"
QRCODES: Final = "qrcodes"
FORMATS: Final = (STANDARD, QPR, QR, QRCODES)
SLACK: Final = "slack"

ACTIVE: Final = "active"
PAUSED: Final = "paused"  # by its owner
DISABLED: Final = "disabled"  # by us: it said that it is gone, or failed for days


class Secret(NamedTuple):
    """A secret by its name in the store of secrets. One that was replaced signs until a time, in milliseconds."""

    name: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events an endpoint wants: those about any of these links, QR codes or campaigns, all when there is none."""

    links: frozenset[int] = frozenset()
    codes: frozenset[int] = frozenset()
    campaigns: frozenset[int] = frozenset()

    def admit(self, event: Event) -> bool:
        if not (self.links or self.codes or self.campaigns):
            return True
        return event.link in self.links or event.code in self.codes or event.campaign in self.campaigns


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whoever is posted to. A `url` that is a secret itself is '' here, and the newest of the `secrets`."""

    organization: int
    number: int
    format: str
    url: str
    status: str
    secrets: tuple[Secret, ...]

    def signing(self, now_ms: int) -> list[str]:
        """The names of the secrets that are good now, the newest first."""
        return [secret.name for secret in self.secrets if secret.until_ms is None or secret.until_ms > now_ms]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook endpoint as its organization knows it. Times are milliseconds.

    `secrets` has the newest first. Of a disabled one `disabled_for` is the reason, in words.
    """

    organization: int
    number: int
    url: str
    events: frozenset[str]
    format: str
    created_ms: int
    updated_ms: int
    secrets: tuple[Secret, ...]
    status: str = ACTIVE
    description: str = ""
    filters: Filters = field(default_factory=Filters)
    disabled_ms: int | None = None
    disabled_for: str = ""

    def wants(self, event: Event) -> bool:
        return event.type in self.events and self.filters.admit(event)

    def receiver(self) -> Receiver:
        return Receiver(self.organization, self.number, self.format, self.url, self.status, self.secrets)


def status_after(before: str, active: bool | None) -> str:
    """The status of whoever is paused (False) or resumed (True) by its owner. One that we disabled is not paused beside
    that: it stays disabled, with the reason, until it is resumed."""
    if active is None or (before == DISABLED and not active):
        return before
    return ACTIVE if active else PAUSED
