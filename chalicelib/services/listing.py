"""Listing and searching an organization's objects, newest first, a page at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol, TypeVar

# How many objects one page of a search looks at; what lies behind them is on the next page.
SEARCHED: Final = 2_000


class Numbered(Protocol):
    """What is listed: its number is its place."""

    @property
    def number(self) -> int: ...


Listed = TypeVar("Listed", bound=Numbered)


def page(objects: Iterable[Listed], limit: int, wanted: Callable[[Listed], bool]) -> tuple[list[Listed], int | None]:
    """At most `limit` of the wanted, and the number before which the next page begins; None at the end.

    A page may be short, or empty, and still not be the last: SEARCHED objects were looked at.
    """
    found: list[Listed] = []
    rest: Iterator[Listed] = iter(objects)
    last: int | None = None
    for looked_at, candidate in enumerate(rest):
        if len(found) == limit or looked_at == SEARCHED:
            return found, last
        last = candidate.number
        if wanted(candidate):
            found.append(candidate)
    return found, None


def matches(search: str, texts: Iterable[str | None]) -> bool:
    """Whether any text holds what is searched for, without regard to case; no search matches everything."""
    needle = search.strip().casefold()
    return not needle or any(needle in (text or "").casefold() for text in texts)
