"""Many links at once. All of them are checked before any is written, so that what can be refused is refused whole.

They are written in as few transactions as DynamoDB's limit allows. Each counts its own links for the month, and each
keeps its part of the answer under the Idempotency-Key: whoever asks again gets what exists, and the rest is made.

    checked, all ... 32 links ... 32 links ... 32 links ... 4 links ... answered
                     `--- refused: nothing exists
                                  `--- refused, or no answer: the first 32 exist, and the answer says so
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from chalicelib.core.days import month_of
from chalicelib.core.links import Link
from chalicelib.errors import InvalidRequest, PlanLimitExceeded, QuietzoneError, SlugTaken, Unavailable
from chalicelib.services import creating, links
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import OnceKey
from chalicelib.services.links import NewLink
from chalicelib.store import creates
from chalicelib.store import links as stored
from chalicelib.store.transactions import MAX_ACTIONS, Refusal, Transaction

MOST: Final = 100
# Beside the links there are the month's usage and the answer that is kept.
LINKS_A_WRITE: Final = (MAX_ACTIONS - 2) // stored.ACTIONS_A_LINK

Shape = Callable[[Link], str]


@dataclass(frozen=True, slots=True)
class Made:
    """How far it came: the answers' rows of the links that exist, in the order asked for, and why the rest does not.

    `replayed` tells that all of them existed before.
    """

    rows: list[str]
    error: QuietzoneError | None
    replayed: bool


def create(
    caller: Caller, asked: Sequence[NewLink], now_ms: int, shape: Shape, once: OnceKey | None = None, name: str = "urls"
) -> Made:
    """Make links under the month's limit; `shape` makes a link's row of the answer, as JSON.

    `name` is what errors call the list. Raises InvalidRequest, UnsafeDestination, SlugTaken, PlanLimitExceeded,
    IdempotencyMismatch and Unavailable while none of them exists.
    """
    batch = _Batch(caller, _checked(asked, now_ms, name), now_ms, shape, name)
    rows: list[str] = []
    replayed = True
    for first in range(0, len(batch.asked), LINKS_A_WRITE):
        part = _Part(batch, first)
        try:
            made = creating.create(caller, part.make, now_ms, _part_of(once, first), hourly=False, units=part.size)
        except QuietzoneError as error:
            exist = part.written() if isinstance(error, Unavailable) else []
            if not (rows or exist):
                raise
            return Made([*rows, *exist], error if len(rows) + len(exist) < len(batch.asked) else None, replayed=False)
        rows += json.loads(made.answer)
        replayed = replayed and made.replayed
    return Made(rows, None, replayed)


@dataclass(frozen=True, slots=True)
class _Batch:
    """All that was asked for."""

    caller: Caller
    asked: Sequence[NewLink]
    now_ms: int
    shape: Shape
    name: str

    def look_ahead(self, first: int) -> None:
        """Raises what stops any link from the first on."""
        left = self.asked[first:]
        organization, stops_at = self.caller.organization.number, self.caller.plan.stops_at
        used = creates.read_usage(organization, month_of(self.now_ms))
        if stops_at is not None and used + len(left) > stops_at:
            raise PlanLimitExceeded.monthly(self.caller.plan.name, stops_at)
        taken = stored.taken([new.slug for new in left if new.slug])
        for row, new in enumerate(left, first):
            if new.slug in taken:
                raise SlugTaken.of(new.slug).within(f"{self.name}.{row}")


@dataclass(slots=True)
class _Part:
    """The links of one transaction."""

    batch: _Batch
    first: int
    links: list[Link] = field(default_factory=list)

    @property
    def asked(self) -> Sequence[NewLink]:
        return self.batch.asked[self.first : self.first + LINKS_A_WRITE]

    @property
    def size(self) -> int:
        return len(self.asked)

    def make(self, write: Transaction, _refusals: list[Refusal]) -> str:
        """Called anew for every attempt: a slug that somebody took meanwhile is found by looking again."""
        self.batch.look_ahead(self.first)
        organization = self.batch.caller.organization
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


def _part_of(once: OnceKey | None, first: int) -> OnceKey | None:
    return once and OnceKey(f"{once.text} from {first}", once.request)
