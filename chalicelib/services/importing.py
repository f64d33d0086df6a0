"""Importing links of another service, with their slugs and the visits that it had counted.

All rows are looked at before any is written, and each is written whole: a link with its slug and its picture, some
thirty links a transaction. An import that is cut off, or given again, finds what it wrote before:

    import A: looks at 10,000 rows, writes 4,000 ..... is cut off
    import B: looks at 10,000 rows: 4,000 are there, writes 6,000

Nobody is told of what was imported, and it counts for no limit: `links.Link.imported` marks it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from chalicelib import ids
from chalicelib.core import slugs
from chalicelib.core.accounts import Organization
from chalicelib.core.batches import batches
from chalicelib.core.foreign_links import MOST_VISITS, ForeignLink
from chalicelib.core.links import ACTIVE, DEFAULT_REDIRECT, DRAFT, PAUSED, REDIRECTS, Details, Link
from chalicelib.errors import InvalidRequest, Unavailable
from chalicelib.services import links
from chalicelib.services.links import NewLink
from chalicelib.store import links as stored
from chalicelib.store.transactions import MAX_ACTIONS, Transaction

LINKS_A_WRITE: Final = MAX_ACTIONS // stored.ACTIONS_A_LINK
LOOKED_AT: Final = 1_000  # slugs whose owners are read at once
ATTEMPTS: Final = 5

# Our own words for a status; any other says nothing of whether a link leads on.
_KEPT_STATUSES: Final = frozenset({PAUSED, DRAFT})


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not imported, and why."""

    place: str
    problem: str


@dataclass(slots=True)
class Plan:
    """What becomes of the rows: `new` links, those that are `there` already, and those that are `refused`, in the order
    of the table. `left` has what cannot be kept, in words, with how many rows it is of.

    `joined` are rows whose slug and destination another row has too, but for capitals: they are one link here, and it
    gets the visits of both.

    Of those that are there `credited` have no imported visits yet, and get them: somebody made them by hand, or a
    release that knew of no such visits wrote them since.
    """

    new: list[Link] = field(default_factory=list)
    there: int = 0
    joined: int = 0
    credited: list[Link] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)


def plan(
    organization: Organization, rows: Iterable[ForeignLink | Refused], own_hosts: Collection[str], now_ms: int
) -> Plan:
    """What an import would do; nothing is written. New links are in the order in which they were made. Raises
    Unavailable."""
    made, given = Plan(), list(rows)
    sound = _sound(given, own_hosts, now_ms, made)
    for part in batches(sound.items(), LOOKED_AT):
        _look(organization.number, dict(part), made, now_ms)
    made.new.sort(key=lambda link: link.created_ms)
    places = {row.place: number for number, row in enumerate(given)}
    made.refused.sort(key=lambda refused: places[refused.place])
    return made


def write(organization: Organization, new: Sequence[Link], now_ms: int) -> Iterator[int]:
    """Write links, and tell after each part how many are written.

    Raises Unavailable: then the same import again writes the rest. So does one whose slug somebody took meanwhile.
    """
    done = 0
    for part in batches(new, LINKS_A_WRITE):
        _write(organization, [replace(link, number=ids.new(now_ms)) for link in part])
        done += len(part)
        yield done


def credit(wanted: Iterable[Link], now_ms: int) -> None:
    """Give links that are there their imported visits, unless they have some by now. Raises Unavailable."""
    for link in wanted:
        if not any(_credited(link, now_ms) for _ in range(ATTEMPTS)):
            raise Unavailable.storage()


def _credited(link: Link, now_ms: int) -> bool:
    held = stored.read(link.organization, link.number)
    if held is None or held.value.imported is not None:
        return True
    transaction = Transaction()
    stored.put_again(transaction, held, replace(held.value, imported=link.imported, updated_ms=now_ms))
    return not transaction.commit()


def _write(organization: Organization, part: Sequence[Link]) -> None:
    for _ in range(ATTEMPTS):
        transaction = Transaction()
        for link in part:
            stored.put_new(transaction, link, organization.hashing_key)
        refusals = transaction.commit()
        if not refusals or _is_written(part):  # an answer may have got lost
            return
        if any(refusal.condition for refusal in refusals):
            break
    raise Unavailable.storage()


def _is_written(part: Sequence[Link]) -> bool:
    return stored.read(part[0].organization, part[0].number) is not None


def _sound(
    rows: Sequence[ForeignLink | Refused], own_hosts: Collection[str], now_ms: int, made: Plan
) -> Mapping[str, tuple[ForeignLink, NewLink]]:
    """The rows that a link can be made from, by their slugs; what is wrong with the others is noted."""
    sound: dict[str, tuple[ForeignLink, NewLink]] = {}
    seen: set[ForeignLink] = set()
    for row in rows:
        if isinstance(row, Refused):
            made.refused.append(row)
            continue
        try:
            slug = slugs.check_imported(row.slug)
            new = links.checked(_new(row, own_hosts), now_ms)
        except InvalidRequest as error:
            made.refused.append(Refused(row.place, error.message))
            continue
        known, first = sound.setdefault(slug, (row, new))
        repeated = replace(row, place="") in seen
        seen.add(replace(row, place=""))
        if known is row:
            continue
        if (known.destination, known.utm) != (row.destination, row.utm):
            made.refused.append(Refused(row.place, _clash(row, known)))
            continue
        made.joined += 1
        if not repeated:
            visits = min(known.visits + row.visits, MOST_VISITS)
            sound[slug] = (replace(known, visits=visits), first)
    return sound


def _new(row: ForeignLink, own_hosts: Collection[str]) -> NewLink:
    """What is checked as every new link is. Its slug goes by a rule of its own, and its end may have passed."""
    redirect = row.redirect if row.redirect in REDIRECTS else DEFAULT_REDIRECT
    status = row.status if row.status in _KEPT_STATUSES else ACTIVE
    return NewLink(
        row.destination,
        own_hosts,
        row.label,
        status=status,
        redirect_type=redirect,
        details=Details(tags=row.tags, utm=dict(row.utm)),
    )


def _clash(row: ForeignLink, known: ForeignLink) -> str:
    if row.slug == known.slug:
        return f"slug: {row.slug} is that of {known.place} too, which leads elsewhere"
    return f"slug: {row.slug} differs from {known.slug} of {known.place} by capitals alone, which mean nothing here"


def _look(organization: int, sound: Mapping[str, tuple[ForeignLink, NewLink]], made: Plan, now_ms: int) -> None:
    """Sort what can be made by whether its slug is free."""
    owners = stored.owners(list(sound))
    mine = [owner[1] for owner in owners.values() if owner and owner[0] == organization]
    known = stored.several(organization, mine) if mine else {}
    for slug, (row, new) in sound.items():
        if slug not in owners:
            made.new.append(_link(organization, slug, row, new, now_ms))
            for what in row.left:
                made.left[what] = made.left.get(what, 0) + 1
            continue
        owner = owners[slug]
        link = known.get(owner[1]) if owner and owner[0] == organization else None
        if link and link.destination == new.destination and (not row.utm or link.details.utm == new.details.utm):
            made.there += 1
            if row.visits and link.imported is None:
                made.credited.append(replace(link, imported=row.visits))
        elif link:
            made.refused.append(Refused(row.place, f"slug: {slug} is there already, and leads to {link.location}"))
        else:
            gone = "was given out once, and never is again" if owner is None else "is taken"
            made.refused.append(Refused(row.place, f"slug: {slug} {gone}"))


def _link(organization: int, slug: str, row: ForeignLink, new: NewLink, now_ms: int) -> Link:
    """The link of a row; it gets its number when it is written."""
    created_ms = now_ms if row.created_ms is None else min(row.created_ms, now_ms)
    link = links.built(organization, replace(new, slug=slug), now_ms)
    return replace(
        link,
        created_ms=created_ms,
        updated_ms=now_ms,
        expires_ms=row.expires_ms,
        pause_until_ms=row.pause_until_ms if link.status == PAUSED else None,
        imported=row.visits,
    )
