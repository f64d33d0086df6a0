"""Visitors: on which days and hours somebody scanned, known only by a keyed hash.

One item per organization and address hash. In it, for each user-agent hash and each scope (link or marked QR
code), the number of scans in every hour of every day. A visitor is in a day, or an hour, while that number is above
zero, so taking a scan away is exact too. An organization's days are those of all its links together.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections import Counter
from typing import Final, NamedTuple

Hours = dict[int, int]
Visits = dict[str, dict[str, dict[int, Hours]]]  # agent hash -> scope -> day -> hour -> scans

MAX_AGENTS: Final = 256
SHARED_AGENT: Final = "*"  # the entry of all agents beyond MAX_AGENTS; no hash has this spelling
KEPT_DAYS: Final = 400
# An item holds 400 kB; this many hours with scans take about 180 kB, and more with very many links.
MOST_HOURS: Final = 60_000

_LINK: Final = "l"


class VisitorKey(NamedTuple):
    """One visitor item: an organization and the keyed hash of an address."""

    organization: int
    address: str


def hashes(key: bytes, address: str, user_agent: str) -> tuple[str, str]:
    """The address hash (96 bits) and the agent hash (48 bits, within its address) under an organization's key.

    Keyed, so that neither can be found by hashing all addresses, and two organizations' hashes never match.
    """
    return _hash(key, address, 12), _hash(key, f"{address}\x00{user_agent}", 6)


def _hash(key: bytes, text: str, size: int) -> str:
    digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return urlsafe_b64encode(digest[:size]).decode()


def copied(visits: Visits) -> Visits:
    return {
        agent: {scope: {day: dict(hours) for day, hours in days.items()} for scope, days in scopes.items()}
        for agent, scopes in visits.items()
    }


def entry(visits: Visits, agent: str, scope: str, day: int, hour: int, sign: int) -> str:
    """The entry that a scan of an agent is, or shall be, noted in: its own, or the shared one when all are taken."""
    if sign < 0:
        own = visits.get(agent, {}).get(scope, {}).get(day, {}).get(hour, 0)
        return agent if own > 0 else SHARED_AGENT
    return agent if agent in visits or len(visits) < MAX_AGENTS else SHARED_AGENT


def days(visits: Visits, scope: str, agent: str | None = None) -> set[int]:
    """The days on which an agent (None: anybody at this address) was seen in a scope."""
    entries = visits.values() if agent is None else [visits.get(agent, {})]
    if scope == "o":
        return {day for scopes in entries for name, seen in scopes.items() if name[0] == _LINK for day in seen}
    return {day for scopes in entries for day in scopes.get(scope, ())}


def visit(visits: Visits, agent: str, scope: str, day: int, hour: int, sign: int) -> int:
    """Note a scan (+1) or take it away (-1); the change of the hour's unique visitors is returned: -1, 0 or 1.

    Taking away what is not there (an entry dropped for its age) changes nothing.
    """
    hours = visits.get(agent, {}).get(scope, {}).get(day, {})
    before = hours.get(hour, 0)
    after = max(before + sign, 0)
    if after:
        visits.setdefault(agent, {}).setdefault(scope, {}).setdefault(day, {})[hour] = after
    elif before:
        del hours[hour]
        _prune(visits, agent, scope, day)
    return (after > 0) - (before > 0)


def _prune(visits: Visits, agent: str, scope: str, day: int) -> None:
    """Drop the empty shells around a removed hour."""
    scopes = visits[agent]
    if not scopes[scope][day]:
        del scopes[scope][day]
    if not scopes[scope]:
        del scopes[scope]
    if not scopes:
        del visits[agent]


def newest_day(visits: Visits) -> int | None:
    """The last day on which anybody at this address was seen; None for nobody."""
    return max((day for scopes in visits.values() for seen in scopes.values() for day in seen), default=None)


def trimmed(visits: Visits) -> Visits:
    """Without the days more than KEPT_DAYS before the newest: uniques are exact for windows up to that.

    Nor the oldest days of an address that fills MOST_HOURS all the same: no one address may outgrow its item.
    """
    newest = newest_day(visits)
    if newest is None:
        return {}
    oldest = max(newest - KEPT_DAYS, _oldest_that_fits(visits))
    return {
        agent: scopes
        for agent, given in visits.items()
        if (scopes := {scope: kept for scope, seen in given.items() if (kept := _since(seen, oldest))})
    }


def _oldest_that_fits(visits: Visits) -> int:
    """The first day from which on at most MOST_HOURS hours have scans; the newest day stays whatever it holds."""
    hours: Counter[int] = Counter()
    for scopes in visits.values():
        for seen in scopes.values():
            for day, held in seen.items():
                hours[day] += len(held)
    fits, newest_first = 0, sorted(hours, reverse=True)
    for n, day in enumerate(newest_first):
        fits += hours[day]
        if fits > MOST_HOURS and n:
            return newest_first[n - 1]
    return newest_first[-1]


def _since(seen: dict[int, Hours], oldest: int) -> dict[int, Hours]:
    return {day: hours for day, hours in seen.items() if day >= oldest}
