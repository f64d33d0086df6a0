"""A link that is scanned hundreds of times a second: its slots grow by themselves, and readers are exact meanwhile."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chalicelib import ids
from chalicelib.core import targets
from chalicelib.core.rollups import link_scope
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.core.slots import SCANS_A_SECOND
from chalicelib.services.counting import RECENT_MS, SETTLING_MS
from infra import aws
from infra.local import LocalStack
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.observed import eventually, held_back, items, scan_items, stored, write_scans

WANTED_SLOTS = 4
GROWTH_SECONDS = 20  # not longer: readers look back two minutes
MOST_SECONDS = 7  # hot ones that are written, one after the other; two doublings need two at least
READERS = 2
PEOPLE = 40
AT_ONCE = 25
REDIRECTS = 30


@dataclass
class _Crowd:
    """Scans one link as so many redirects would; `begun` and `finished` count them for readers to compare with; none
    is of a time behind `last_ms`."""

    stack: LocalStack
    organization: int
    link: int
    slug: str
    begun: int = 0
    finished: int = 0
    last_ms: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    def slots(self) -> int:
        """The redirect's copy of the number."""
        key = {"pk": {"S": targets.partition(self.slug)}, "sk": {"S": targets.SORT}}
        dynamodb, table = aws.clients(self.stack.aws_endpoint)("dynamodb"), self.stack.environment["OBJECTS_TABLE"]
        return int(dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]["slots"]["N"])

    def rush(self, second_ms: int) -> None:
        """One hot second: more scans in each slot than one shall carry. Some redirects still know fewer slots."""
        slots, self.last_ms = self.slots(), second_ms + 1000
        known = [slots] * 5 + [max(slots // 2, 1)]
        wave = [self._scan(second_ms, self.chance.choice(known)) for _ in range(SCANS_A_SECOND * slots * 3 // 2)]
        for start in range(0, len(wave), AT_ONCE):
            part = wave[start : start + AT_ONCE]
            self.begun += len(part)
            write_scans(self.stack, map(stored, part))
            self.finished += len(part)

    def _scan(self, second_ms: int, slots: int) -> Arrival:
        facts = Facts(f"address{self.chance.randrange(PEOPLE)}", "agent", country="GB")
        ms, salt = second_ms + self.chance.randrange(1000), f"{self.chance.getrandbits(64):016x}"
        key = ScanKey(self.organization, self.link, self.chance.randrange(slots), ms, salt)
        return Arrival(key, facts, Unjudged(IPHONE_SAFARI))


def _read(stack: LocalStack, code: str, crowd: _Crowd, over: threading.Event) -> list[str]:
    """Ask for a link until all is over; return what is wrong with the answers. At least one is asked for."""
    client, wrong, asked = Client(stack.url, stack.api_key), list[str](), 0
    while not over.is_set() or not asked:
        least = crowd.finished
        report = client.api("GET", f"/v1/dynamic/{code}/scans?days=2").json
        most, asked = crowd.begun, asked + 1
        total, pending = report["scans"]["total"], report.get("pending", 0)
        if not (total <= most and least <= total + pending):
            wrong.append(f"{total} and {pending} pending, of {least} to {most}")
    client.close()
    return wrong


def _rush_until_wide(crowd: _Crowd) -> None:
    """One hot second after the other, as far apart as doublings are; all of them in the time that readers look back."""
    first_ms = time.time_ns() // 1_000_000 - RECENT_MS * 2 // 3
    for n in range(MOST_SECONDS):
        before = crowd.slots()
        if before >= WANTED_SLOTS:
            break
        with held_back(crowd.stack, "fold"):  # as the stream gathers for two seconds on AWS
            crowd.rush((first_ms // 1000 + n * (SETTLING_MS // 1000 + 1)) * 1000)
        eventually(lambda: crowd.slots() > before, GROWTH_SECONDS)  # noqa: B023 - called in this turn only


def _slots_of(partitions: Iterator[str]) -> set[str]:
    return {partition.rpartition("#")[2] for partition in partitions}


def test_a_hot_link_grows_slots_by_itself_and_readers_stay_exact(stack: LocalStack, client: Client) -> None:
    code = client.create("hot")
    link, organization = ids.parse(code["id"]), ids.parse(stack.organization)
    assert link is not None
    assert organization is not None
    crowd, over = _Crowd(stack, organization, link, code["slug"]), threading.Event()
    with ThreadPoolExecutor(READERS) as readers:
        answers = [readers.submit(_read, stack, code["id"], crowd, over) for _ in range(READERS)]
        try:
            _rush_until_wide(crowd)
        finally:
            over.set()
        assert [answer.result() for answer in answers] == [[]] * READERS
    assert crowd.slots() >= WANTED_SLOTS
    for _ in range(REDIRECTS):
        assert client.scan(code["slug"], IPHONE_SAFARI, CloudFront_Viewer_Address="192.0.2.1:4711").status == 302
    sent = crowd.finished + REDIRECTS
    assert eventually(lambda: client.scans(code)["scans"]["total"] == sent)
    analytics = client.scans(code, days=2)["analytics"]
    assert sum(day["n"] for day in analytics["daily"]) == analytics["window_total"] == sent
    assert analytics["unique_visitors"] == PEOPLE + 1
    scans = [item for item in scan_items(stack, organization) if f"#{link}#" in item["pk"]["S"]]
    assert len(scans) == sent
    assert not any("pending" in scan for scan in scans)
    redirected = (scan["pk"]["S"] for scan in scans if int(scan["sk"]["S"][:14]) > crowd.last_ms)
    assert len(_slots_of(redirected)) > WANTED_SLOTS // 2, "the redirect does not know of the slots"
    counted = (item["pk"]["S"] for item in items(stack, "ROLLUPS_TABLE") if f"#{link_scope(link)}#" in item["pk"]["S"])
    assert len(_slots_of(counted)) >= WANTED_SLOTS // 2
