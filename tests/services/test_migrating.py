"""Migrations while everything goes on: resumable, in the order of organizations, and the newest write wins."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.accounts import Member
from chalicelib.core.migrations import ADDRESSES
from chalicelib.core.sign_ins import address_digest
from chalicelib.errors import Unavailable
from chalicelib.functions import jobs
from chalicelib.services import accounts, migrating, sweeping
from chalicelib.store import addresses, members, migrations, queues
from chalicelib.store.transactions import Transaction
from tests.services.killed import Killed, killed_at
from tests.world import World, now_ms

IDLE_MS = sweeping.IDLE_MS
MESSAGE = {"migrate": ADDRESSES}


def organization(name: str) -> Member:
    """An organization whose owner is from before people signed in."""
    _, owner = accounts.create_organization(name, f"{name}@example.com", now_ms())
    forget(owner)
    return owner


def forget(member: Member) -> None:
    write = Transaction()
    addresses.delete(write, member)
    assert not write.commit()


def found(member: Member) -> bool:
    here = (member.organization, member.number)
    return here in addresses.memberships(address_digest(member.email))


def turns(number: int) -> Callable[[], bool]:
    """Time that runs out when it was asked for so often."""
    asked = iter(range(number))
    return lambda: next(asked, None) is None


def work(*orders: dict[str, Any]) -> None:
    """What `Jobs` does with messages."""
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    jobs.work([{"body": json.dumps(order)} for order in orders], context)


def test_members_from_before_people_signed_in_are_found_by_their_addresses(world: World) -> None:
    owners = [organization(name) for name in ("one", "two")]
    _, known = accounts.create_organization("three", "three@example.com", now_ms())
    migrating.order_all(now_ms())
    assert migrating.migrate(ADDRESSES, now_ms(), turns(100))
    assert all(map(found, [*owners, known]))
    ((_, done),) = migrating.progress()
    assert done
    assert done.done_ms
    assert done.written == 2, "what is there is not written again"


def test_nobody_signs_in_to_a_test_twin(world: World) -> None:
    owner = organization("one")
    accounts.create_key(owner.organization, owner.number, now_ms(), "qz_test_")
    migrating.order_all(now_ms())
    migrating.migrate(ADDRESSES, now_ms(), turns(100))
    assert [it.organization for it in addresses.memberships(address_digest(owner.email))] == [owner.organization]


def test_a_migration_goes_on_where_it_was_when_time_ran_out(world: World) -> None:
    owners = [organization(name) for name in ("one", "two", "three")]
    migrating.order_all(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [MESSAGE]
    for count in (1, 2):
        assert not migrating.migrate(ADDRESSES, now_ms(), turns(0))
        assert list(map(found, owners)) == [number < count for number in range(3)]
        assert world.messages("JOBS_QUEUE_URL") == [MESSAGE]
    assert migrating.migrate(ADDRESSES, now_ms(), turns(1))
    assert all(map(found, owners))
    assert migrating.migrate(ADDRESSES, now_ms(), turns(0)), "a message that comes again finds nothing to do"


def test_a_job_that_another_one_overtook_stops(world: World) -> None:
    owners = [organization(name) for name in ("one", "two")]
    migrating.order_all(now_ms())
    world.messages("JOBS_QUEUE_URL")

    def overtaken() -> bool:
        assert migrations.take(ADDRESSES, now_ms())
        return True

    assert migrating.migrate(ADDRESSES, now_ms(), overtaken)
    assert not world.messages("JOBS_QUEUE_URL"), "two would become four, and so on"
    assert not found(owners[1])


def test_a_job_that_is_killed_is_sent_again_by_the_sweep(world: World) -> None:
    owner = organization("one")
    sweeping.sweep(now_ms())
    assert world.messages("JOBS_QUEUE_URL") == [MESSAGE]
    with pytest.raises(Killed), killed_at(1, {addresses: ("missing",)}):
        migrating.migrate(ADDRESSES, now_ms(), turns(100))
    sweeping.sweep(now_ms())
    assert not world.messages("JOBS_QUEUE_URL")
    sweeping.sweep(now_ms() + IDLE_MS)
    assert world.messages("JOBS_QUEUE_URL") == [MESSAGE]
    assert migrating.migrate(ADDRESSES, now_ms(), turns(100))
    assert found(owner)
    sweeping.sweep(now_ms() + IDLE_MS)
    assert not world.messages("JOBS_QUEUE_URL")


def test_an_organization_that_cannot_be_read_holds_up_nobody_and_is_tried_again_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owners = [organization(name) for name in ("one", "two", "three")]
    damaged = owners[1].organization

    def everyone(number: int) -> list[Member]:
        if number == damaged:
            raise ValueError("what it holds")
        return members.everyone(number)

    with monkeypatch.context() as patch:
        patch.setattr(migrating, "members", SimpleNamespace(everyone=everyone, hold=members.hold))
        migrating.order_all(now_ms())
        assert migrating.migrate(ADDRESSES, now_ms(), turns(100))
        assert list(map(found, owners)) == [True, False, True]
        own = {"migrate": ADDRESSES, "organization": damaged}
        assert world.messages("JOBS_QUEUE_URL") == [MESSAGE, own]
        with pytest.raises(ValueError, match="what it holds"):
            work(own)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["message"], said["organization"]) == ("an organization cannot be migrated", damaged)
    work(own)
    assert found(owners[1])
    work({"migrate": "of-tomorrow", "organization": damaged})


def test_whoever_leaves_meanwhile_is_not_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = organization("one")

    def leaving(present: Any) -> list[Member]:
        write = Transaction()
        members.delete(write, owner)
        assert not write.commit()
        return list(present)

    monkeypatch.setattr(addresses, "missing", leaving)
    migrating.order_all(now_ms())
    assert migrating.migrate(ADDRESSES, now_ms(), turns(100))
    assert not found(owner)


def test_what_a_release_before_wrote_is_found_when_this_one_is_deployed_again(world: World) -> None:
    owner = organization("one")
    for _ in range(2):
        forget(owner)
        migrating.order_all(now_ms())
        assert migrating.migrate(ADDRESSES, now_ms(), turns(100))
        assert found(owner)


def test_a_queue_that_fails_leaves_the_order_to_the_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(job: Any, delay_seconds: int = 0) -> None:
        raise Unavailable.storage()

    with monkeypatch.context() as patch:
        patch.setattr(queues, "send_job", refuse)
        migrating.order_all(now_ms())
    sweeping.sweep(now_ms() + IDLE_MS)
    assert world.messages("JOBS_QUEUE_URL") == [MESSAGE]


def test_orders_of_another_release_are_left_to_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    work({"migrate": "of-tomorrow"}, {"organization": 1, "paint": 2}, {"migrate": "addresses"})
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in said] == ["migrate", "unknown order", "migrate"]
    assert said[1]["kinds"] == ["organization", "paint"]
