"""What is kept of a visitor: as much as uniques need, and never more than an item holds."""

import json
import random
import zlib

from chalicelib.core.visitors import MAX_AGENTS, MOST_HOURS, Visits, newest_day, trimmed

LIMIT_BYTES = 400_000


def _crowd(days: int, links: int) -> Visits:
    """An address behind which as many agents as are told apart scan links on every day, at some hours."""
    chance = random.Random(3)
    return {
        f"{agent:08x}": {
            f"l{373_502_701_742_848 + link}": {
                20_000 + day: {hour: chance.randint(1, 9) for hour in chance.sample(range(24), 3)}
                for day in range(days)
            }
            for link in range(links)
        }
        for agent in range(MAX_AGENTS)
    }


def _hours(visits: Visits) -> int:
    return sum(len(hours) for scopes in visits.values() for days in scopes.values() for hours in days.values())


def test_an_address_with_very_many_visits_keeps_its_newest_days_and_fits_into_an_item() -> None:
    crowd = _crowd(days=60, links=3)
    assert _hours(crowd) > MOST_HOURS
    kept = trimmed(crowd)
    assert MOST_HOURS * 0.9 < _hours(kept) <= MOST_HOURS
    assert newest_day(kept) == newest_day(crowd)
    days = {day for scopes in kept.values() for seen in scopes.values() for day in seen}
    assert days == set(range(min(days), 20_060)), "only the oldest days go"
    assert len(zlib.compress(json.dumps(kept).encode())) < LIMIT_BYTES


def test_the_newest_day_stays_whatever_it_holds() -> None:
    crowd = _crowd(days=1, links=80)
    assert _hours(crowd) > MOST_HOURS
    assert trimmed(crowd) == crowd


def test_what_fits_is_left_as_it_is() -> None:
    crowd = _crowd(days=3, links=2)
    assert trimmed(crowd) == crowd
    assert trimmed({}) == {}
