"""Who scans in the demo: their phones, the places they are in, where they come from, and when they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

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
EDGE = f"{WINDOWS} Edg/125.0.0.0"
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"
INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "Instagram 334.0.4.32.98 (iPhone15,3; iOS 17_5; en_US; en; scale=3.00; 1290x2796; 607622915)"
)
SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

PHONES: Final = {IPHONE: 44, ANDROID: 30, SAMSUNG: 14, INSTAGRAM: 5, IPAD: 4, SLACK: 2, GOOGLEBOT: 1}
SCREENS: Final = {WINDOWS: 24, MAC: 17, IPHONE: 22, ANDROID: 13, EDGE: 9, INSTAGRAM: 9, FIREFOX: 5, IPAD: 4, SLACK: 5}

LANGUAGES: Final = {"en-GB": 50, "en-US": 20, "de-DE": 15, "fr-FR": 7, "es-ES": 5, "nl-NL": 3}


class Place(NamedTuple):
    """Country, region's code and name, city; names percent-encoded, as CloudFront sends them."""

    country: str
    region: str
    region_name: str
    city: str


LONDON = Place("GB", "ENG", "England", "London")
TOWN: Final = {
    LONDON: 40,
    Place("GB", "ENG", "England", "Bristol"): 16,
    Place("GB", "ENG", "England", "Manchester"): 12,
    Place("GB", "SCT", "Scotland", "Edinburgh"): 10,
    Place("GB", "WLS", "Wales", "Cardiff"): 6,
    Place("IE", "L", "Leinster", "Dublin"): 8,
    Place("FR", "IDF", "%C3%8Ele-de-France", "Paris"): 3,
    Place("US", "NY", "New%20York", "New%20York"): 3,
    Place("DE", "BE", "Berlin", "Berlin"): 2,
}
WORLD: Final = {
    LONDON: 18,
    Place("GB", "SCT", "Scotland", "Edinburgh"): 5,
    Place("IE", "L", "Leinster", "Dublin"): 8,
    Place("US", "CA", "California", "San%20Francisco"): 10,
    Place("US", "NY", "New%20York", "New%20York"): 9,
    Place("US", "TX", "Texas", "Austin"): 4,
    Place("CA", "ON", "Ontario", "Toronto"): 5,
    Place("DE", "BE", "Berlin", "Berlin"): 8,
    Place("DE", "BY", "Bavaria", "M%C3%BCnchen"): 5,
    Place("AT", "9", "Vienna", "Vienna"): 2,
    Place("FR", "IDF", "%C3%8Ele-de-France", "Paris"): 7,
    Place("ES", "MD", "Madrid", "Madrid"): 4,
    Place("NL", "NH", "North%20Holland", "Amsterdam"): 4,
    Place("SE", "AB", "Stockholm", "Stockholm"): 2,
    Place("BR", "SP", "S%C3%A3o%20Paulo", "S%C3%A3o%20Paulo"): 3,
    Place("IN", "KA", "Karnataka", "Bengaluru"): 3,
    Place("JP", "13", "Tokyo", "Tokyo"): 2,
    Place("AU", "NSW", "New%20South%20Wales", "Sydney"): 3,
    Place("ZA", "WC", "Western%20Cape", "Cape%20Town"): 1,
}

FROM_PAPER: Final = {"": 96, "https://www.instagram.com/": 3, "https://maps.example.com/": 1}
FROM_THE_WEB: Final = {
    "": 38,
    "https://www.instagram.com/": 17,
    "https://www.linkedin.com/": 14,
    "https://t.co/x": 11,
    "https://www.facebook.com/": 8,
    "https://www.example.org/blog": 7,
    "https://news.ycombinator.com/": 5,
}

# Scans by hour of the day, UTC, and by weekday from Monday on.
AT_MEALS: Final = (2, 1, 0, 0, 0, 0, 1, 3, 5, 4, 5, 14, 22, 17, 7, 4, 5, 12, 22, 26, 21, 13, 8, 4)
ON_THE_WAY: Final = (1, 1, 0, 0, 1, 3, 9, 19, 21, 11, 7, 8, 10, 9, 8, 10, 15, 22, 18, 10, 7, 5, 4, 2)
ALL_DAY: Final = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 14, 16, 13, 11, 11, 12, 14, 15, 12, 9, 6, 4, 2)
EVENING_OUT: Final = (0.7, 0.7, 0.8, 0.95, 1.35, 1.55, 1.1)
WORKING: Final = (1.15, 1.2, 1.2, 1.15, 1.05, 0.65, 0.5)
EVEN: Final = (0.9, 0.9, 1.0, 1.05, 1.2, 1.2, 0.8)


@dataclass(frozen=True)
class Audience:
    """The people whom a link meets; numbers are weights."""

    places: Mapping[Place, int]
    hours: Sequence[int] = ALL_DAY
    weekdays: Sequence[float] = EVEN
    agents: Mapping[str, int] = field(default_factory=lambda: PHONES)
    referrers: Mapping[str, int] = field(default_factory=lambda: FROM_PAPER)


GUESTS: Final = Audience(TOWN, AT_MEALS, EVENING_OUT)
PASSERS_BY: Final = Audience(TOWN, ON_THE_WAY, WORKING)
CUSTOMERS: Final = Audience(WORLD)
READERS: Final = Audience(WORLD, weekdays=WORKING, agents=SCREENS, referrers=FROM_THE_WEB)
