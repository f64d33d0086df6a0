"""An organization with a link, and scans of it as the redirect writes them."""

import itertools
from dataclasses import dataclass, replace

from chalicelib.core import migrations as known
from chalicelib.core.days import DAY_MS
from chalicelib.core.links import Link
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.services import accounts, links
from chalicelib.services.accounts import Caller
from chalicelib.store import migrations, scans
from tests.e2e.agents import IPHONE_SAFARI
from tests.world import now_ms

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Account:
    """A caller with every scope, and one link of theirs."""

    caller: Caller
    link: Link

    @property
    def organization(self) -> int:
        return self.caller.organization.number

    def key(self, ms: int | None = None, slot: int = 0) -> ScanKey:
        """The key of a scan that nobody else has."""
        return ScanKey(self.organization, self.link.number, slot, ms or now_ms(), f"{next(_numbers):016x}")

    def scan(
        self, ms: int | None = None, address: str = "a", user_agent: str = IPHONE_SAFARI, slot: int = 0
    ) -> ScanKey:
        """Write a pending scan."""
        key = self.key(ms, slot)
        scans.put_new(Arrival(key, Facts(address, "x", country="GB"), Unjudged(user_agent)).attributes())
        return key

    def days_ago(self, days: int) -> int:
        return now_ms() - days * DAY_MS

    def other(self) -> "Account":
        """Another link of the same organization."""
        return replace(self, link=links.seed(self.caller, new_link(), now_ms()))


def new_link() -> links.NewLink:
    return links.NewLink("https://example.com/", own_hosts=())


def migrate() -> None:
    """Let every migration be done, as in any installation a few minutes after it was deployed."""
    for name in known.ALL:
        if migrations.put_missing(name, now_ms()) and (order := migrations.take(name, now_ms())):
            migrations.end(order, 0, now_ms())


def new_account(name: str = "Acme") -> Account:
    migrate()
    organization, owner = accounts.create_organization(name, f"{name}@example.com", now_ms())
    caller = accounts.authenticate(accounts.create_key(organization.number, owner.number, now_ms()))
    return Account(caller, links.seed(caller, new_link(), now_ms() - 40 * DAY_MS))
