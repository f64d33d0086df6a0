"""People for benchmarks, each of them new: with the phones and the referrers that many have, and from everywhere.

Most are like the demo's (`infra/people.py`); the others come from a long tail of towns and sites, and in apps whose
user agents hardly ever come twice. So a busy day fills the tables that are bounded, and not all is judged already.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar
from urllib.parse import quote

from infra.history import visitor
from infra.people import CUSTOMERS, PHONES, Audience

T = TypeVar("T")

TOWNS: Final = 2000
COUNTRIES: Final = 150
SITES: Final = 400
# Shares of people: from the long tail of towns, from that of sites, and in an app.
FAR: Final = 0.3
REFERRED: Final = 0.08
IN_APPS: Final = 0.12

_PEOPLE: Final = Audience(
    CUSTOMERS.places, agents={agent: n for agent, n in PHONES.items() if "bot" not in agent.lower()}
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SYLLABLES: Final = (
    ("Al", "Bran", "Cor", "Del", "Es", "Fal", "Gren", "Har", "Il", "Kar", "Lin", "Mar", "Nor", "Ost", "Pel"),
    ("a", "en", "i", "o", "un", "ar", "el", "is", "or", "am", "ek", "ü", "á", "ow"),
    ("burg", "ton", "ville", "stad", "grad", "pur", "mouth", "ford", "heim", "ia", "os", "eira", "ham", "ez"),
)


class Newcomers:
    """Makes people up, always the same ones for the same `seed`."""

    def __init__(self, seed: int = 8) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - the same people for everybody
        self._countries = self._chance.sample([a + b for a in _LETTERS for b in _LETTERS], COUNTRIES)
        self._towns = [self._town() for _ in range(TOWNS)]
        self._sites = [f"https://{_name(self._chance).lower()}.example/" for _ in range(SITES)]
        self._met = 0

    def headers(self) -> dict[str, str]:
        """What the redirect is told of the next one (names in lower case), who has never been here before."""
        self._met += 1
        _, headers = visitor(_PEOPLE, self._chance)
        headers["user-agent"] = self._user_agent(headers["user-agent"])
        if self._chance.random() < FAR:
            headers |= self._one_of(self._towns)
        if self._chance.random() < REFERRED:
            headers["referer"] = self._one_of(self._sites)
        return headers | {"cloudfront-viewer-address": f"2001:db8::{self._met >> 16:x}:{self._met & 0xFFFF:x}:4711"}

    def _user_agent(self, usual: str) -> str:
        """Of this year's versions; one in an app has hardly ever been seen before."""
        chance = self._chance
        if chance.random() < IN_APPS:
            app = f"{chance.randrange(300, 340)}.0.{chance.randrange(9)}.{chance.randrange(100)}.{chance.randrange(99)}"
            phone = f"(iPhone{chance.randrange(11, 18)},{chance.randrange(1, 9)}; iOS 17_{chance.randrange(7)}; en_US)"
            return f"{usual.split(' Version')[0]} Mobile/15E148 Instagram {app} {phone}"
        newer = usual.replace("Chrome/125", f"Chrome/{chance.randrange(110, 130)}")
        version = chance.randrange(7)
        return newer.replace("17_5", f"17_{version}").replace("17.5", f"17.{version}")

    def _town(self) -> Mapping[str, str]:
        country, region = self._chance.choice(self._countries), f"{self._chance.randrange(30):02}"
        return {
            "cloudfront-viewer-country": country,
            "cloudfront-viewer-country-region": region,
            "cloudfront-viewer-country-region-name": quote(_name(random.Random(country + region))),  # noqa: S311
            "cloudfront-viewer-city": quote(_name(self._chance)),
        }

    def _one_of(self, many: Sequence[T]) -> T:
        """The first ones far more often than the last: the n-th about as often as 1/n."""
        return many[int(len(many) ** self._chance.random()) - 1]


def _name(chance: random.Random) -> str:
    return "".join(map(chance.choice, _SYLLABLES))
