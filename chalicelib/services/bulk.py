"""Many links at once. All of them are checked before any is written, so that what can be refused is refused whole.

They are written in as few transactions as DynamoDB's limits allow. Each counts its own links for the hour and the
month, while there is room for those that follow too, and each keeps its part of the answer under the Idempotency-Key:
whoever asks again gets what exists, and the rest is made.

    checked, all ... 32 links ... 32 links ... 32 links ... 4 links ... answered
                     `--- refused: nothing exists
                                  `--- refused, no answer or no time: the first 32 exist, and the answer says so
"""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from chalicelib.core.creates import Allowance
from chalicelib.core.links import Link
from chalicelib.core.plans import Meter
from chalicelib.errors import InvalidRequest, QuietzoneError, SlugTaken, Unavailable
from chalicelib.services import creating, links
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import Created, OnceKey
from chalicelib.services.links import NewLink
from chalicelib.store import links as stored
from chalicelib.store.transactions import MAX_ACTIONS, Oversized, Refusal, Transaction

# Beside the links there are the hour's creates, the month's usage and the answer that is kept.
LINKS_A_WRITE: Final = (MAX_ACTIONS - 3) // stored.ACTIONS_A_LINK
# No transaction is begun after that: API Gateway waits for 29 s, and a picture is proved in some 20 ms of a whole CPU.
LONGEST_SECONDS: Final = 18.0

Shape = Callable[[Link], str]


@dataclass(frozen=True, slots=True)
class Made:
    """How far it came: the answers' rows of the links that exist, in the order asked for, and why the rest does not.

    `replayed` tells that all of them existed before; `allowance` is what is left of the hour, None where creates of an
    hour are not limited.
    """

    rows: list[str]
    error: QuietzoneError | None
    replayed: bool
    allowance: Allowance | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a list of links goes by: what errors call it, the meter of the month that counts it, and whether the limit
    of an hour is for it."""

    name: str
    meter: Meter
    hourly: bool


def create(
    caller: Caller, asked: Sequence[NewLink], now_ms: int, shape: Shape, rules: Rules, once: OnceKey | None = None
) -> Made:
    """Make links under the caller's limits; `shape` makes a link's row of the answer, as JSON.

    Raises InvalidRequest, UnsafeDestination, SlugTaken, RateLimited, PlanLimitExceeded, IdempotencyMismatch and
    Unavailable while none of them exists.
    """
    started = time.monotonic()
    batch = _Batch(caller, _checked(asked, now_ms, rules.name), now_ms, shape, rules)
    made = Made([], None, replayed=True, allowance=None)
    most = LINKS_A_WRITE
    while made.error is None and len(made.rows) < len(batch.asked):
        if not made.replayed and time.monotonic() - started > LONGEST_SECONDS:  # whoever asks again gets further
            return replace(made, error=Unavailable.time_is_up())
        part = _Part(batch, len(made.rows), most)
        try:
            made = _with(made, part.create(once))
        except Oversized:  # DynamoDB takes 400 KB for the answer that is kept, and 4 MB in all
            if len(part.asked) == 1:
                raise
            most = len(part.asked) // 2
        except QuietzoneError as error:
            made = _until(made, part, error)
    return made


def problems(asked: Sequence[NewLink], now_ms: int, names: Sequence[str]) -> dict[int, QuietzoneError]:
    """What `create` would refuse, by its place, from 0: for whoever looks before anything is made. Raises Unavailable.

    Of two with the same slug it is the later one; `names` are what each is called. Limits are not asked about.
    """
    found: dict[int, QuietzoneError] = {}
    places: dict[str, int] = {}
    for row, new in enumerate(asked):
        try:
            slug = links.checked(new, now_ms).slug
            if slug and places.setdefault(slug, row) != row:
                found[row] = InvalidRequest.for_field("slug", f"{slug} is the slug of {names[places[slug]]} too")
        except InvalidRequest as error:
            found[row] = error
    taken = stored.taken(list(places))
    return found | {row: SlugTaken.of(slug) for slug, row in places.items() if slug in taken}


@dataclass(frozen=True, slots=True)
class _Batch:
    """All that was asked for."""

    caller: Caller
    asked: Sequence[NewLink]
    now_ms: int
    shape: Shape
    rules: Rules

    def look_ahead(self, first: int) -> None:
        """Raises SlugTaken for any link from the first on."""
        left = self.asked[first:]
        taken = stored.taken([new.slug for new in left if new.slug])
        for row, new in enumerate(left, first):
            if new.slug in taken:
                raise SlugTaken.of(new.slug).within(f"{self.rules.name}.{row}")


@dataclass(slots=True)
class _Part:
    """The links of one transaction: from the first on, so many at most."""

    batch: _Batch
    first: int
    most: int
    links: list[Link] = field(default_factory=list)

    @property
    def asked(self) -> Sequence[NewLink]:
        return self.batch.asked[self.first : self.first + self.most]

    def create(self, once: OnceKey | None) -> Created:
        """The answer is a JSON list of the rows."""
        batch, units = self.batch, len(self.asked)
        return creating.create(
            batch.caller,
            self.make,
            batch.now_ms,
            once and OnceKey(f"{once.text} from {self.first}", once.request),
            meter=batch.rules.meter,
            hourly=batch.rules.hourly,
            units=units,
            to_follow=len(batch.asked) - self.first - units,
        )

    def make(self, write: Transaction, refusals: list[Refusal]) -> str:
        """Called anew for every attempt: a slug that somebody took meanwhile is found by looking again.

        The links stay when others who create were all that was in the way, since their pictures take long to prove.
        """
        self.batch.look_ahead(self.first)
        organization = self.batch.caller.organization
        if not self.links or not creating.others_create(refusals):
            self.links = [links.built(organization.number, new, self.batch.now_ms) for new in self.asked]
        for link in self.links:
            stored.put_new(write, link, organization.hashing_key)
        return json.dumps(self.rows())

    def rows(self) -> list[str]:
        return [self.batch.shape(link) for link in self.links]

    def written(self) -> list[str]:
        """The rows when the last attempt succeeded after all, its answer lost: one link tells for all of them."""
        with suppress(Unavailable):
            if self.links and stored.read(self.links[0].organization, self.links[0].number):
                return self.rows()
        return []


def _with(made: Made, created: Created) -> Made:
    """What exists, with one more part. A replayed one may have been cut otherwise than this one would be."""
    return Made(
        rows=[*made.rows, *json.loads(created.answer)],
        error=None,
        replayed=made.replayed and created.replayed,
        allowance=created.allowance,
    )


def _until(made: Made, part: _Part, error: QuietzoneError) -> Made:
    """What exists when a part fails. Raises its error when that is nothing."""
    written = part.written() if isinstance(error, Unavailable) else []
    rows = [*made.rows, *written]
    if not rows:
        raise error
    complete = len(rows) == len(part.batch.asked)
    return Made(rows, None if complete else error, replayed=False, allowance=made.allowance)


def _checked(asked: Sequence[NewLink], now_ms: int, name: str) -> list[NewLink]:
    """Each as it can be made, no two with the same slug."""
    checked: list[NewLink] = []
    seen: dict[str, int] = {}
    for row, new in enumerate(asked):
        try:
            checked.append(links.checked(new, now_ms))
        except InvalidRequest as error:
            raise error.within(f"{name}.{row}") from error
        slug = checked[-1].slug
        if slug and seen.setdefault(slug, row) != row:
            problem = f"{slug} is the slug of {name}.{seen[slug]} too"
            raise InvalidRequest.for_field("slug", problem).within(f"{name}.{row}")
    return checked
