"""Somebody who has one of everything, and calls every route once about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from string import Formatter
from typing import Any, Final
from urllib.parse import urlencode

from chalicelib import ids
from chalicelib.api.operations import Operation
from chalicelib.core.days import DAY_MS, iso_time
from chalicelib.core.shares import CAMPAIGN, CLIENT, LINK, Share
from chalicelib.pages import assets
from chalicelib.pages.link_forms import of_link
from chalicelib.services import accounts, keys, links, qr_codes, sharing, signing_in
from chalicelib.services.accounts import Caller as Who
from chalicelib.services.keys import NewKey
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.services.sharing import NewShare
from tests.api.calls import Caller, new_caller
from tests.api.test_tenants import MAKERS
from tests.pages.browsing import BASE, Browser, Fields, signed_in
from tests.services.subscribed import URL as SLACK
from tests.world import now_ms

_numbers = count(1)
KINDS: Final = {"links": LINK, "campaigns": CAMPAIGN, "clients": CLIENT}
LIST: Final = "https://example.com/1, Table 1\nhttps://example.com/2, Table 2\n"
HOOK: Final = {"url": "https://receiver.example/hooks", "events": ["", "scan.created"], "format": "standard"}
DIGEST: Final = {
    "url": SLACK,
    "name": "Marketing",
    "about": "organization",
    "frequency": "daily",
    "weekday": "0",
    "hour": "9",
    "time_zone": "Europe/London",
    "thresholds": ["", "1"],
}
GREEN: Final = {
    "dots": "dots",
    "corner_squares": "rounded",
    "corner_dots": "dot",
    "foreground": "#14532d",
    "background": "#F4FAEF",
    "corner_squares_colour": "",
    "corner_dots_colour": "",
    "quiet_zone": "5",
    "level": "Q",
}


@dataclass
class Owner:
    """The owner of an organization of one's own, with a key and a session; what is asked for by a name is made once."""

    caller: Caller
    browser: Browser

    def __post_init__(self) -> None:
        self._made: dict[tuple[str, str], str] = {}

    def warm(self) -> None:
        """Be somebody who is believed for some seconds, and whose use is noted."""
        self.browser.get("/dashboard/usage")
        self.caller.call("GET", "/v1/me")

    @cached_property
    def who(self) -> Who:
        return accounts.authenticate(self.caller.key)

    def of(self, name: str, dialect: str) -> str:
        """The id of a thing, as an API calls the argument that it is."""
        kind = LIKE.get((name, dialect), (name, dialect))
        if kind not in self._made:
            self._made[kind] = MAKERS[kind](self.caller)
        return self._made[kind]

    def makes_everything(self) -> None:
        """Have one of each, and what is shared of it."""
        for name, dialect in MAKERS:
            self.of(name, dialect)
        for section in SECTIONS:
            self.share(section)
        assert self.codes

    def number(self, name: str, dialect: str) -> int:
        number = ids.parse(self.of(name, dialect))
        assert number is not None
        return number

    @property
    def link(self) -> str:
        return self.of("code_id", "dynamic")

    @property
    def slug(self) -> str:
        return links.get(self.who, self.link).slug

    @cached_property
    def codes(self) -> list[str]:
        """The QR codes of the link."""
        made = [NewQrCode(BASE, (), link=self.link, label=label) for label in ("Main", "Poster")]
        spelled = [qr_codes.create(self.who, new, now_ms(), lambda code: str(code.number)).answer for new in made]
        return [ids.spell("qr", int(number)) for number in spelled]

    def share(self, section: str) -> Share:
        """What is shared of a thing of a part of the dashboard."""
        name, dialect = SECTIONS[section]
        return sharing.create(self.who, KINDS[section], self.number(name, dialect), NewShare(), now_ms())

    def report(self) -> str:
        return sharing.path(self.who, self.share("links")).rpartition("/")[2]

    def sign_in(self) -> str:
        link = signing_in.link_for(self.caller.organization, self.caller.member, BASE, now_ms())
        return link.rpartition("/")[2]

    def client_key(self) -> str:
        made = keys.create(self.who, NewKey(client=self.number("client_id", "reporting")), now_ms())
        return ids.spell("key", made.key.number)

    def path(self, route: str) -> str:
        """The path of a page about its own things."""
        names = [name for _, name, _, _ in Formatter().parse(route) if name]
        return route.format_map({name: PAGES[name](self, route) for name in names})

    def form(self, route: str) -> Fields:
        """What a page's form sends."""
        return FORMS[route](self) if route in FORMS else {}

    def body(self, operation: Operation) -> Any:
        """The example of an operation's body, with slugs that nobody has yet, and about things that are there."""
        if operation.path in BODIES:
            return BODIES[operation.path](self)
        return _unslugged(operation.asked)


def new_owner() -> Owner:
    """With a mail address of their own: who is in two organizations is read twice."""
    caller = new_caller(f"Acme{next(_numbers)}")
    return Owner(caller, signed_in(caller.organization, caller.member))


def _unslugged(asked: Any) -> Any:
    if isinstance(asked, list):
        return [_unslugged(each) for each in asked]
    if not isinstance(asked, dict):
        return asked
    return {name: f"s{next(_numbers)}" if name in SLUGS else _unslugged(each) for name, each in asked.items()}


SECTIONS: Final = {
    "links": ("code_id", "dynamic"),
    "campaigns": ("campaign_id", "reporting"),
    "clients": ("client_id", "reporting"),
}
LIKE: Final = {("qr_id", "pages"): ("code_id", "dynamic"), ("qr_id", "public"): ("code_id", "dynamic")}
SLUGS: Final = {"customSlug", "slug", "short_code"}
BODIES: Final[Mapping[str, Callable[[Owner], Any]]] = {
    "/api/v1/qr": lambda _: {"data": "hello"},
    "/v1/dynamic/images": lambda it: {"ids": [it.link]},
}
# The arguments of pages, as the owner's things; the route is given.
PAGES: Final[Mapping[str, Callable[[Owner, str], str]]] = {
    "link": lambda it, _: it.link,
    "campaign_id": lambda it, _: it.of("campaign_id", "reporting"),
    "client_id": lambda it, _: it.of("client_id", "reporting"),
    "share_id": lambda it, route: ids.spell("share", it.share(route.split("/")[2]).number),
    "key_id": lambda it, _: it.client_key(),
    "key": lambda it, _: it.of("key_id", "qpr"),
    "member": lambda it, _: it.of("member_id", "qpr"),
    "summary": lambda it, _: it.of("summary_id", "qpr"),
    "webhook": lambda it, _: it.of("webhook_id", "qpr"),
    "delivery": lambda it, _: it.of("delivery_id", "qpr"),
    "replay": lambda it, _: it.of("replay_id", "qpr"),
    "export_id": lambda it, _: it.of("export_id", "qrcodes"),
    "order": lambda it, _: it.of("images_id", "dynamic"),
    "token": lambda it, route: it.report() if route.startswith("/report/") else it.sign_in(),
    "api": lambda *_: "dynamic",
    "version": lambda *_: assets.version(),
    "name": lambda *_: "favicon.ico",
    "proxy+": lambda *_: "nothing",
}
QUERIES: Final = {
    "/dashboard/links/{link}/qr/file": "?code=&format=png",
    "/dashboard/links/{link}/qr/picture": f"?code=&{urlencode(GREEN)}",
    "/v1/qr": "?data=hello",
}
FORMS: Final[Mapping[str, Callable[[Owner], Fields]]] = {
    "/dashboard/campaigns": lambda _: {"name": "Spring"},
    "/dashboard/campaigns/{campaign_id}": lambda _: {"name": "Summer"},
    "/dashboard/campaigns/{campaign_id}/links": lambda it: {"links": it.link},
    "/dashboard/clients": lambda _: {"name": "Harbour"},
    "/dashboard/clients/{client_id}": lambda _: {"name": "Quay", "status": "ACTIVE"},
    "/dashboard/clients/{client_id}/links": lambda it: {"links": it.link},
    "/dashboard/clients/{client_id}/keys": lambda _: {"name": "Theirs"},
    "/dashboard/keys": lambda _: {"name": "Kiosk", "prefix": "qz_live_", "scopes": ["qr:read"]},
    "/dashboard/keys/{key}": lambda _: {"name": "Lobby", "scopes": ["qr:read"]},
    "/dashboard/links/bulk": lambda _: {"links": LIST},
    "/dashboard/links/bulk/make": lambda _: {"links": LIST},
    "/dashboard/links/bulk/table": lambda it: {"ids": it.link},
    "/dashboard/links/bulk/images": lambda it: {"ids": it.link},
    "/dashboard/links/new": lambda _: {"destination": "https://example.com/"},
    "/dashboard/links/{link}/edit": lambda it: {
        **of_link(links.get(it.who, it.link), "UTC", now_ms()),
        "label": "Menu",
    },
    "/dashboard/links/{link}/erase": lambda it: {"slug": it.slug},
    "/dashboard/links/{link}/qr": lambda _: {"code": "new", **GREEN},
    "/dashboard/links/{link}/qr/delete": lambda it: {"code": it.codes[1]},
    "/dashboard/links/{link}/qr/logo": lambda _: {"logo": "https://cdn.example.com/logo.png"},
    "/dashboard/settings/members": lambda _: {"email": "zoe@example.com", "member_name": "Zoe", "role": "member"},
    "/dashboard/settings/members/{member}": lambda _: {"new_role": "admin"},
    "/dashboard/settings/name": lambda _: {"name": "Cafe"},
    "/dashboard/settings/retention": lambda _: {"keep_days": "60"},
    "/dashboard/settings/thresholds": lambda _: {"thresholds": "50, 500"},
    "/dashboard/summaries": lambda _: DIGEST,
    "/dashboard/summaries/{summary}": lambda _: {**DIGEST, "url": ""},
    "/dashboard/switch": lambda it: {"organization": str(it.caller.organization)},
    "/dashboard/webhooks": lambda _: HOOK,
    "/dashboard/webhooks/{webhook}": lambda _: HOOK,
    "/dashboard/webhooks/{webhook}/replays": lambda _: {
        "since": iso_time(now_ms() - DAY_MS)[:16],
        "until": "",
        "states": ["", "failed"],
    },
    "/dashboard/webhooks/{webhook}/secret": lambda _: {"overlap_seconds": "3600", "secret": ""},
    "/sign-in": lambda _: {"email": "Acme@example.com"},
}
