"""600 scans by 8 clients at once to 20 links: every number equals what was sent, before anything is read and after."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib import ids
from chalicelib.core import rollups as r
from infra.local import LocalStack
from tests.e2e.agents import HUMANS
from tests.e2e.conftest import Client
from tests.e2e.observed import eventually, lifetimes

CLIENTS = 8
SCANS = 600
LINKS = 20
REFERRERS = {"": "Direct", "https://t.co/abc": "t.co", "https://www.example.org/page": "example.org"}


@dataclass(frozen=True)
class Sent:
    slug: str
    address: str
    agent: str
    country: str
    referrer: str


def _plan(slugs: list[str], seed: int) -> list[Sent]:
    chance = random.Random(seed)
    return [
        Sent(
            slug=chance.choice(slugs),
            address=f"198.51.100.{chance.randrange(1, 60)}",
            agent=chance.choice(list(HUMANS)),
            country=chance.choice(["GB", "IE", "US", ""]),
            referrer=chance.choice(list(REFERRERS)),
        )
        for _ in range(SCANS)
    ]


def _send(stack: LocalStack, scans: Iterable[Sent]) -> None:
    client = Client(stack.url)
    for scan in scans:
        headers = {"CloudFront_Viewer_Address": f"{scan.address}:4711", "Referer": scan.referrer}
        if scan.country:
            headers["CloudFront_Viewer_Country"] = scan.country
        assert client.scan(scan.slug, HUMANS[scan.agent][0], **headers).status == 302
    client.close()


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values))


def _hour() -> int:
    return datetime.now(UTC).hour


def _scans_counted(stack: LocalStack, numbers: Sequence[int]) -> list[int]:
    """How many scans the counters of links hold, in their order. A read over the API would count what is pending."""
    held = lifetimes(stack, ids.parse(stack.organization) or 0, numbers)
    return [r.amount(held[number], r.TOTAL) for number in numbers]


def test_every_total_unique_hour_and_dimension_equals_what_was_sent(stack: LocalStack, client: Client) -> None:
    codes = [client.create(f"load {n}") for n in range(LINKS)]
    numbers = [ids.parse(code["id"]) or 0 for code in codes]
    plan = _plan([code["slug"] for code in codes], seed=7)
    first_hour = _hour()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda n: _send(stack, plan[n::CLIENTS]), range(CLIENTS)))
    hours = {first_hour, _hour()}
    sent_to = Counter(scan.slug for scan in plan)
    assert eventually(lambda: sum(_scans_counted(stack, numbers)) >= SCANS), "the stream lost some"
    assert _scans_counted(stack, numbers) == [sent_to[code["slug"]] for code in codes]
    for code in codes:
        sent = [scan for scan in plan if scan.slug == code["slug"]]
        report = client.scans(code, days=2)
        assert "pending" not in report
        analytics = report["analytics"]
        tables = {
            name: {row["value"]: row["n"] for row in analytics[name]}
            for name in ("by_country", "by_device", "by_referrer", "by_os", "by_browser")
        }
        assert report["scans"]["total"] == report["scans"]["last7"] == analytics["window_total"] == len(sent)
        assert analytics["unique_visitors"] == len({(scan.address, scan.agent) for scan in sent})
        assert analytics["unique_addresses"] == len({scan.address for scan in sent})
        assert analytics["bots_excluded"] == 0
        assert sum(row["n"] for row in analytics["by_hour"] if row["hour"] in hours) == len(sent)
        assert tables == {
            "by_country": _counted(scan.country or "Unknown" for scan in sent),
            "by_device": _counted(HUMANS[scan.agent][1] for scan in sent),
            "by_referrer": _counted(REFERRERS[scan.referrer] for scan in sent),
            "by_os": _counted(HUMANS[scan.agent][2] for scan in sent),
            "by_browser": _counted(HUMANS[scan.agent][3] for scan in sent),
        }
