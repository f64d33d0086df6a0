"""The bodies of webhooks: an event in the envelope and the words of a format, the same bytes every time."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chalicelib.api import event_dialects
from chalicelib.core import event_samples, slack
from chalicelib.core.days import iso_time
from chalicelib.core.deliveries import MOST_BODY_BYTES
from chalicelib.core.endpoints import QPR, QR, QRCODES, SLACK, STANDARD
from chalicelib.core.events import Event

# What people wrote at length, by every name that a format has for it: the first to go from a body that is too long.
LONG: Final = frozenset(
    {"category", "customUtmParams", "description", "destination", "logoUrl", "logo_url", "metadata", "payload"}
    | {"prompt", "qrData", "tags", "targetUrl", "template", "utm", "utmCampaign", "utmContent", "utmMedium"}
    | {"utmSource", "utmTerm", "welcomeMessage", "welcome_message"}
)
OMITTED: Final = "omitted"

# Half of a surrogate pair is no UTF-8, and a queue takes neither of the two others (SQS, "SendMessage").
_UNFIT: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")


def body(event: Event, format: str, base: str) -> str:
    """The JSON to post, at most MOST_BODY_BYTES of UTF-8. `base` is the address that short links start with.

    Of what is longer the largest values of `data` are left out, and named in its `omitted`. Slack is sent a message, of
    thresholds alone.
    """
    if format == SLACK:
        return _dumps(slack.announcement(event, base))
    envelope = _envelope(event, format)
    return _fitted(envelope, event_dialects.data(event, format, base))


def sample(type: str, organization: int, now_ms: int) -> Event:
    """An event that never happened, for trying an endpoint out. Raises KeyError for what is no type."""
    return event_samples.sample(type, organization, now_ms, secrets.token_hex(8))


def _envelope(event: Event, format: str) -> dict[str, str]:
    """All that is around the data."""
    happened = iso_time(event.ms)
    return {
        STANDARD: {"type": event.type, "timestamp": happened},
        QRCODES: {"event": event.type, "timestamp": happened},
        QR: {"id": event.id, "type": event.type, "createdAt": happened},
        QPR: {"id": event.id, "type": event.type, "created_at": happened},
    }[format]


def _fitted(envelope: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """The body with as much of the data as there is room for."""
    left_out: set[str] = set()
    largest_first = _largest_first(data)
    while True:
        kept = {name: value for name, value in data.items() if name not in left_out}
        named = {OMITTED: [name for name in data if name in left_out]} if left_out else {}
        text = _dumps({**envelope, "data": kept | named})
        if len(text.encode()) <= MOST_BODY_BYTES:
            return text
        left_out.add(next(largest_first))


def _largest_first(data: Mapping[str, Any]) -> Iterator[str]:
    """The names of the values to leave out, what is LONG before all else. Nothing is measured before it is asked."""
    sizes = {name: len(_dumps(value).encode()) for name, value in data.items()}
    yield from sorted(data, key=lambda name: (name not in LONG, -sizes[name], name))


def _dumps(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
