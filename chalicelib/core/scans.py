"""A scan: its key, its facts, and what the rollups hold of it.

A scan item is written once by the redirect, with `pending = rev = 1` and a raw user agent. The fold judges it,
counts it, takes `pending` and the user agent away, and notes in `counted` what the rollups now hold of it. Whoever
changes a scan afterwards raises `rev`, which never falls: so nobody writes on the strength of an older reading.
"""

import json
from dataclasses import astuple, dataclass, field, fields
from typing import Any, Final

from chalicelib.core.days import day_of, month_of
from chalicelib.core.slots import home
from chalicelib.ids import ScanId

END_MS: Final = 10**14  # sort keys have 14 digits of milliseconds: until the year 5138


@dataclass(frozen=True, slots=True, order=True)
class ScanKey:
    """Where a scan lies. `ms` is its time; `random` makes it unique (16 hexadecimal digits)."""

    organization: int
    link: int
    slot: int
    ms: int
    random: str

    @property
    def partition(self) -> str:
        return partition(self.organization, self.link, month_of(self.ms), self.slot)

    @property
    def id(self) -> str:
        """How it is spelled to the outside."""
        return str(ScanId(self.link, self.slot, self.ms, int(self.random, 16)))

    @property
    def sort(self) -> str:
        return f"{sort_from(self.ms)}#{self.random}"

    @property
    def index(self) -> str:
        """The partition of the keys-only index: organization, day and home."""
        return index_partition(self.organization, day_of(self.ms), home(self.link, self.slot))

    @classmethod
    def parse(cls, organization: int, text: str) -> "ScanKey | None":
        """The key of an organization's scan behind its spelling; None for anything else."""
        known = ScanId.parse(text)
        if known is None or known.ms >= END_MS:
            return None
        return cls(organization, known.link, known.slot, known.ms, f"{known.random:016x}")

    @classmethod
    def of(cls, partition: str, sort: str) -> "ScanKey":
        """The key behind the two strings it is stored as."""
        organization, link, _month, slot = partition.split("#")
        ms, random = sort.split("#")
        return cls(int(organization), int(link), int(slot), int(ms), random)


def partition(organization: int, link: int, month: str, slot: int) -> str:
    """A partition of the scans table. Cut by month, so that none grows for ever."""
    return f"{organization}#{link}#{month}#{slot}"


def sort_from(ms: int) -> str:
    """The lowest sort key at a time; 14 digits keep text order and time order the same until the year 5138."""
    return f"{ms:014}"


def index_partition(organization: int, day: int, home_slot: int) -> str:
    return f"{organization}#{day}#{home_slot}"


@dataclass(frozen=True, slots=True)
class Facts:
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
        return json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def loads(cls, text: str) -> "Facts":
        return cls(*json.loads(text))


FACT_NAMES = tuple(f.name for f in fields(Facts))


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What only a pending scan has: the raw user agent and what helps to judge it."""

    user_agent: str = ""
    device_hint: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as it is stored. `pending` is the revision that waits to be folded, 0 when none does.

    `signs` and `rules` are those of its verdict, `expires` is in Unix seconds. `ended` tells that its conversation is
    over, `reported_ms` when the last report of it came, `completed_ms` when it was over for the first time: that never
    goes, whatever is reported afterwards. `failures` counts how often folding failed by the scan's own fault; a
    `poisoned` one was set aside for it. Of a `damaged` scan, which cannot be read, this much is known and no more: its
    key, and whether it is pending or poisoned.
    """

    key: ScanKey
    rev: int
    pending: int
    facts: Facts
    unjudged: Unjudged | None = None
    counted: Facts | None = None
    first: bool | None = None
    signs: str = ""
    rules: int = 0
    expires: int | None = None
    failures: int = 0
    poisoned: bool = False
    damaged: bool = False
    ended: bool = False
    reported_ms: int | None = None
    completed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A scan's way from what the rollups hold of it to what they shall hold; either may be nothing."""

    key: ScanKey
    before: Facts | None
    after: Facts | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request for a slug that is to be counted: the facts known before any judging."""

    key: ScanKey
    facts: Facts
    unjudged: Unjudged = field(default_factory=Unjudged)

    def attributes(self) -> dict[str, str | int]:
        """The scan item as the redirect writes it; unknowns are left out, for they cost bytes."""
        known: dict[str, Any] = {
            name: value for name in FACT_NAMES if (value := getattr(self.facts, name)) not in ("", 0, False)
        }
        raw = {"user_agent": self.unjudged.user_agent}  # empty is telling: nobody but a bot sends none
        hints = {"device_hint": self.unjudged.device_hint, "via": self.unjudged.via}
        return {
            "pk": self.key.partition,
            "sk": self.key.sort,
            "day": self.key.index,
            "pending": 1,
            "rev": 1,
            **known,
            **raw,
            **{name: value for name, value in hints.items() if value},
        }
