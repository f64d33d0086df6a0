"""Plausible scans of the past, for the demo: weekly and daily rhythm, people who come back, a few bots."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

DAY_SECONDS = 86_400

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36"
)
SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.6 Mobile/15E148 Safari/604.1"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36"
)
INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "Instagram 334.0.4.32.98 (iPhone15,3; iOS 17_5; en_US; en; scale=3.00; 1290x2796; 607622915)"
)
SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
AGENTS = {IPHONE: 40, ANDROID: 28, SAMSUNG: 12, INSTAGRAM: 8, WINDOWS: 7, IPAD: 3, SLACK: 2}

# Country, region code, region name, city (percent-encoded, as CloudFront sends it), weight.
PLACES = (
    ("GB", "ENG", "England", "London", 30),
    ("GB", "SCT", "Scotland", "Edinburgh", 8),
    ("IE", "L", "Leinster", "Dublin", 12),
    ("US", "CA", "California", "San%20Francisco", 10),
    ("US", "NY", "New%20York", "New%20York", 9),
    ("DE", "BE", "Berlin", "Berlin", 8),
    ("DE", "BY", "Bavaria", "M%C3%BCnchen", 5),
    ("FR", "IDF", "%C3%8Ele-de-France", "Paris", 7),
)
REFERRERS = {"": 82, "https://t.co/x": 6, "https://www.instagram.com/": 7, "https://www.example.org/blog": 5}
LANGUAGES = {"en-GB": 50, "en-US": 20, "de-DE": 15, "fr-FR": 7}

# Scans by hour of the day, UTC: quiet nights, lunch, early evening.
HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 14, 16, 13, 11, 11, 12, 14, 15, 12, 9, 6, 4, 2)
# Monday to Sunday.
WEEKDAYS = (0.9, 0.9, 1.0, 1.05, 1.3, 1.2, 0.7)


class DemoLink(NamedTuple):
    """A link of the demo; `a_day` scans on an average day, growing by `growth` over the whole history."""

    slug: str
    label: str
    a_day: float
    growth: float


LINKS = (
    DemoLink("spring-menu", "Spring menu (table cards)", 34, 1.4),
    DemoLink("bus-stop-7", "Bus stop poster, line 7", 21, 0.8),
    DemoLink("box-insert", "Box insert: care instructions", 12, 1.9),
    DemoLink("conf-badge", "Conference badge", 5, 1.0),
)


@dataclass(frozen=True)
class PastScan:
    """One scan: when (milliseconds), from where, and with which headers (names in lower case)."""

    ms: int
    address: str
    headers: dict[str, str]


def scans(link: DemoLink, days: int, now_ms: int, chance: random.Random) -> Iterator[PastScan]:
    """The scans of a link over so many days up to now."""
    regulars = [_visitor(chance) for _ in range(int(link.a_day * 6))]
    today = now_ms // 1000 // DAY_SECONDS
    for day in range(today - days + 1, today + 1):
        grown = link.growth ** ((day - today + days) / days)
        expected = link.a_day * grown * WEEKDAYS[(day + 3) % 7] * chance.uniform(0.75, 1.25)  # day 0 was a Thursday
        for _ in range(round(expected)):
            hour = chance.choices(range(24), HOURS)[0]
            ms = (day * DAY_SECONDS + hour * 3600) * 1000 + chance.randrange(3_600_000)
            address, headers = chance.choice(regulars) if chance.random() < 0.45 else _visitor(chance)
            if ms < now_ms:
                yield PastScan(ms, address, {**headers, "referer": _weighted(REFERRERS, chance)})


def _visitor(chance: random.Random) -> tuple[str, dict[str, str]]:
    country, region, region_name, city, _ = chance.choices(PLACES, [place[-1] for place in PLACES])[0]
    headers = {
        "user-agent": _weighted(AGENTS, chance),
        "accept-language": _weighted(LANGUAGES, chance),
        "cloudfront-viewer-country": country,
        "cloudfront-viewer-country-region": region,
        "cloudfront-viewer-country-region-name": region_name,
        "cloudfront-viewer-city": city,
    }
    # Of the block that is reserved for benchmarking: nobody has these addresses.
    return f"198.18.{chance.randrange(256)}.{chance.randrange(256)}", headers


def _weighted(weights: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
