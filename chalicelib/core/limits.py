"""How many requests a key may make in a calendar minute, as each API's document says."""

from typing import Final, NamedTuple

from chalicelib.core.creates import Allowance

MINUTE_MS: Final = 60_000


class Limit(NamedTuple):
    """Requests that share a `name` are counted together."""

    name: str
    per_minute: int


QRCODES: Final = {
    "free": Limit("qrcodes", 100),
    "developer": Limit("qrcodes", 100),
    "scale": Limit("qrcodes", 1_000),
    "enterprise": Limit("qrcodes", 1_000),
}  # by plan

QPR_CREATES: Final = Limit("qpr-creates", 60)
QPR_SCANS: Final = Limit("qpr-scans", 120)
QPR_ANALYTICS: Final = Limit("qpr-analytics", 30)
QPR_OTHER: Final = Limit("qpr-other", 100)

REPORTING: Final = Limit("reporting", 60)

QR_TOKEN: Final = Limit("qr-token", 10)
QR_READ: Final = Limit("qr-read", 120)
QR_WRITE: Final = Limit("qr-write", 60)
QR_USAGE: Final = Limit("qr-usage", 30)

MCP: Final = Limit("mcp", 120)


def minute_of(ms: int) -> int:
    """The calendar minute that contains a time, counted since 1970."""
    return ms // MINUTE_MS


def end_ms(minute: int) -> int:
    """When a minute ends, and all of the limit is there again."""
    return (minute + 1) * MINUTE_MS


def allowance(limit: Limit, used: int, minute: int) -> Allowance:
    """What is left of a minute's limit."""
    return Allowance(limit.per_minute, max(limit.per_minute - used, 0), end_ms(minute))
