"""Visits to short links as people make them, one after another on a kept connection, each answer looked at."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from typing import Final, NamedTuple

from infra.history import REGULARS, visitor
from infra.people import CUSTOMERS, GOOGLEBOT, GUESTS, PASSERS_BY, READERS, SLACK, Audience
from tests.e2e.conftest import Client

AUDIENCES: Final = (GUESTS, PASSERS_BY, CUSTOMERS, READERS)
BOTS: Final = frozenset({SLACK, GOOGLEBOT})
PEOPLE: Final = 400  # of each client, about half of whose visits are by people who were there before


class Person(NamedTuple):
    """Who is one visitor: an address, and a browser there."""

    address: str
    agent: str

    @property
    def is_bot(self) -> bool:
        return self.agent in BOTS


class Visit(NamedTuple):
    """One request that was answered. `at` is when the answer was here, by the monotonic clock in seconds, `seconds` how
    long it took; `fault` says what was wrong with it, and is empty when nothing was."""

    slug: str
    person: Person
    at: float
    seconds: float
    fault: str = ""


def people(seed: int) -> Iterator[tuple[Person, dict[str, str]]]:
    """Visitors without end, with their headers: some come back, some are bots."""
    chance = random.Random(seed)  # noqa: S311 - the same people for everybody
    known: list[tuple[Audience, str, dict[str, str]]] = []
    while True:
        if known and (chance.random() < REGULARS or len(known) == PEOPLE):
            audience, address, headers = chance.choice(known)
        else:
            audience = chance.choice(AUDIENCES)
            address, headers = visitor(audience, chance)
            known.append((audience, address, headers))
        (referrer,) = chance.choices(list(audience.referrers), list(audience.referrers.values()))
        sent = {**headers, "referer": referrer, "cloudfront-viewer-address": f"{address}:4711"}
        yield Person(address, headers["user-agent"]), sent


def visits(url: str, links: Mapping[str, str], seed: int, goes_on: Callable[[], bool]) -> Iterator[Visit]:
    """Visit links, given as slug and destination, by lot, one after another, for as long as it goes on."""
    chance, slugs = random.Random(seed), list(links)  # noqa: S311 - the same visits for everybody
    client = Client(url)
    for person, headers in people(seed):
        if not goes_on():
            break
        slug = chance.choice(slugs)
        yield visit(client, slug, links[slug], person, headers)
    client.close()


def visit(client: Client, slug: str, destination: str, person: Person, headers: Mapping[str, str]) -> Visit:
    """One visit. An answer that is no redirect to the destination, or none at all, is told, not raised."""
    begun = time.monotonic()
    try:
        answer = client.request("GET", f"/{slug}", headers=headers)
    except (OSError, HTTPException) as error:
        client.close()
        fault = type(error).__name__
    else:
        expected = 302, destination
        got = answer.status, answer.headers.get("location")
        fault = "" if got == expected else f"{got} instead of {expected}"
    at = time.monotonic()
    return Visit(slug, person, at, at - begun, fault)
