"""What of a link, a campaign or a client is shared: the addresses, new ones, and their ends."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.shares import CAMPAIGN, CLIENT, LINK
from chalicelib.errors import InvalidRequest
from chalicelib.pages.clock import zone_of
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, links, sharing
from chalicelib.services.sharing import NewShare

bp = Pages(__name__)

LIFETIMES: Final = (
    ("", "When it is revoked"),
    ("7", "After 7 days"),
    ("30", "After 30 days"),
    ("90", "After 90 days"),
    ("365", "After a year"),
)


class Of(NamedTuple):
    """What is shared: `home` is its page, `list` the name and path of the list that it is in."""

    kind: str
    number: int
    name: str
    home: str
    list: tuple[str, str]


def _link(visit: Visit, spelled: str) -> Of:
    link = links.get(visit.caller, spelled)
    home = f"/dashboard/links/{ids.spell('dc', link.number)}"
    return Of(LINK, link.number, link.name, home, ("Links", "/dashboard"))


def _campaign(visit: Visit, spelled: str) -> Of:
    found = assignments.campaign(assignments.everything(visit.caller), spelled)
    home = f"/dashboard/campaigns/{ids.spell('camp', found.number)}"
    return Of(CAMPAIGN, found.number, found.name, home, ("Campaigns", "/dashboard/campaigns"))


def _client(visit: Visit, spelled: str) -> Of:
    found = assignments.client(assignments.everything(visit.caller), spelled)
    home = f"/dashboard/clients/{ids.spell('client', found.number)}"
    return Of(CLIENT, found.number, found.name, home, ("Clients", "/dashboard/clients"))


def _pages(path: str, argument: str, find: Callable[[Visit, str], Of]) -> None:
    """Declare the pages of what `find` finds by an argument of the path."""

    @bp.page("GET", f"{path}/{{{argument}}}/shares")
    def listed(visit: Visit, **path: str) -> Response:
        """What is shared of it, newest first, with a form for one more."""
        return visit.page("shares/list.html", **_values(visit, find(visit, path[argument])))

    @bp.page("POST", f"{path}/{{{argument}}}/shares")
    def create(visit: Visit, **path: str) -> Response:
        """Share it at one more address."""
        of, form = find(visit, path[argument]), visit.form
        try:
            new = NewShare(form["name"], form.whole("days"), zone_of(visit))
            sharing.create(visit.caller, of.kind, of.number, new, visit.now_ms)
        except InvalidRequest as error:
            return visit.refused("shares/list.html", error, **_values(visit, of, form["name"], form["days"]))
        return visit.see(f"{of.home}/shares", "shared")

    @bp.page("POST", f"{path}/{{{argument}}}/shares/{{share_id}}/revoke")
    def revoke(visit: Visit, **path: str) -> Response:
        """End one of its addresses."""
        of = find(visit, path[argument])
        sharing.revoke(visit.caller, of.kind, of.number, path["share_id"])
        return visit.see(f"{of.home}/shares", "share-revoked")


_pages("/dashboard/links", "link", _link)
_pages("/dashboard/campaigns", "campaign_id", _campaign)
_pages("/dashboard/clients", "client_id", _client)


def _values(visit: Visit, of: Of, name: str = "", days: str = "") -> dict[str, Any]:
    found = sharing.of_one(visit.caller, of.kind, of.number)
    return {
        "of": of,
        "shares": [(share, f"{visit.base}{sharing.path(visit.caller, share)}") for share in found],
        "lifetimes": LIFETIMES,
        "zone": zone_of(visit),
        "name": name,
        "days": days,
    }
