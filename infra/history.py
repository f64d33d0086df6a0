"""Plausible scans of the past, for the demo: weekly and daily rhythm, people who come back, a few bots."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from infra.people import CUSTOMERS, GUESTS, LANGUAGES, PASSERS_BY, READERS, Audience, Place

T = TypeVar("T")

DAY_SECONDS = 86_400
DAYS: Final = 90
REGULARS: Final = 0.45  # of a day's people have scanned this link before
AGAIN: Final = 0.22  # of scans are followed by another one of the same person within the hour


class DemoLink(NamedTuple):
    """A link of the demo; `a_day` scans on an average day of its `age` in days, growing by `growth` over them.

    `campaign` is one of CAMPAIGNS; '' is none.
    """

    slug: str
    label: str
    a_day: float
    growth: float
    audience: Audience = CUSTOMERS
    campaign: str = ""
    age: int = DAYS
    status: str = "active"


# Campaign -> the client whose it is; '' is nobody's.
CAMPAIGNS: Final = {
    "Spring table cards": "Harbour Kitchen",
    "City posters": "Fernway Bikes",
    "Packaging": "",
    "Web": "",
}
LINKS: Final = (
    DemoLink("gift-card", "Gift card (last season)", 3, 0.3, CUSTOMERS, status="paused"),
    DemoLink("easter", "Easter preview", 0, 1.0, GUESTS, "Spring table cards", status="draft"),
    DemoLink("conf-badge", "Conference badge", 4, 1.0, READERS),
    DemoLink("warranty", "Warranty card", 4, 1.2, CUSTOMERS, "Packaging"),
    DemoLink("bus-stop-12", "Bus stop poster, line 12", 10, 0.9, PASSERS_BY, "City posters"),
    DemoLink("bus-stop-7", "Bus stop poster, line 7", 15, 0.8, PASSERS_BY, "City posters"),
    DemoLink("box-insert", "Box insert: care instructions", 10, 1.9, CUSTOMERS, "Packaging"),
    DemoLink("newsletter", "Newsletter button", 14, 1.6, READERS, "Web"),
    DemoLink("spring-menu", "Spring menu (table cards)", 28, 1.4, GUESTS, "Spring table cards"),
    DemoLink("wine-list", "Wine list (table cards)", 13, 1.1, GUESTS, "Spring table cards", 62),
    DemoLink("podcast", "Podcast show notes", 6, 1.3, READERS, "Web", 55),
    DemoLink("terrace", "Terrace booking (window sticker)", 8, 2.2, GUESTS, "Spring table cards", 48),
    DemoLink("tram-wrap", "Tram wrap, city centre", 17, 2.6, PASSERS_BY, "City posters", 34),
)


@dataclass(frozen=True)
class PastScan:
    """One scan: when (milliseconds), from where, and with which headers (names in lower case)."""

    ms: int
    address: str
    headers: dict[str, str]


def scans(link: DemoLink, now_ms: int, chance: random.Random) -> Iterator[PastScan]:
    """The scans of a link over its age up to now."""
    who, days = link.audience, link.age
    regulars = [visitor(who, chance) for _ in range(int(link.a_day * 6))]
    today = now_ms // 1000 // DAY_SECONDS
    for day in range(today - days + 1, today + 1):
        grown = link.growth ** ((day - today + days) / days)
        expected = link.a_day * grown * who.weekdays[(day + 3) % 7] * chance.uniform(0.75, 1.25)  # day 0: a Thursday
        for _ in range(round(expected)):
            hour = chance.choices(range(24), who.hours)[0]
            ms = (day * DAY_SECONDS + hour * 3600) * 1000 + chance.randrange(3_600_000)
            address, headers = chance.choice(regulars) if chance.random() < REGULARS else visitor(who, chance)
            headers = {**headers, "referer": _weighted(who.referrers, chance)}
            while ms < now_ms:
                yield PastScan(ms, address, headers)
                if chance.random() > AGAIN:
                    break
                ms += chance.randrange(20_000, 3_600_000)


def visitor(who: Audience, chance: random.Random) -> tuple[str, dict[str, str]]:
    """Somebody of an audience: an address, and the headers that their browser and the edge send."""
    place = _weighted(who.places, chance)
    headers = {
        "user-agent": _weighted(who.agents, chance),
        "accept-language": _weighted(LANGUAGES, chance),
        **_whereabouts(place),
    }
    # Of the block that is reserved for benchmarking: nobody has these addresses.
    return f"198.18.{chance.randrange(256)}.{chance.randrange(256)}", headers


def _whereabouts(place: Place) -> dict[str, str]:
    return {
        "cloudfront-viewer-country": place.country,
        "cloudfront-viewer-country-region": place.region,
        "cloudfront-viewer-country-region-name": place.region_name,
        "cloudfront-viewer-city": place.city,
    }


def _weighted(weights: Mapping[T, int], chance: random.Random) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]
