"""`make demo`: 90 days of plausible history in the running stack: links in campaigns of clients, and their scans.

Scans are written to the table as the redirect writes them, only with past times; the stream function counts them,
as it counts every scan. No rollup is written here.
"""

import random
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from infra.attached import Attached, attach
from infra.command import run, say
from infra.errors import StackError
from infra.history import CAMPAIGNS, DAY_SECONDS, DAYS, LINKS, DemoLink, scans
from infra.serve import FOLDER

if TYPE_CHECKING:
    from chalicelib.core.links import Link
    from chalicelib.services.accounts import Caller

FOLD_SECONDS = 600
SEED = 20_260_101


def main() -> None:
    """Fill the stack."""
    fill(attach(FOLDER))


def fill(stack: Attached) -> None:
    """Make the demo's links and campaigns, write their scans, wait until all are counted. Raises StackError."""
    if not stack.api_key:
        raise StackError("the demo is for the local stack: no deployment wants invented scans, so leave out STAGE=")
    from chalicelib.services import accounts

    owner, now_ms = accounts.authenticate(stack.api_key), time.time_ns() // 1_000_000
    chance = random.Random(SEED)  # noqa: S311 - the same demo for everybody
    made = [(link, _create(owner, link, now_ms)) for link in LINKS]
    _group(owner, made, now_ms)
    written = {link.number: _write(owner, demo, link, now_ms, chance) for demo, link in made}
    say(f"  {sum(written.values()):,} scans of {DAYS} days are written; the stream is counting them ...")
    _wait(owner, written)
    say("")
    for demo, link in made:
        say(f"  {stack.url}/{link.slug:<12} {written[link.number]:>6,} scans  {demo.label}")
    say(f"\n  curl -H 'Authorization: Bearer {stack.api_key}' '{stack.url}/v1/dynamic?limit={len(LINKS)}'")


def _create(owner: "Caller", demo: DemoLink, now_ms: int) -> "Link":
    from chalicelib.errors import SlugTaken
    from chalicelib.services import links

    created_ms = now_ms - demo.age * DAY_SECONDS * 1000
    new = links.NewLink(
        f"https://example.com/{demo.slug}", own_hosts=(), label=demo.label, slug=demo.slug, status=demo.status
    )
    try:
        return links.seed(owner, new, created_ms)
    except SlugTaken as error:
        raise StackError(f"the demo is there already ({demo.slug} is taken); FRESH=1 starts over") from error


def _group(owner: "Caller", made: list[tuple[DemoLink, "Link"]], now_ms: int) -> None:
    """Put the links into campaigns, and these under their clients."""
    from chalicelib import ids
    from chalicelib.services import campaigns, clients

    for name, whose in CAMPAIGNS.items():
        numbers = tuple(ids.spell("dc", link.number) for demo, link in made if demo.campaign == name)
        client = clients.create(owner, clients.Edit(whose, links=numbers), now_ms).number if whose else 0
        campaigns.create(owner, campaigns.Edit(name, client, numbers), now_ms)


def _write(owner: "Caller", demo: DemoLink, link: "Link", now_ms: int, chance: random.Random) -> int:
    """Write a link's scans as the redirect does; return how many."""
    from chalicelib.core.targets import Target
    from chalicelib.core.viewers import arrival, viewer
    from chalicelib.store.scans import put_all

    organization = owner.organization
    target = Target(
        organization=organization.number,
        link=link.number,
        location=link.destination,
        status=link.status,
        redirect_type=link.redirect_type,
        hashing_key=organization.hashing_key,
    )
    arrivals: list[dict[str, Any]] = []
    for past in scans(demo, now_ms, chance):
        seen = viewer(past.headers, past.address, trusted=True)
        arrived = arrival(target, seen, {}, marker=0, slot=0, now_ms=past.ms, random=f"{chance.getrandbits(64):016x}")
        arrivals.append(arrived.attributes())
    put_all(arrivals)
    return len(arrivals)


def _wait(owner: "Caller", written: dict[int, int]) -> None:
    """Wait until every scan is in a rollup. Raises StackError when the stream does not get there."""
    wanted, end = sum(written.values()), time.monotonic() + FOLD_SECONDS
    while (counted := sum(_counted(owner, written))) < wanted:
        if time.monotonic() > end:
            raise StackError(f"only {counted:,} of {wanted:,} scans are counted: see {FOLDER / 'engine.log'}")
        say(f"    {counted:,} of {wanted:,}")
        time.sleep(2)


def _counted(owner: "Caller", numbers: Iterable[int]) -> Iterator[int]:
    from chalicelib.core import rollups as r
    from chalicelib.store import rollups

    for number in numbers:
        lifetime = rollups.read_lifetime(owner.organization.number, r.link_scope(number), range(1))
        yield r.amount(lifetime, r.TOTAL) + r.amount(lifetime, r.BOTS)


if __name__ == "__main__":
    sys.exit(run(main))
