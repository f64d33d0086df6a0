"""Places of scans, as fine as each is known: a city, else its region, else its country."""

from collections import Counter
from typing import NamedTuple

from chalicelib.core import rollups as r
from chalicelib.core.rollups import OTHER, Rollup, table


class Place(NamedTuple):
    """Where scans came from. What is not known is ''; `region` is the name, or the code for want of one.

    OTHER in all three is the remainder of a full table.
    """

    country: str
    region: str = ""
    city: str = ""


def places(rollup: Rollup) -> dict[Place, int]:
    """The scans of each place; they add up to the total.

    A table of cities tells nothing of scans whose city is not known, but those of regions and countries do: what the
    finer table has is taken away from the coarser one. Of tables that are full that cannot be said.
    """
    countries, regions, cities = (table(rollup, name) for name in (r.COUNTRY, r.REGION, r.CITY))
    if any(OTHER in each for each in (countries, regions, cities)):
        return _shown(Counter({_parts(value): n for value, n in cities.items()}))
    found: Counter[tuple[str, ...]] = Counter()
    for finer in (countries, regions, cities):
        for value, n in finer.items():
            parts = _parts(value)
            if value and parts[1:] != ("", "", ""):
                found[_around(parts)] -= n
            if value or finer is countries:
                found[parts] += n
    return _shown(found)


def _parts(value: str) -> tuple[str, ...]:
    """`US|CA|California|San Francisco` as four parts; coarser values have empty ones."""
    parts = value.split("|", 3)
    return (*parts, *[""] * (4 - len(parts)))


def _around(parts: tuple[str, ...]) -> tuple[str, ...]:
    """What a region or a city lies in."""
    country, code, name, city = parts
    return (country, code, name, "") if city else (country, "", "", "")


def _shown(found: Counter[tuple[str, ...]]) -> dict[Place, int]:
    shown: Counter[Place] = Counter()
    for (country, code, name, city), n in found.items():
        other = country == OTHER
        shown[Place(OTHER, OTHER, OTHER) if other else Place(country, name or code, city)] += n
    return {place: n for place, n in shown.items() if n}
