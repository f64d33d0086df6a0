"""Counting on real transactions: once, whoever comes twice, whatever is lost on the way."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core import rollups as r
from chalicelib.core import targets
from chalicelib.core.days import day_of
from chalicelib.core.rollups import RollupKey, link_scope
from chalicelib.core.scans import Arrival, Facts, Scan, Unjudged
from chalicelib.core.slots import MAX_SLOTS
from chalicelib.core.windows import Window
from chalicelib.errors import Unavailable
from chalicelib.functions import fold
from chalicelib.services import analytics, counting
from chalicelib.store import folding, links, rollups, scans, spreads, visitors
from chalicelib.store.transactions import Oversized, Refusal, Transaction
from tests.e2e.agents import GOOGLEBOT, IPHONE_SAFARI
from tests.services.account import Account, new_account
from tests.world import World, now_ms


@pytest.fixture
def account(world: World, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(counting, "_backoff", lambda _: 0.0)
    return new_account()


def _total(account: Account) -> int:
    slots = range(spreads.slots(account.organization, account.link.number))
    lifetime = rollups.read_lifetime(account.organization, link_scope(account.link.number), slots)
    return r.amount(lifetime, r.TOTAL)


def _image(world: World, n: int = 0) -> dict[str, Any]:
    return world.items("scans")[n]


def test_a_scan_that_is_folded_twice_counts_once(account: Account, world: World) -> None:
    account.scan()
    image = _image(world)
    counting.settle_images([image])
    counting.settle_images([image, image])
    assert _total(account) == 1


def test_a_folded_scan_keeps_its_verdict_and_loses_its_user_agent(account: Account) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    (scan,) = scans.read([key])
    assert (scan.pending, scan.unjudged, scan.first) == (0, None, True)
    assert (scan.facts.device, scan.facts.os, scan.facts.browser) == ("mobile", "iOS", "Safari")
    assert scan.counted == scan.facts


def test_a_bot_leaves_the_index_and_is_in_no_total(account: Account) -> None:
    key = account.scan(user_agent=GOOGLEBOT)
    counting.settle(scans.read([key]))
    assert list(scans.keys_between(key.by_day, 0, key.ms + 1)) == []
    assert _total(account) == 0


def test_what_is_in_the_index_is_found_by_its_time(account: Account) -> None:
    key = account.scan()
    assert list(scans.keys_between(key.by_day, key.ms, key.ms + 1)) == [key]
    assert list(scans.keys_between(key.by_day, key.ms + 1, key.ms + 9)) == []


def test_a_crash_before_the_commit_leaves_everything_to_be_done_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = account.scan()

    def crash(self: Transaction) -> list[Refusal]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "commit", crash)
        with pytest.raises(KeyboardInterrupt):
            counting.settle(scans.read([key]))
    assert _total(account) == 0
    counting.settle(scans.read([key]))
    assert _total(account) == 1


def test_a_lost_answer_after_the_commit_counts_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    key = account.scan()
    commit = Transaction.commit
    lost: list[bool] = []

    def lose_first_answer(self: Transaction) -> list[Refusal]:
        refusals = commit(self)
        if not lost:
            lost.append(True)
            raise Unavailable.storage()
        return refusals

    monkeypatch.setattr(Transaction, "commit", lose_first_answer)
    counting.settle(scans.read([key]))
    assert lost
    assert _total(account) == 1


def test_a_fold_that_another_one_overtakes_reads_everything_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = account.scan(), account.scan(address="b")
    commit = folding.commit
    overtaken: list[bool] = []

    def overtake(settling: Any, folded: Any, standing: Any) -> folding.Outcome:
        if not overtaken:
            overtaken.append(True)
            counting.settle(scans.read([theirs]))
        return commit(settling, folded, standing)

    monkeypatch.setattr(folding, "commit", overtake)
    counting.settle(scans.read([mine]))
    assert _total(account) == 2


def test_a_chunk_keeps_the_scans_that_nobody_else_counted(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [account.scan(address=str(n)) for n in range(5)]
    read = scans.read(keys)
    counting.settle(scans.read(keys[:2]))
    counting.settle(read)
    assert _total(account) == 5


def test_a_fold_never_revives_a_rollup_that_was_deleted_and_made_anew(account: Account) -> None:
    """The version of an item made anew is never one that was read before."""
    key = RollupKey(account.organization, link_scope(account.link.number), 0, day_of(now_ms()))
    first = rollups.item(key, {r.TOTAL: {"": 1}})
    again = rollups.item(key, {r.TOTAL: {"": 1}})
    assert first.version != again.version


def test_more_scans_than_one_transaction_takes_are_cut_into_chunks(account: Account) -> None:
    keys = [account.scan(address=str(n)) for n in range(130)]
    counting.settle(scans.read(keys))
    assert _total(account) == 130


def test_a_chunk_over_the_limit_of_actions_is_halved(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scans of as many links as there are scans: each brings two rollups of its own."""
    monkeypatch.setattr(counting, "CHUNK", 100)
    others = [account.other() for _ in range(30)]
    keys = [other.scan(address=str(n)) for n, other in enumerate(others) for _ in range(2)]
    counting.settle(scans.read(keys))
    assert [_total(other) for other in others] == [2] * 30


def test_scans_of_many_links_are_sorted_so_that_each_rollup_is_written_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come mixed. 30 people at 10 links take two transactions, and these share one link at most."""
    links = [account, *(account.other() for _ in range(9))]
    keys = [links[n % 10].scan(address=str(n)) for n in range(30)]
    commit = folding.commit
    written: list[set[int]] = []

    def noting(settling: list[folding.Settling], folded: Any, standing: Any) -> folding.Outcome:
        written.append({each.scan.key.link for each in settling})
        return commit(settling, folded, standing)

    monkeypatch.setattr(folding, "commit", noting)
    counting.settle(scans.read(keys))
    assert [_total(link) for link in links] == [3] * 10
    assert len(written) == 2
    assert len(written[0] & written[1]) <= 1


def test_a_code_with_a_qr_code_of_its_own_fills_a_transaction(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many scans as a chunk takes, each of somebody else, in six rollups: 100 actions, and not one refused."""
    arrivals = [
        Arrival(account.key(), Facts(str(n), "x", marker=1), Unjudged(IPHONE_SAFARI)) for n in range(counting.CHUNK)
    ]
    for arrival in arrivals:
        scans.put_new(arrival.attributes())
    sizes: list[int] = []
    commit = Transaction.commit

    def noting(self: Transaction) -> list[Refusal]:
        sizes.append(len(self))
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", noting)
    counting.settle(scans.read([arrival.key for arrival in arrivals]))
    assert sizes == [100]


def test_one_scan_that_never_fits_does_not_stop_the_rest_of_its_chunk(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [account.scan(address=str(n)) for n in range(5)]
    commit = folding.commit

    def refuse(settling: list[folding.Settling], folded: Any, standing: Any) -> folding.Outcome:
        if keys[1] in [each.scan.key for each in settling]:
            raise Oversized
        return commit(settling, folded, standing)

    monkeypatch.setattr(folding, "commit", refuse)
    assert counting.settle(scans.read(keys)) == {keys[1]}
    assert _total(account) == 4


def test_what_cannot_be_folded_is_told_after_all_else_was(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CHUNK", 1)
    stuck, fine = account.scan(), account.other().scan()
    commit = counting._commit

    def refuse(chunk: list[Scan], terms: Any, anew: bool) -> folding.Outcome:
        return folding.Outcome(committed=False) if chunk[0].key == stuck else commit(chunk, terms, anew)

    monkeypatch.setattr(counting, "_commit", refuse)
    with pytest.raises(Unavailable):
        counting.settle(scans.read([stuck, fine]))
    assert [scan.pending for scan in scans.read([fine])] == [0]


def test_an_edit_moves_a_counted_scan_to_its_new_facts(account: Account, world: World) -> None:
    key = account.scan()
    counting.settle(scans.read([key]))
    _edit(world, key.partition, key.sort, rev=2)
    counting.settle(scans.read([key]))
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    day = report.days[day_of(key.ms)]
    assert (r.amount(day, r.TOTAL), r.amount(day, r.CONVERSATIONS), r.amount(day, r.MESSAGES)) == (1, 1, 4)


def test_an_edit_before_the_fold_counts_once(account: Account, world: World) -> None:
    key = account.scan()
    stale = scans.read([key])
    _edit(world, key.partition, key.sort, rev=2)
    counting.settle(stale)  # the stream's image of the first revision: not what is there any more
    assert _total(account) == 1
    counting.settle(scans.read([key]))
    assert _total(account) == 1


def test_a_scan_that_is_edited_while_a_reader_folds_it_is_in_the_answer(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was finished before the question came, and only its facts are newer."""
    key = account.scan()
    commit = folding.commit
    edited: list[bool] = []

    def edit_first(settling: Any, folded: Any, standing: Any) -> folding.Outcome:
        if not edited:
            edited.append(True)
            _edit(world, key.partition, key.sort, rev=2)
        return commit(settling, folded, standing)

    monkeypatch.setattr(folding, "commit", edit_first)
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    assert edited
    assert (report.total, report.pending) == (1, 0)


def test_readers_fold_what_is_pending_first(account: Account) -> None:
    account.scan()
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    assert (report.total, report.scans(_today()), report.pending) == (1, 1, 0)


def test_a_reader_that_cannot_fold_tells_how_many_scans_are_missing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.scan()

    def fail(*_: object, **__: object) -> None:
        raise Unavailable.storage()

    monkeypatch.setattr(counting, "settle", fail)
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    assert (report.total, report.pending) == (0, 1)


def test_a_reader_whose_time_is_up_tells_of_the_rest(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "READER_SECONDS", -1.0)
    account.scan()
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    assert (report.total, report.pending) == (0, 1)


def test_a_reader_folds_only_so_many_scans_and_tells_of_the_rest(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "READER_SCANS", 2)
    for n in range(5):
        account.scan(address=str(n))
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    assert (report.total, report.pending) == (2, 3)


def test_the_scans_of_a_link_that_is_gone_are_deleted_uncounted(account: Account) -> None:
    key = account.scan()
    links.delete(account.organization, account.link.number)
    counting.settle(scans.read([key]))
    assert scans.read([key]) == []
    assert _total(account) == 0


def test_a_hot_link_gets_more_slots_and_readers_add_them_up(account: Account, world: World) -> None:
    second = now_ms() // 1000 * 1000
    keys = [account.scan(second + n, address=str(n)) for n in range(102)]
    counting.settle_images(world.items("scans"))
    assert spreads.slots(account.organization, account.link.number) == 2
    assert spreads.most_slots(account.organization) == 2
    account.scan(slot=1)
    report = analytics.link_report(account.organization, account.link.number, _today(), now_ms())
    assert report.total == len(keys) + 1


def test_a_batch_that_is_cut_again_doubles_the_slots_of_its_burst_once(account: Account, world: World) -> None:
    second = now_ms() // 1000 * 1000
    for n in range(101):
        account.scan(second + n, address=str(n))
    images = world.items("scans")
    for _ in range(3):
        counting.settle_images(images)
    assert spreads.slots(account.organization, account.link.number) == 2


def test_slots_are_only_ever_raised(account: Account) -> None:
    spreads.raise_slots(account.organization, account.link, 8)
    spreads.raise_slots(account.organization, account.link, 4)
    assert spreads.slots(account.organization, account.link.number) == 8


def test_a_redirect_whose_slots_stayed_behind_catches_up_at_the_most(account: Account, world: World) -> None:
    """Whoever raised them died before the redirect's copy."""
    spreads.raise_slots(account.organization, replace(account.link, slug="another"), MAX_SLOTS)
    counting.grow(account.organization, account.link.number, 2, now_ms())
    (copy,) = [item for item in world.items("objects") if item["pk"]["S"] == targets.partition(account.link.slug)]
    assert copy["slots"] == {"N": str(MAX_SLOTS)}


def test_visitors_of_two_organizations_never_meet(account: Account, world: World) -> None:
    other = new_account("Other")
    for owner in (account, other):
        counting.settle(scans.read([owner.scan()]))
    assert len(world.items("visitors")) == 2
    assert visitors.read([]) == {}


def test_a_stream_batch_is_folded_and_removals_are_passed_over(account: Account, world: World) -> None:
    account.scan()
    fold.fold([{"dynamodb": {"NewImage": _image(world)}}, {"dynamodb": {"OldImage": _image(world)}}])
    assert _total(account) == 1


def _edit(world: World, pk: str, sk: str, rev: int) -> None:
    """An edit as the `qpr` API makes it: new facts, the next revision, pending again."""
    world.dynamodb.update_item(
        TableName="scans",
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET conversation = :yes, messages = :four, rev = :rev, pending = :rev",
        ExpressionAttributeValues={":yes": {"BOOL": True}, ":four": {"N": "4"}, ":rev": {"N": str(rev)}},
    )


def _today() -> Window:
    return Window.ending(day_of(now_ms()), 1)
