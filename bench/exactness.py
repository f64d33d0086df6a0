"""Whether counters hold exactly what was answered: each scan, each visitor, and nothing twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from bench.visits import Visit
from tests.e2e.conftest import Client

PAGE: Final = 500


class Figures(NamedTuple):
    """Of one link: scans ever, scans and visitors of the window, bots, raw scans that are listed, and how many of these
    are another one each."""

    total: int = 0
    window: int = 0
    visitors: int = 0
    bots: int = 0
    listed: int = 0
    distinct: int = 0


class Difference(NamedTuple):
    """How far what was read is from what was answered, over all links and figures."""

    lost: int
    doubled: int


def expected(visits: Iterable[Visit]) -> dict[str, Figures]:
    """What the answered visits come to, by slug."""
    by_slug: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if not visit.fault:
            by_slug[visit.slug].append(visit)
    return {slug: _figures(made) for slug, made in by_slug.items()}


def _figures(made: Iterable[Visit]) -> Figures:
    people = [visit.person for visit in made if not visit.person.is_bot]
    bots = sum(visit.person.is_bot for visit in made)
    scans = len(people)
    return Figures(scans, scans, len(set(people)), bots, scans, scans)


def difference(wanted: Mapping[str, Figures], found: Mapping[str, Figures]) -> Difference:
    """How much is missing, and how much is too much, in the figure that is farthest off of each link, added up."""
    lost = doubled = 0
    for slug in wanted.keys() | found.keys():
        off = [is_ - was for was, is_ in zip(wanted.get(slug, Figures()), found.get(slug, Figures()), strict=True)]
        lost, doubled = lost - min(0, *off), doubled + max(0, *off)
    return Difference(lost, doubled)


def read(client: Client, codes: Iterable[Mapping[str, Any]]) -> dict[str, Figures]:
    """What the API says of links, by slug. Raises RuntimeError, or AssertionError, when it answers with an error."""
    return {code["slug"]: _read(client, code) for code in codes}


def _read(client: Client, code: Mapping[str, Any]) -> Figures:
    report = client.scans(code, days=2)  # a run may begin before midnight and end after it
    analytics = report["analytics"]
    listed = list(_listed(client, code["id"]))
    return Figures(
        report["scans"]["total"],
        analytics["window_total"],
        analytics["unique_visitors"],
        analytics["bots_excluded"],
        len(listed),
        len(set(listed)),
    )


def _listed(client: Client, code: str) -> Iterable[str]:
    """The ids of all raw scans of a link."""
    path = f"/v1/qrcodes/{code}/analytics/scans?limit={PAGE}"
    cursor: str | None = ""
    while cursor is not None:
        answer = client.api("GET", path + (f"&cursor={quote(cursor)}" if cursor else ""))
        if answer.status != 200:
            raise RuntimeError(answer.text)
        yield from (scan["id"] for scan in answer.json["data"])
        cursor = answer.json["pagination"].get("next_cursor")
