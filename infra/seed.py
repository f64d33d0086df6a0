"""What the owner of a new stack begins with: an organization, a key with every scope, a demo link; how they sign in."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from chalicelib import ids
from chalicelib.core.accounts import OWNER
from chalicelib.services import accounts, links, migrating, signing_in
from chalicelib.services.links import NewLink
from chalicelib.store import members

OWNER_EMAIL = "owner@example.com"
DEMO_DESTINATION = "https://example.com/hello-from-quietzone"


class Seeded(NamedTuple):
    """The key's text (it is stored nowhere), the organization's id, and the demo link's short URL, '' without one."""

    api_key: str
    organization: str
    demo_link: str


def seed(environment: Mapping[str, str], owner_email: str = OWNER_EMAIL, demo: bool = True) -> Seeded:
    """Make them. The environment names the stack's tables and public URL, as its functions see them."""
    now_ms = time.time_ns() // 1_000_000
    organization, owner = accounts.create_organization("Quietzone", owner_email, now_ms)
    key = accounts.create_key(organization.number, owner.number, now_ms)
    migrating.order_all(now_ms)  # they find nothing to do, and are known to be done
    shown = f"{environment['PUBLIC_URL']}/{_demo_link(key, now_ms)}" if demo else ""
    return Seeded(key, ids.spell("org", organization.number), shown)


def sign_in_link(environment: Mapping[str, str], organization: str) -> str:
    """A new link with which the owner of the organization with that id signs in: the one whom `seed` made, or who is
    there in their place."""
    number = ids.parse(organization) or 0
    owners = [member for member in members.everyone(number) if member.role == OWNER]
    owner = next((member for member in owners if member.email == OWNER_EMAIL), owners[0])
    return signing_in.link_for(number, owner.number, environment["PUBLIC_URL"], time.time_ns() // 1_000_000)


def _demo_link(key: str, now_ms: int) -> str:
    """The slug of a new demo link."""
    new = NewLink(DEMO_DESTINATION, own_hosts=(), label="Demo", slug="hello")
    return links.seed(accounts.authenticate(key), new, now_ms).slug
