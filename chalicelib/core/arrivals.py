"""What is known of a scan: its facts, and what a request tells of it before any judging."""

import json
from typing import Final, NamedTuple

from chalicelib.core.scan_keys import ScanKey


class Facts(NamedTuple):
    """What one scan is worth to the rollups. An empty string is an unknown; `bot` is the reason, '' a human.

    `marker` tells which of its link's QR codes was scanned, from 1 on, 0 for none. `address` and `agent` are keyed
    hashes. `conversation` and `messages` are what the destination reported back (the `qpr` API).
    """

    address: str = ""
    agent: str = ""
    marker: int = 0
    country: str = ""
    region: str = ""
    region_name: str = ""
    city: str = ""
    referrer: str = ""
    language: str = ""
    device: str = ""
    os: str = ""
    browser: str = ""
    method: str = ""
    app: str = ""
    bot: str = ""
    conversation: bool = False
    messages: int = 0

    def dumps(self) -> str:
        """A compact text of all the facts, in the order of the fields."""
        return json.dumps(self, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> "Facts":
        return cls(*json.loads(text))


FACT_NAMES: Final = Facts._fields


class Unjudged(NamedTuple):
    """What only a pending scan has: the raw user agent and what helps to judge it."""

    user_agent: str = ""
    device_hint: str = ""
    via: str = ""


class Arrival(NamedTuple):
    """A request for a slug that is to be counted: the facts known before any judging."""

    key: ScanKey
    facts: Facts
    unjudged: Unjudged = Unjudged()

    def attributes(self) -> dict[str, str | int]:
        """The scan item as the redirect writes it; unknowns are left out, for they cost bytes."""
        known = {name: value for name, value in self.facts._asdict().items() if value}
        raw = {"user_agent": self.unjudged.user_agent}  # empty is telling: nobody but a bot sends none
        hints = {"device_hint": self.unjudged.device_hint, "via": self.unjudged.via}
        return {
            "pk": self.key.partition,
            "sk": self.key.sort,
            "day": self.key.by_day,
            "pending": 1,
            "rev": 1,
            **known,
            **raw,
            **{name: value for name, value in hints.items() if value},
        }
