"""Migrations: stored items of earlier releases are brought to what this one needs, while everything goes on.

An order stands in the table first; a message wakes the job, which goes over the organizations, oldest first, notes how
far it came, and hands over before its time is up. Whatever it writes is written on the condition of what it read, and
only where it is missing, so whoever writes at the same time wins, and what is done twice finds nothing to do.

An organization that cannot be migrated holds up no other: a message of its own tries it again, and ends in the dead
letters.

A release orders its migrations whenever it is deployed, as one before it may have written since; the sweep orders those
that were never ordered, so nobody has to think of it.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from chalicelib import logs
from chalicelib.core import migrations as known
from chalicelib.core.accounts import Member
from chalicelib.errors import Unavailable
from chalicelib.store import accounts, addresses, members, migrations, queues
from chalicelib.store.migrations import Migrating
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8
SAVED: Final = 100  # organizations after which it is noted how far a migration came

OutOfTime = Callable[[], bool]


def order_missing(now_ms: int, idle_ms: int) -> None:
    """Order what this release needs and nobody ever ordered; send those again that no job has touched for so long.

    Raises Unavailable.
    """
    ordered = migrations.ordered()
    for name in known.ALL:
        found = ordered.get(name)
        if found is None:
            if migrations.put_missing(name, now_ms):
                _send(name)
        elif found.done_ms is None and found.touched_ms <= now_ms - idle_ms:
            _send(name)


def order_all(now_ms: int) -> None:
    """Order all that this release needs, done before or not. Raises Unavailable."""
    for name in known.ALL:
        migrations.put_again(name, now_ms)
        with suppress(Unavailable):  # the order stands: the sweep sends it again
            _send(name)


def progress() -> list[tuple[str, Migrating | None]]:
    """The migrations of this release, each with how far it is; None was never ordered."""
    ordered = migrations.ordered()
    return [(name, ordered.get(name)) for name in known.ALL]


def migrate(name: str, now_ms: int, out_of_time: OutOfTime) -> bool:
    """Work on a migration. False when time ran out; a message to go on is then on its way.

    One that this release does not know is another release's: that one sends it again. Raises Unavailable.
    """
    order = migrations.take(name, now_ms) if name in WORK else None
    if order is None:
        return True
    written = order.written
    left = sorted(number for number in accounts.organizations() if number > order.after)
    for count, organization in enumerate(left, 1):
        written += _attempt(name, organization)
        late = out_of_time()
        if (late or count % SAVED == 0) and not migrations.reach(order, organization, written, now_ms):
            return True  # another job is at it
        if late:
            _send(name)
            return False
    migrations.end(order, written, now_ms)
    return True


def migrate_one(organization: int, name: str, _now_ms: int, _out_of_time: OutOfTime) -> bool:
    """Migrate an organization that could not be, once its data is well. Raises whatever still stops it."""
    if name in WORK:
        WORK[name](organization)
    return True


def _attempt(name: str, organization: int) -> int:
    try:
        return WORK[name](organization)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - raised again by `migrate_one`, whose message ends in the dead letters
        logs.report("an organization cannot be migrated", error, migration=name, organization=organization)
        queues.send_job({"migrate": name, "organization": organization})
        return 0


def _send(name: str) -> None:
    queues.send_job({"migrate": name})


def _find_by_address(organization: int) -> int:
    """Let the members of an organization be found by their addresses; how many were not. Nobody signs in to a twin."""
    found = accounts.find_organization(organization)
    if found is None or found.test_of is not None:
        return 0
    return sum(map(_let_sign_in, addresses.missing(members.everyone(organization))))


def _let_sign_in(member: Member) -> bool:
    """Write down whose a member's address is; False when they have left meanwhile."""
    for _ in range(ATTEMPTS):
        write = Transaction()
        members.hold(write, member)
        addresses.put(write, member)
        refusals = write.commit()
        if not refusals or any(refusal.condition for refusal in refusals):
            return not refusals
    raise Unavailable.storage()


# What each does for one organization; it returns how many items it wrote.
WORK: Final[Mapping[str, Callable[[int], int]]] = {known.ADDRESSES: _find_by_address}
