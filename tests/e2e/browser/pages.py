"""Every page there is: where it lies, and what says that it is the right one."""

import re
from dataclasses import asdict, dataclass
from typing import Final

from tests.e2e.browser.things import Things


@dataclass(frozen=True)
class Shown:
    """A page: its address, in which braces stand for one of the Things, how its heading begins, and its status.

    With no heading it is the name that somebody gave to what is shown. `public` ones are looked at by somebody who is
    not signed in.
    """

    address: str
    heading: str = ""
    status: int = 200
    public: bool = False

    def path(self, made: Things) -> str:
        return self.address.format(**asdict(made))

    def is_headed(self, heading: str, name: str) -> bool:
        """Whether a heading is the page's, of what has that name; a long one may be cut."""
        return heading.startswith(self.heading or name[:60])


PAGES: Final = {
    "a picture": Shown("/qr/{link}", public=True),
    "sign in": Shown("/sign-in", "Sign in", public=True),
    "a link that is used up": Shown("/sign-in/nothing", "This link no longer works", public=True),
    "docs": Shown("/docs", "API docs", public=True),
    "docs of an API": Shown("/docs/integrity", "integrity", public=True),
    "no such docs": Shown("/docs/nothing", "Nothing here", 404, public=True),
    "links": Shown("/dashboard", "Links"),
    "links that nothing fits": Shown("/dashboard?search=nothing-has-this", "Links"),
    "a new link": Shown("/dashboard/links/new", "New link"),
    "many new links": Shown("/dashboard/links/bulk", "Bulk create"),
    "an edit": Shown("/dashboard/links/{link}/edit", "Edit"),
    "a link": Shown("/dashboard/links/{link}"),
    "a link's last year": Shown("/dashboard/links/{link}?range=12mo"),
    "a link that nobody scanned": Shown("/dashboard/links/{empty}"),
    "the designer": Shown("/dashboard/links/{link}/qr", "QR codes of"),
    "another code": Shown("/dashboard/links/{link}/qr?code=new", "QR codes of"),
    "a code to print": Shown("/dashboard/links/{link}/qr/print"),
    "what is shared of a link": Shown("/dashboard/links/{link}/shares", "Shared reports"),
    "a report": Shown("{report}", public=True),
    "a report of a campaign": Shown("{group_report}", public=True),
    "a report that ended": Shown("/report/nothing", "No report here", 404, public=True),
    "campaigns": Shown("/dashboard/campaigns", "Campaigns"),
    "a new campaign": Shown("/dashboard/campaigns/new", "New campaign"),
    "a campaign": Shown("/dashboard/campaigns/{campaign}"),
    "a campaign's edit": Shown("/dashboard/campaigns/{campaign}/edit", "Edit campaign"),
    "a campaign's links": Shown("/dashboard/campaigns/{campaign}/links", "Choose links"),
    "what is shared of a campaign": Shown("/dashboard/campaigns/{campaign}/shares", "Shared reports"),
    "clients": Shown("/dashboard/clients", "Clients"),
    "a new client": Shown("/dashboard/clients/new", "New client"),
    "a client": Shown("/dashboard/clients/{client}"),
    "a client's edit": Shown("/dashboard/clients/{client}/edit", "Edit client"),
    "a client's links": Shown("/dashboard/clients/{client}/links", "Choose links"),
    "a client's keys": Shown("/dashboard/clients/{client}/keys", "Keys"),
    "what is shared of a client": Shown("/dashboard/clients/{client}/shares", "Shared reports"),
    "webhooks": Shown("/dashboard/webhooks", "Webhooks"),
    "a new webhook": Shown("/dashboard/webhooks/new", "New webhook"),
    "a webhook": Shown("/dashboard/webhooks/{webhook}", "127.0.0.1"),
    "a webhook's edit": Shown("/dashboard/webhooks/{webhook}/edit", "Edit webhook"),
    "deliveries": Shown("/dashboard/webhooks/{webhook}/deliveries", "Deliveries"),
    "a delivery": Shown("/dashboard/webhooks/{webhook}/deliveries/{delivery}", "A "),
    "replays": Shown("/dashboard/webhooks/{webhook}/replays", "Replay past events"),
    "a replay": Shown("/dashboard/webhooks/{webhook}/replays/{replay}", "Replay"),
    "summaries": Shown("/dashboard/summaries", "Summaries"),
    "a new summary": Shown("/dashboard/summaries/new", "New summary"),
    "a summary": Shown("/dashboard/summaries/{summary}"),
    "a summary's edit": Shown("/dashboard/summaries/{summary}/edit", "Edit summary"),
    "usage": Shown("/dashboard/usage", "Usage"),
    "integrity": Shown("/dashboard/integrity", "Integrity"),
    "account": Shown("/dashboard/account", "Your account"),
    "API keys": Shown("/dashboard/keys", "API keys"),
    "a new key": Shown("/dashboard/keys/new", "New key"),
    "a key": Shown("/dashboard/keys/{key}"),
    "settings": Shown("/dashboard/settings", "Settings"),
    "no such page": Shown("/dashboard/nothing", "Nothing here", 404),
}
# What only leads to a page, or is a file.
PARTS: Final = frozenset(
    {
        "/",
        "/robots.txt",
        "/favicon.ico",
        "/static/{version}/{name}",
        "/dashboard/links/{link}/scans",
        "/dashboard/links/{link}/qr/picture",
        "/dashboard/links/{link}/qr/file",
        "/dashboard/links/{link}/series",
        "/dashboard/exports/{export_id}",
        "/dashboard/campaigns/{campaign_id}/export",
        "/dashboard/clients/{client_id}/export",
        "/dashboard/links/bulk/images/{order}",
    }
)


def unseen(routes: set[str]) -> set[str]:
    """The routes that none of PAGES is at."""
    addresses = [shown.address.replace("{report}", "/report/token") for shown in PAGES.values()]
    return {route for route in routes - PARTS if not any(_leads(route, address) for address in addresses)}


def _leads(route: str, address: str) -> bool:
    pattern = re.sub(r"\\{.+?\\}", "[^/]+", re.escape(route.replace("{proxy+}", "{any}")))
    return re.fullmatch(pattern, address.partition("?")[0]) is not None
