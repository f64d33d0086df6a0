"""What must come out of a run: counted from what was sent, without the product's fold."""

import base64
import json
import random
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.days import day_of
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.rollups import Rollup
from chalicelib.core.scans import Facts, ScanKey
from chalicelib.core.windows import Window
from chalicelib.store import rollup_bodies
from chalicelib.store.rollups import period
from tests.chaos import faults as f
from tests.chaos.engine import Answer, Engine, Item
from tests.chaos.faults import Faults
from tests.chaos.recording import Recorded
from tests.core.histories import Scans, brute_force

Books = dict[tuple[int, str, int], Rollup]


class Talk(NamedTuple):
    """A conversation as it is stored."""

    conversation: bool = False
    messages: int = 0


@dataclass
class Truth:
    """What took effect, seen at the engine: which scan is whose request, and when it was written.

    `wrote` maps every scan that is in the table, or ever was, to its request, `spilled` every one that was handed to
    the spill queue; `answered` are those whose visitor had got an answer. `erased` and `changing` are links that are
    gone, or whose history was changed on purpose.
    """

    engine: Engine
    faults: Faults
    requests: dict[ScanKey, Recorded] = field(default_factory=dict)
    wrote: dict[ScanKey, Recorded] = field(default_factory=dict)
    spilled: dict[ScanKey, Recorded] = field(default_factory=dict)
    answered: set[ScanKey] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    changing: set[int] = field(default_factory=set)

    def see(self, operation: str, request: dict[str, Any], answer: Answer) -> None:
        """Watch a request take effect."""
        if operation != "PutItem" or request["TableName"] != "scans":
            return
        key = scan_key(request["Item"])
        if answer.status == 200:
            self.wrote[key] = self.requests[key]
        elif "pending" not in (self.item(key) or {"pending": 1}):
            self.faults.note(f.RETRIED_FOLDED)

    def spill(self, body: str) -> None:
        """A scan is handed to the spill queue: it must be counted, though it is in no table yet."""
        arrival = json.loads(body)["scan"]
        key = ScanKey.of(arrival["pk"], arrival["sk"])
        self.spilled[key] = self.requests[key]

    @property
    def all(self) -> dict[ScanKey, Recorded]:
        """Every scan that must be counted in the end."""
        return self.wrote | self.spilled

    def item(self, key: ScanKey) -> Item | None:
        return self.engine.item("scans", {"pk": {"S": key.partition}, "sk": {"S": key.sort}})

    def finished(self, link: int, now_ms: int, look_back_ms: int) -> Scans:
        """The scans of a link that a read which begins now must show: folded, or answered and looked for by it."""
        return {
            key: request.facts()
            for key, request in self.wrote.items()
            if key.link == link
            and ((key in self.answered and key.ms > now_ms - look_back_ms) or "pending" not in (self.item(key) or {}))
        }

    def settled(self, link: int) -> set[ScanKey]:
        """The scans of a link that are counted."""
        return {key for key in self.wrote if key.link == link and "pending" not in (self.item(key) or {})}

    def begun(self, link: int) -> Scans:
        """The scans of a link that a read which ends now may show."""
        return {key: request.facts() for key, request in self.wrote.items() if key.link == link}

    def final(self, left_out: Mapping[int, Collection[tuple[int, int]]]) -> Scans:
        """Every scan that counts in the end, with its last conversation."""
        return {
            key: _judged(key, self._talked(key, request.facts()), left_out.get(key.link, ()))
            for key, request in self.all.items()
            if key.link not in self.erased
        }

    def talk(self, key: ScanKey) -> Talk:
        """The conversation that is stored with a scan."""
        item = self.item(key) or {}
        return Talk(item.get("conversation", {}).get("BOOL", False), int(item.get("messages", {}).get("N", 0)))

    def _talked(self, key: ScanKey, facts: Facts) -> Facts:
        conversation, messages = self.talk(key)
        return facts._replace(conversation=conversation, messages=messages)


def _judged(key: ScanKey, facts: Facts, left_out: Collection[tuple[int, int]]) -> Facts:
    tested = any(first <= key.ms < end for first, end in left_out)
    return facts._replace(bot=OWN_TEST) if tested else facts


def scan_key(item: Item) -> ScanKey:
    return ScanKey.of(item["pk"]["S"], item["sk"]["S"])


@dataclass(frozen=True)
class Bounds:
    """What a read may say: total, and in its window total, unique visitors and unique addresses."""

    total: int
    window: int
    visitors: int
    addresses: int

    @classmethod
    def of(cls, scans: Scans, window: Window) -> "Bounds":
        people = {key: facts for key, facts in scans.items() if not facts.bot}
        inside = [facts for key, facts in people.items() if window.first <= day_of(key.ms) <= window.last]
        visitors = {(facts.address, facts.agent) for facts in inside}
        return cls(len(people), len(inside), len(visitors), len({facts.address for facts in inside}))

    def admit(self, most: "Bounds", answer: "Bounds", pending: int) -> bool:
        """Whether an answer lies between these and `most`, but for what it says is still pending."""
        fields = ("total", "window", "visitors", "addresses")
        return all(getattr(self, name) - pending <= getattr(answer, name) <= getattr(most, name) for name in fields)


def books(engine: Engine) -> Books:
    """Every rollup there is, slots added up."""
    held: dict[tuple[int, str, int], list[Rollup]] = {}
    for item in engine.items("rollups"):
        organization, scope, _slot = item["pk"]["S"].split("#")
        at = int(organization), scope, period(item["sk"]["S"])
        held.setdefault(at, []).append(rollup_bodies.unpacked(base64.b64decode(item["body"]["B"]), at[2]))
    return {at: rollup for at, each in held.items() if (rollup := r.merged(each))}


def differences(scans: Scans, found: Books, chance: random.Random) -> Iterator[str]:
    """Wherever the books are not what brute force counts, uniques over random windows included."""
    wanted = brute_force(scans)
    for at in sorted(wanted.keys() | found.keys()):
        for name in sorted(wanted.get(at, {}).keys() | found.get(at, {}).keys()):
            counted, true = r.table(found.get(at, {}), name), r.table(wanted.get(at, {}), name)
            if counted != true:
                yield f"{at} {name}: {dict(counted)} instead of {dict(true)}"
    yield from _windows(scans, found, chance)


def _windows(scans: Scans, found: Books, chance: random.Random) -> Iterator[str]:
    scopes = {
        (key.organization, scope, link) for key in scans for scope, link in ((f"l{key.link}", key.link), ("o", 0))
    }
    for organization, scope, link in sorted(scopes):
        mine = {
            key: facts for key, facts in scans.items() if key.organization == organization and link in (0, key.link)
        }
        days = {day: rollup for (owner, name, day), rollup in found.items() if (owner, name) == (organization, scope)}
        first, last = min(day_of(key.ms) for key in mine), max(day_of(key.ms) for key in mine)
        for _ in range(4):
            a, b = sorted((chance.randint(first, last), chance.randint(first, last)))
            window = Window(a, b)
            bounds = Bounds.of(mine, window)
            uniques = tuple(windows.uniques(days, window, name) for name in (r.VISITORS, r.ADDRESSES))
            if uniques != (bounds.visitors, bounds.addresses):
                yield f"uniques of {scope} in {window}: {uniques} instead of {bounds}"


def lost_and_doubled(scans: Scans, found: Books) -> tuple[int, int]:
    """How many scans the links' lifetimes count too few, and too many."""
    lost = doubled = 0
    true: dict[tuple[int, str, int], int] = {}
    for key in scans:
        at = key.organization, r.link_scope(key.link), r.LIFETIME
        true[at] = true.get(at, 0) + 1
    links = {at for at in found if at[1][0] == "l" and at[2] == r.LIFETIME}
    for at in true.keys() | links:
        counted = r.amount(found.get(at, {}), r.TOTAL) + r.amount(found.get(at, {}), r.BOTS)
        lost += max(0, true.get(at, 0) - counted)
        doubled += max(0, counted - true.get(at, 0))
    return lost, doubled


def unpacked(item: Item) -> str:
    """The text in a visitor item's compressed body."""
    return zlib.decompress(base64.b64decode(item["body"]["B"])).decode()
