"""Erasing a link: gone at once, forgotten everywhere, taken up again wherever it was cut off."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.judging import Terms
from chalicelib.core.rollups import ORGANIZATION_SCOPE, link_scope
from chalicelib.core.scans import Scan
from chalicelib.core.slots import homes
from chalicelib.errors import NotFound, SlugTaken
from chalicelib.services import counting, erasing, links
from chalicelib.store import jobs, rollups, scans, spreads
from chalicelib.store import links as stored
from chalicelib.store.scan_items import ScanItem
from chalicelib.store.transactions import Transaction
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _erase(account: Account, until: Callable[[], bool] = lambda: False) -> bool:
    """Run the job until it is done, or time is up."""
    return erasing.erase(account.organization, account.link.number, now_ms(), until)


def _organization_total(account: Account) -> int:
    slots = homes(spreads.most_slots(account.organization))
    return r.amount(rollups.read_lifetime(account.organization, ORGANIZATION_SCOPE, slots), r.TOTAL)


def test_a_deleted_link_is_gone_at_once(account: Account) -> None:
    links.erase(account.caller, str(account.link.number), now_ms())
    with pytest.raises(NotFound):
        links.get(account.caller, str(account.link.number))
    assert links.page(account.caller, 10, None).links == []


def test_erasing_takes_the_scans_out_of_the_organization_and_leaves_the_others(account: Account, world: World) -> None:
    other = account.other()
    for owner in (account, account, other):
        owner.scan(owner.days_ago(3))
        owner.scan(address="b")
    counting.settle_images(world.items("scans"))
    assert _organization_total(account) == 6
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    assert _organization_total(account) == 2
    assert all(f"#{account.link.number}#" not in item["pk"]["S"] for item in world.items("scans"))
    scope = link_scope(account.link.number)
    assert all(scope not in item["pk"]["S"] for item in world.items("rollups"))
    assert jobs.erases(account.organization, idle_since_ms=now_ms()) == []


def test_erasing_everything_leaves_no_visitor_and_no_rollup(account: Account, world: World) -> None:
    for n in range(3):
        account.scan(account.days_ago(n), address=str(n))
    counting.settle_images(world.items("scans"))
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    assert (world.items("scans"), world.items("rollups"), world.items("visitors")) == ([], [], [])


def test_the_qr_codes_of_a_link_are_forgotten_with_it_also_what_had_expired_of_them(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    spreads.raise_slots(account.organization, account.link, 2)
    before = stored.read(account.organization, account.link.number)
    assert before is not None
    write = Transaction()
    stored.put_again(write, before, replace(account.link, records=2))
    assert write.commit() == []
    for marker in (1, 2, 2):
        for days in range(3):
            key = account.scan(account.days_ago(days), slot=days % 2)
            scans.record(key).update([ScanItem.marker.set(marker)])
    counting.settle_images(world.items("scans"))
    assert any(f"q{account.link.number}.2#1" in item["pk"]["S"] for item in world.items("rollups"))
    world.expire_scans(before_ms=account.days_ago(1) - 1)
    links.erase(account.caller, str(account.link.number), now_ms())
    runs = 1
    while not _erase(account, until=lambda: True):
        runs += 1
        assert runs < 30
    left = [item["pk"]["S"] for item in world.items("rollups")]
    assert all("#o#" in partition for partition in left), "who was seen by other links is not known"
    assert _organization_total(account) == 0


def test_pending_scans_of_an_erased_link_go_uncounted(account: Account) -> None:
    account.scan()
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    assert _organization_total(account) == 0


def test_a_scan_that_arrives_after_the_erasing_is_deleted_by_the_fold(account: Account) -> None:
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    key = account.scan()
    counting.settle(scans.read([key]))
    assert scans.read([key]) == []
    assert _organization_total(account) == 0


def test_a_scan_that_a_fold_under_way_counts_during_the_erasing_is_taken_out_too(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fold has read the link before the tombstone, and commits between the erasing's read and its write."""
    key = account.scan()
    first_in = scans.first_in
    overtaken: list[bool] = []

    def overtaking(partition: str, most: int) -> list[Scan]:
        page = first_in(partition, most)
        if page and not overtaken:
            overtaken.append(True)
            with monkeypatch.context() as patch:
                patch.setattr(stored, "terms", lambda asked: dict.fromkeys(asked, Terms()))
                counting.settle(scans.read([key]))
            assert _organization_total(account) == 1
        return page

    monkeypatch.setattr(scans, "first_in", overtaking)
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    assert (_organization_total(account), scans.read([key])) == (0, [])


def test_an_erasing_that_runs_out_of_time_hands_over_and_is_finished_later(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PAGE", 2)
    for n in range(5):
        account.scan(address=str(n))
    counting.settle_images(world.items("scans"))
    links.erase(account.caller, str(account.link.number), now_ms())
    world.messages("JOBS_QUEUE_URL")
    assert not _erase(account, until=lambda: _organization_total(account) == 3)
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "erase": account.link.number}]
    assert _organization_total(account) == 3
    assert _erase(account)
    assert _erase(account), "a message that comes twice finds nothing to do"
    assert _organization_total(account) == 0


def test_an_erasing_whose_time_is_always_up_ends_all_the_same(account: Account, world: World) -> None:
    """Whoever comes does something: empties a partition, or takes one rollup of expired scans back."""
    other = account.other()
    for days in range(5):
        for owner in (account, other):
            owner.scan(owner.days_ago(days))
    counting.settle_images(world.items("scans"))
    world.expire_scans(before_ms=account.days_ago(1) - 1)
    links.erase(account.caller, str(account.link.number), now_ms())
    runs = 1
    while not _erase(account, until=lambda: True):
        runs += 1
        assert runs < 30
    assert runs > 5
    assert _organization_total(account) == 5


def test_what_is_no_scan_hides_none_from_an_erasing(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PAGE", 2)
    key = account.scan()
    for n in range(2):
        world.dynamodb.put_item(TableName="scans", Item={"pk": {"S": key.partition}, "sk": {"S": f"0-{n}"}})
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    assert (scans.read([key]), _organization_total(account)) == ([], 0)


def test_two_at_one_erasing_leave_one_message_to_go_on(account: Account, world: World) -> None:
    for n in range(3):
        account.scan(account.days_ago(n))
    links.erase(account.caller, str(account.link.number), now_ms())
    world.messages("JOBS_QUEUE_URL")
    assert not _erase(account, until=lambda: not _erase(account, until=lambda: True))
    assert world.messages("JOBS_QUEUE_URL") == [{"organization": account.organization, "erase": account.link.number}]


def test_the_slug_of_an_erased_link_is_never_given_out_again(account: Account) -> None:
    links.erase(account.caller, str(account.link.number), now_ms())
    assert _erase(account)
    with pytest.raises(SlugTaken):
        links.seed(account.caller, links.NewLink("https://example.com/", (), slug=account.link.slug), now_ms())
