"""What the address of the list of links says: which are wanted, and which page of them."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.campaigns import Assignments
from chalicelib.core.links import ACTIVE, DRAFT, EXPIRED, PAUSED
from chalicelib.errors import NotFound
from chalicelib.pages.visits import Visit
from chalicelib.services.assignments import campaign, client
from chalicelib.services.link_lists import Wanted

HOME: Final = "/dashboard"
STATES: Final = (ACTIVE, PAUSED, DRAFT, EXPIRED)
NAMES: Final = ("search", "status", "campaign", "client", "before")
_LONGEST_SEARCH: Final = 200


class Filters(NamedTuple):
    """`query` is what addresses of further pages keep. What names nothing that is there is as if it were not said."""

    wanted: Wanted
    before: int | None
    query: dict[str, str]

    @classmethod
    def read(cls, query: Mapping[str, str], seen: Assignments) -> "Filters":
        search = query.get("search", "").strip()[:_LONGEST_SEARCH]
        state = query.get("status", "")
        wanted = Wanted(
            search=search,
            state=state if state in STATES else "",
            campaign=_known(lambda: campaign(seen, query.get("campaign", "")).number),
            client=_known(lambda: client(seen, query.get("client", "")).number),
        )
        return cls(wanted, ids.parse(query.get("before", "")), _query(wanted))

    @property
    def first(self) -> bool:
        """Whether it is the first page."""
        return self.before is None

    def here(self, visit: Visit) -> str:
        """Where this page is, below the root."""
        before = None if self.before is None else ids.spell("dc", self.before)
        return visit.address(HOME, **self.query, before=before).removeprefix(visit.root)


def back(visit: Visit, otherwise: str, said: str) -> Response:
    """To the list from which a form was sent, as it was filtered, or else to another page."""
    path, _, query = visit.form["from"].partition("?")
    if path != HOME:
        return visit.see(otherwise, said)
    kept = {name: value for name, value in parse_qsl(query) if name in NAMES}
    return visit.see(HOME, said, **kept)


def _query(wanted: Wanted) -> dict[str, str]:
    given = {
        "search": wanted.search,
        "status": wanted.state,
        "campaign": ids.spell("camp", wanted.campaign) if wanted.campaign else "",
        "client": ids.spell("client", wanted.client) if wanted.client else "",
    }
    return {name: value for name, value in given.items() if value}


def _known(read: Callable[[], int]) -> int:
    try:
        return read()
    except NotFound:
        return 0
