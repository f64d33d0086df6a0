"""Summaries that are due: sent once, of the right days, whenever and however often somebody comes to send them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.days import DAY_MS, HOUR_MS, iso_day, parse_day
from chalicelib.core.deliveries import Message
from chalicelib.core.endpoints import ACTIVE, DISABLED
from chalicelib.core.slack import MOST_HEADER
from chalicelib.core.summaries import CAMPAIGN, LINK, ORGANIZATION, WEEKLY, Schedule, Subscription
from chalicelib.core.zones import local_day, moment
from chalicelib.errors import Unavailable
from chalicelib.outbound.posting import Posted
from chalicelib.services import (
    campaigns,
    counting,
    delivering,
    health,
    importing,
    links,
    subscriptions,
    summaries,
    ticking,
)
from chalicelib.services.summaries import HELD_MS
from chalicelib.store import alarms, queues
from chalicelib.store import subscriptions as stored
from tests.e2e.agents import GOOGLEBOT
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.services.subscribed import URL, due_ms, handed_over, subscribed, text_of
from tests.world import World, now_ms

# Some days ago, so that every scan that a test writes lies in the past.
TODAY = now_ms() // DAY_MS - 5
DUE = TODAY * DAY_MS + 9 * HOUR_MS
MADE = DUE - DAY_MS


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _summarise(it: Subscription, at_ms: int) -> None:
    assert summaries.summarise(it.organization, it.number, at_ms, lambda: False)


def _scans(world: World, *owners_and_times: tuple[Account, int]) -> None:
    """Scans of these links at these times, counted."""
    for owner, at in owners_and_times:
        owner.scan(at)
    counting.settle_images(world.items("scans"))


def _sends(account: Account, world: World, at_ms: int, it: Subscription) -> list[str]:
    """The texts that are handed over at a time."""
    _summarise(it, at_ms)
    return [text_of(message) for message in handed_over(world)]


def test_nothing_is_sent_before_it_is_due(account: Account, world: World) -> None:
    made = subscribed(account, MADE)
    assert due_ms(made) == DUE
    assert _sends(account, world, DUE - 1, made) == []
    assert due_ms(made) == DUE


def test_what_is_due_is_sent_once_however_often_somebody_comes(account: Account, world: World) -> None:
    made = subscribed(account, MADE)
    for _ in range(3):
        _summarise(made, DUE + 20_000)
    (message,) = handed_over(world)
    assert (message.type, message.round, message.attempt) == ("summary", 0, 1)
    assert (message.place.receiver, message.place.ms) == (made.number, DUE)
    assert message.place.event == f"evt_{ids.spell('sum', made.number)}_{iso_day(TODAY)}"
    assert due_ms(made) == DUE + DAY_MS


def test_a_queue_takes_whatever_a_link_is_called(account: Account, world: World) -> None:
    """SQS refuses a message with one of these, and then the summary would never come."""
    number = str(account.link.number)
    links.edit(account.caller, number, links.Edit(frozenset({"label"}), label="\ufffe\uffff é"), MADE)
    _summarise(subscribed(account, MADE, LINK, number), DUE)
    (text,) = world.raw_messages("DELIVERY_QUEUE_URL")
    assert text.isascii()
    assert "\ufffe\uffff é" in text_of(Message.loads(text))


def test_two_jobs_at_the_same_time_send_one(account: Account, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = subscribed(account, MADE)
    read = alarms.read

    def both_read(*given: Any) -> alarms.Alarm | None:
        """Another job does all of its work after this one has read the alarm."""
        found = read(*given)
        monkeypatch.setattr(alarms, "read", read)
        _summarise(made, DUE)
        return found

    monkeypatch.setattr(alarms, "read", both_read)
    _summarise(made, DUE)
    assert len(handed_over(world)) == 1


@pytest.mark.parametrize("days", [0, 1, 6])
def test_one_that_is_late_is_that_of_the_last_time_it_was_due(account: Account, world: World, days: int) -> None:
    made = subscribed(account, MADE)
    _summarise(made, DUE + days * DAY_MS + 5 * HOUR_MS)
    (message,) = handed_over(world)
    assert message.place.ms == DUE + days * DAY_MS
    assert due_ms(made) == DUE + (days + 1) * DAY_MS


@pytest.mark.parametrize("at", range(1, 13))
def test_a_job_that_is_killed_anywhere_sends_one_in_the_end(account: Account, world: World, at: int) -> None:
    made = subscribed(account, MADE)
    calls = {alarms: ("read", "move"), stored: ("read",), queues: ("send_deliveries",), health: ("is_slow",)}
    with killed_at(at, calls), pytest.raises(Killed):
        _summarise(made, DUE)
    _summarise(made, DUE + 60_000)  # the message of the job comes again
    _summarise(made, DUE + HELD_MS)  # the alarm goes off again
    messages = handed_over(world)
    assert {message.place for message in messages} == {messages[0].place}
    assert 1 <= len(messages) <= 2
    assert due_ms(made) == DUE + DAY_MS


@pytest.mark.parametrize("at", range(1, 13))
def test_a_summary_of_a_job_that_was_killed_is_posted_once_with_the_first_body(
    account: Account, world: World, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[tuple[str, bytes]] = []

    def post(url: str, body: bytes, *_: Any) -> Posted:
        posted.append((url, body))
        return Posted(200, "", b"ok")

    monkeypatch.setattr("chalicelib.outbound.posting.post", post)
    made = subscribed(account, MADE)
    calls = {alarms: ("read", "move"), stored: ("read",), queues: ("send_deliveries",), health: ("is_slow",)}
    with killed_at(at, calls), pytest.raises(Killed):
        _summarise(made, DUE)
    _scans(world, (account, DUE - DAY_MS))  # counted late: a second summary tells of one more
    _summarise(made, DUE + HELD_MS)
    messages = handed_over(world)
    assert len({message.body for message in messages}) == len(messages)
    for message in messages:
        assert delivering.deliver([message.dumps()], lambda: DUE + HELD_MS) == [True]
    assert posted == [(URL, messages[0].body.encode())]


def test_ticks_that_run_twice_or_late_send_one(account: Account, world: World) -> None:
    made = subscribed(account, MADE)
    for at in (DUE - 60_000, DUE, DUE, DUE + 5_000, DUE + 60_000, DUE + 3 * HOUR_MS):
        ticking.tick(at)
        for job in world.messages("JOBS_QUEUE_URL"):
            for _ in range(2):  # a message may come twice
                assert summaries.summarise(job["organization"], job["summary"], at, lambda: False)
    assert [message.place.ms for message in handed_over(world)] == [DUE]
    assert due_ms(made) == DUE + DAY_MS


def test_a_job_that_is_lost_is_ordered_again(account: Account, world: World) -> None:
    subscribed(account, MADE)
    for at in range(DUE, DUE + HELD_MS, 60_000):
        ticking.tick(at)
    jobs = world.messages("JOBS_QUEUE_URL")
    assert len(jobs) == 2
    assert jobs[0] == jobs[1]


def test_a_slow_receiver_delays_nobody(account: Account, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_slow", lambda *_: True)
    made = subscribed(account, MADE)
    _summarise(made, DUE)
    assert (len(handed_over(world)), len(handed_over(world, "SLOW_QUEUE_URL"))) == (0, 1)


def test_it_tells_the_numbers_of_a_link(account: Account, world: World) -> None:
    made = subscribed(account, MADE, LINK, str(account.link.number))
    yesterday = (TODAY - 1) * DAY_MS
    times = (yesterday, yesterday + DAY_MS - 1, yesterday - 3 * DAY_MS, yesterday - 8 * DAY_MS, TODAY * DAY_MS)
    account.scan(yesterday + 5, user_agent=GOOGLEBOT)
    _scans(world, (account.other(), yesterday), *((account, at) for at in times))
    (text,) = _sends(account, world, DUE, made)
    lines = text.split("\n")
    assert lines[0] == account.link.slug
    assert lines[1].startswith("*2 scans* yesterday, ")
    assert lines[2] == f"<https://qz.example/{account.link.slug}|qz.example/{account.link.slug}>"
    assert lines[3] == (
        "Last 7 days: 3 (+200 %) · Lifetime: 5 · Top country: United Kingdom (3) · Top referrer: Direct (3)"
    )
    assert lines[4].startswith("▁▁▁▄▁▁█")
    assert lines[5] == "Daily summary of a link, days in UTC · 1 bot left out"


def test_a_campaign_is_the_sum_of_its_links_and_may_have_none(account: Account, world: World) -> None:
    caller = account.caller
    other, apart = account.other(), account.other()
    full = campaigns.create(caller, campaigns.Edit("Spring", links=_ids(account, other)), MADE)
    empty = campaigns.create(caller, campaigns.Edit("Autumn"), MADE)
    _scans(world, *((each, DUE - DAY_MS) for each in (account, other, apart)))
    told = [
        _sends(account, world, DUE, subscribed(account, MADE, CAMPAIGN, str(campaign.number)))[0].split("\n")
        for campaign in (full, empty)
    ]
    assert [(lines[0], lines[1].split(" yesterday")[0]) for lines in told] == [
        ("Spring", "*2 scans*"),
        ("Autumn", "*0 scans*"),
    ]
    assert "Lifetime: 0 · Top country: none" in told[1][2]


def test_visits_that_were_imported_are_in_the_lifetime_of_their_link_and_its_campaign(
    account: Account, world: World
) -> None:
    importing.credit([replace(account.link, imported=7)], MADE)
    spring = campaigns.create(account.caller, campaigns.Edit("Spring", links=_ids(account)), MADE)
    _scans(world, (account, DUE - DAY_MS))
    about = (LINK, account.link.number), (CAMPAIGN, spring.number)
    for scope, number in about:
        (text,) = _sends(account, world, DUE, subscribed(account, MADE, scope, str(number)))
        assert "Lifetime: 8 " in text
        assert "*1 scan* yesterday" in text


def _ids(*accounts: Account) -> list[str]:
    return [str(account.link.number) for account in accounts]


def test_a_weekly_one_of_the_organization_tells_the_week(account: Account, world: World) -> None:
    weekday = (TODAY + 3) % 7
    made = subscribed(account, MADE, frequency=WEEKLY, weekday=weekday)
    _scans(world, *((account.other(), (TODAY - day) * DAY_MS) for day in range(1, 10)))
    (text,) = _sends(account, world, DUE, made)
    assert text.startswith("Acme\n*7 scans* in the week ")
    assert "(+250 % against the 7 days before)\nYesterday: 1 · Lifetime: 9" in text
    assert due_ms(made) == DUE + 7 * DAY_MS


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
def test_yesterday_is_that_of_its_time_zone(account: Account, world: World, zone: str) -> None:
    made = subscribed(account, MADE, hour=12, time_zone=zone)
    due = due_ms(made)
    assert due is not None
    midnight = moment(local_day(due, zone), 0, zone)
    before = moment(local_day(due, zone) - 1, 0, zone)
    _scans(world, *((account, at) for at in (before - 1, before, midnight - 1, midnight)))
    (text,) = _sends(account, world, due, made)
    assert "\n*2 scans* yesterday" in text


def test_a_label_makes_no_mention_and_no_text_too_long(account: Account, world: World) -> None:
    links.edit(
        account.caller,
        str(account.link.number),
        links.Edit(frozenset({"label"}), label="<!channel> & " + "&" * 180),
        MADE,
    )
    made = subscribed(account, MADE, LINK, str(account.link.number))
    _summarise(made, DUE)
    (message,) = handed_over(world)
    assert "<!channel>" not in message.body
    assert text_of(message).startswith("&lt;!channel&gt; &amp; &amp;")
    assert len(text_of(message).split("\n")[0]) <= 2 * MOST_HEADER


def _erase(account: Account) -> None:
    links.erase(account.caller, str(account.link.number), MADE)


def _delete(account: Account) -> None:
    links.delete(account.caller, str(account.link.number), MADE)


@pytest.mark.parametrize("end", [_erase, _delete])
def test_one_of_a_link_that_is_gone_ends_itself(account: Account, world: World, end: Callable[[Account], None]) -> None:
    made = subscribed(account, MADE, LINK, str(account.link.number))
    end(account)
    assert _sends(account, world, DUE, made) == []
    found = subscriptions.get(account.caller, str(made.number)).subscription
    assert (found.status, found.disabled_ms) == (DISABLED, DUE)
    assert found.disabled_for == "The link that it is about was deleted"
    assert due_ms(made) is None


def test_one_of_a_campaign_that_is_gone_ends_itself(account: Account, world: World) -> None:
    campaign = campaigns.create(account.caller, campaigns.Edit("Spring"), MADE)
    made = subscribed(account, MADE, CAMPAIGN, str(campaign.number))
    campaigns.delete(account.caller, str(campaign.number))
    assert _sends(account, world, DUE, made) == []
    found = subscriptions.get(account.caller, str(made.number)).subscription
    assert (found.status, found.disabled_for) == (DISABLED, "The campaign that it is about was deleted")


@pytest.mark.parametrize("act", ["pause", "delete"])
def test_one_that_is_paused_or_deleted_after_the_job_began_sends_nothing(
    account: Account, world: World, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribed(account, MADE)
    move = alarms.move

    def moved(*given: Any) -> bool:
        answer = move(*given)
        if act == "pause":
            asked = subscriptions.Edit((), "", active=False)
            subscriptions.edit(account.caller, str(made.number), asked, DUE)
        else:
            subscriptions.delete(account.caller, str(made.number))
        return answer

    monkeypatch.setattr(alarms, "move", moved)
    assert _sends(account, world, DUE, made) == []
    assert due_ms(made) is None


def test_an_edit_while_it_is_sent_decides_when_the_next_is_due(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribed(account, MADE)
    send = queues.send_deliveries

    def sent(*given: Any, **named: Any) -> None:
        send(*given, **named)
        asked = subscriptions.Edit((), "", schedule={"hour": 20})
        subscriptions.edit(account.caller, str(made.number), asked, DUE)

    monkeypatch.setattr(queues, "send_deliveries", sent)
    assert len(_sends(account, world, DUE, made)) == 1
    assert due_ms(made) == DUE + 11 * HOUR_MS


def test_what_cannot_be_read_or_handed_over_is_tried_again(
    account: Account, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribed(account, MADE)

    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable.storage()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queues, "send_deliveries", fail)
        with pytest.raises(Unavailable):
            _summarise(made, DUE)
    assert due_ms(made) == DUE + HELD_MS
    assert len(_sends(account, world, DUE + HELD_MS, made)) == 1
    assert due_ms(made) == DUE + DAY_MS


def test_an_hour_that_comes_twice_or_never_sends_one_that_day(account: Account, world: World) -> None:
    """Every 10 minutes for three days around both changes of New York's clocks in a year."""
    for around, hour in (("2026-03-08", 2), ("2026-11-01", 1)):
        first = parse_day(around) - 1
        made = subscribed(account, first * DAY_MS, ORGANIZATION, hour=hour, time_zone="America/New_York")
        for at in range(first * DAY_MS, (first + 3) * DAY_MS, 600_000):
            if (due_ms(made) or 0) <= at:
                _summarise(made, at)
        events = [message.place.event.rsplit("_", 1)[1] for message in handed_over(world)]
        assert events == [iso_day(first), iso_day(first + 1), iso_day(first + 2)]


def test_stored_and_read_again_it_is_the_same(account: Account) -> None:
    made = subscribed(
        account, MADE, LINK, str(account.link.number), frequency=WEEKLY, weekday=4, time_zone="Asia/Tokyo"
    )
    held = stored.read(made.organization, made.number)
    assert held is not None
    assert held.value == made
    assert (made.schedule, made.status) == (Schedule(WEEKLY, 9, 4, "Asia/Tokyo"), ACTIVE)
