"""Subscriptions: their URL is a secret, their alarm is always right, and nothing is half-made."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.config import Settings, settings
from chalicelib.core.deliveries import DELIVERED, Attempt, Delivery
from chalicelib.core.endpoints import ACTIVE, DISABLED, PAUSED, Receiver
from chalicelib.core.summaries import CAMPAIGN, LINK, ORGANIZATION, WEEKLY, Schedule, Subscription
from chalicelib.errors import InvalidRequest, NotFound, QuietzoneError, Unavailable, UnsafeDestination
from chalicelib.services import campaigns, health, links, subscriptions
from chalicelib.services.subscriptions import Edit, NewSubscription
from chalicelib.store import secrets
from chalicelib.store import subscriptions as stored
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.services.subscribed import URL, due_ms, ms, subscribed
from tests.world import World

NOW = ms("2026-05-05T08:30:00Z")
OTHER_URL = "https://chat.example.com/hooks/another"
BASE = "https://qz.example"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


def _edit(account: Account, it: Subscription, now_ms: int = NOW, **change: Any) -> Subscription:
    asked = Edit((), BASE, **change)
    return subscriptions.edit(account.caller, str(it.number), asked, now_ms).subscription


def _kept() -> list[str]:
    """Every secret that there is."""
    found = secrets._client().describe_parameters()["Parameters"]
    return [it["Name"].removeprefix(f"{settings().secrets_path}/") for it in found]


def _now(it: Subscription) -> Subscription:
    held = stored.read(it.organization, it.number)
    assert held is not None
    return held.value


def test_its_url_is_kept_as_a_secret_and_stands_nowhere_else(account: Account, world: World) -> None:
    made = subscribed(account, NOW)
    assert secrets.read([made.secrets[0].name]) == {made.secrets[0].name: URL}
    assert made.url_hint == "hooks.slack.com/…Xyz9"
    assert all("B000" not in str(world.items(table)) for table in ("objects", "deliveries"))
    assert _now(made) == made


def test_a_new_one_is_due_at_its_hour(account: Account) -> None:
    daily = subscribed(account, NOW, hour=9, time_zone="Europe/London")
    weekly = subscribed(account, NOW, frequency=WEEKLY, hour=9, weekday=0)
    assert (due_ms(daily), due_ms(weekly)) == (ms("2026-05-06T08:00:00Z"), ms("2026-05-11T09:00:00Z"))


def test_an_edit_of_the_schedule_moves_the_alarm_and_any_other_leaves_it(account: Account) -> None:
    made = subscribed(account, NOW, hour=9)
    due = due_ms(made)
    assert due == ms("2026-05-05T09:00:00Z")
    late = due + 30_000  # it is due, and nobody has sent it yet
    renamed = _edit(account, made, late, name="Marketing", thresholds=True)
    assert (renamed.name, renamed.thresholds, due_ms(made)) == ("Marketing", True, due)
    assert _edit(account, made, late, schedule={"hour": 11}).schedule == Schedule(hour=11)
    assert due_ms(made) == ms("2026-05-05T11:00:00Z")


def test_pausing_takes_the_alarm_away_and_resuming_sets_it(account: Account) -> None:
    made = subscribed(account, NOW, hour=9)
    assert (_edit(account, made, active=False).status, due_ms(made)) == (PAUSED, None)
    later = ms("2026-05-07T00:00:00Z")
    assert (_edit(account, made, later, active=True).status, due_ms(made)) == (ACTIVE, ms("2026-05-07T09:00:00Z"))


def test_one_that_we_disabled_says_why_until_it_is_resumed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[int] = []
    monkeypatch.setattr(health, "forget", lambda _, number: forgotten.append(number))
    made = subscribed(account, NOW)
    assert stored.disable(made.organization, made.number, "It answered 410", NOW + 5)
    assert due_ms(made) is None
    for change in ({"name": "a"}, {"active": False}):
        found = _edit(account, made, **change)
        assert (found.status, found.disabled_ms, found.disabled_for) == (DISABLED, NOW + 5, "It answered 410")
    assert (due_ms(made), forgotten) == (None, [])
    found = _edit(account, made, active=True)
    assert (found.status, found.disabled_ms, found.disabled_for) == (ACTIVE, None, "")
    assert (due_ms(made), forgotten) == (ms("2026-05-05T09:00:00Z"), [made.number])


@pytest.mark.parametrize("status", ["paused", "disabled", "gone"])
def test_only_an_active_one_is_disabled(account: Account, status: str) -> None:
    made = subscribed(account, NOW)
    if status == "paused":
        _edit(account, made, active=False)
    elif status == "disabled":
        stored.disable(made.organization, made.number, "first", NOW)
    else:
        subscriptions.delete(account.caller, str(made.number))
    assert not stored.disable(made.organization, made.number, "again", NOW)
    assert status == "gone" or _now(made).disabled_for != "again"


def test_another_url_takes_the_place_of_the_one_before(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[int] = []
    monkeypatch.setattr(health, "forget", lambda _, number: forgotten.append(number))
    made = subscribed(account, NOW)
    moved = _edit(account, made, url=OTHER_URL)
    assert secrets.read([moved.secrets[0].name]) == {moved.secrets[0].name: OTHER_URL}
    assert (_kept(), moved.url_hint) == ([moved.secrets[0].name], "chat.example.com/…ther")
    assert (forgotten, due_ms(made)) == ([made.number], ms("2026-05-05T09:00:00Z"))


def test_deleting_leaves_nothing(account: Account, world: World) -> None:
    made = subscribed(account, NOW)
    assert subscriptions.delete(account.caller, ids.spell("sum", made.number)) == made.number
    assert (_kept(), due_ms(made), stored.read(made.organization, made.number)) == ([], None, None)
    with pytest.raises(NotFound):
        subscriptions.delete(account.caller, str(made.number))


@pytest.mark.parametrize("at", range(1, 9))
def test_a_delete_that_is_killed_anywhere_can_be_done_again(account: Account, at: int) -> None:
    made = subscribed(account, NOW)
    with killed_at(at, {secrets: ("delete",), stored: ("delete", "read"), health: ("forget",)}), pytest.raises(Killed):
        subscriptions.delete(account.caller, str(made.number))
    if stored.read(made.organization, made.number):
        subscriptions.delete(account.caller, str(made.number))
    assert (_kept(), due_ms(made)) == ([], None)


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(lambda account, it: _edit(account, it, name="Other"), id="renamed"),
        pytest.param(lambda account, it: _edit(account, it, url=OTHER_URL), id="moved"),
        pytest.param(lambda _, it: stored.disable(it.organization, it.number, "gone", NOW), id="disabled"),
    ],
)
@pytest.mark.parametrize("edit", [{"thresholds": True}, {"schedule": {"hour": 20}}, {"url": f"{OTHER_URL}/2"}])
def test_two_changes_at_once_both_stand(
    account: Account,
    meanwhile: Callable[[Account, Subscription], object],
    edit: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = subscribed(account, NOW)
    for name in ("put", "put_due"):
        write = getattr(stored, name)

        def interrupted(*given: Any, write: Callable[..., bool] = write) -> bool:
            monkeypatch.undo()
            meanwhile(account, made)
            return write(*given)

        monkeypatch.setattr(stored, name, interrupted)
    _edit(account, made, **edit)
    found = _now(made)
    assert found.thresholds or found.schedule.hour == 20 or found.url_hint.endswith("er/2")
    assert found.name == "Other" or found.status == DISABLED or "chat.example.com" in found.url_hint
    assert (due_ms(made) is None) is (found.status == DISABLED)
    assert _kept() == [found.secrets[0].name]


@pytest.mark.parametrize("act", ["create", "edit"])
def test_a_url_that_nothing_comes_to_name_is_forgotten(
    account: Account, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribed(account, NOW)
    for name in ("put", "put_due"):
        monkeypatch.setattr(stored, name, lambda *_: False)
    with pytest.raises(Unavailable):
        subscribed(account, NOW) if act == "create" else _edit(account, made, url=OTHER_URL)
    assert _kept() == [made.secrets[0].name]


def test_what_was_written_although_the_answer_was_lost_stays(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    write = stored.put_due

    def losing(*given: Any) -> bool:
        write(*given)
        raise Unavailable.storage()

    monkeypatch.setattr(stored, "put_due", losing)
    with pytest.raises(Unavailable):
        subscribed(account, NOW)
    made = stored.newest_first(account.organization)[0]
    assert _kept() == [made.secrets[0].name]


NEW = NewSubscription(URL, {"qz.example"}, BASE)
ABSENT = ids.spell("dc", 5)


@pytest.mark.parametrize(
    ("new", "field", "kind"),
    [
        pytest.param(replace(NEW, url="http://hooks.slack.com/a"), "url", InvalidRequest, id="no https"),
        pytest.param(replace(NEW, url="https://127.0.0.1/a"), "url", UnsafeDestination, id="this machine"),
        pytest.param(replace(NEW, url="https://169.254.169.254/"), "url", UnsafeDestination, id="metadata"),
        pytest.param(replace(NEW, url="https://qz.example/a"), "url", UnsafeDestination, id="ourselves"),
        pytest.param(replace(NEW, url="https://a:b@example.com/"), "url", UnsafeDestination, id="credentials"),
        pytest.param(replace(NEW, url="hooks"), "url", InvalidRequest, id="no URL"),
        pytest.param(replace(NEW, url=f"https://example.com/{'a' * 2050}"), "url", InvalidRequest, id="too long"),
        pytest.param(
            replace(NEW, url=f"https://example.com/{'ü' * 1000}"), "url", InvalidRequest, id="too long as sent"
        ),
        pytest.param(replace(NEW, scope="client"), "scope", InvalidRequest, id="unknown scope"),
        pytest.param(replace(NEW, scope=LINK), "scope_id", InvalidRequest, id="no id"),
        pytest.param(replace(NEW, scope=LINK, of=ABSENT), "scope_id", InvalidRequest, id="no such link"),
        pytest.param(replace(NEW, scope=CAMPAIGN, of=ABSENT), "scope_id", InvalidRequest, id="no such campaign"),
        pytest.param(replace(NEW, of=ABSENT), "scope_id", InvalidRequest, id="an id for all"),
        pytest.param(replace(NEW, schedule=Schedule(hour=24)), "hour", InvalidRequest, id="hour"),
        pytest.param(replace(NEW, schedule=Schedule(weekday=7)), "weekday", InvalidRequest, id="weekday"),
        pytest.param(replace(NEW, schedule=Schedule(time_zone="Nowhere")), "time_zone", InvalidRequest, id="zone"),
        pytest.param(replace(NEW, schedule=Schedule("hourly")), "frequency", InvalidRequest, id="frequency"),
        pytest.param(replace(NEW, name="a\nb"), "name", InvalidRequest, id="name"),
    ],
)
def test_what_cannot_be_names_its_field_and_leaves_nothing(
    account: Account, world: World, new: NewSubscription, field: str, kind: type[QuietzoneError]
) -> None:
    before = world.items("objects")
    with pytest.raises(kind) as caught:
        subscriptions.create(account.caller, new, NOW)
    assert (type(caught.value), caught.value.field) == (kind, field)
    assert (world.items("objects"), world.items("deliveries"), _kept()) == (before, [], [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://example.com/"}, "url"),
        ({"scope": LINK}, "scope_id"),
        ({"of": ABSENT}, "scope_id"),
        ({"schedule": {"hour": 24}}, "hour"),
        ({"schedule": {"time_zone": "x"}}, "time_zone"),
        ({"name": "\x07"}, "name"),
    ],
)
def test_an_edit_that_cannot_be_changes_nothing(account: Account, change: dict[str, Any], field: str) -> None:
    made = subscribed(account, NOW)
    with pytest.raises(InvalidRequest) as caught:
        _edit(account, made, **{"thresholds": True, **change})
    assert (caught.value.field, _now(made), _kept()) == (field, made, [made.secrets[0].name])


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost:9000/hook", "http://example.com/"])
def test_locally_a_receiver_may_be_on_this_machine(account: Account, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    local: Settings = replace(settings(), local_receivers=True)
    monkeypatch.setattr(subscriptions, "settings", lambda: local)
    made = subscriptions.create(account.caller, replace(NEW, url=url), NOW).subscription
    assert list(secrets.read([made.secrets[0].name]).values()) == [url]


def test_it_may_be_about_a_link_or_a_campaign_of_the_organization_only(account: Account) -> None:
    campaign = campaigns.create(account.caller, campaigns.Edit("Spring"), NOW)
    link = ids.spell("qpr", account.link.number)
    assert subscribed(account, NOW, LINK, link).of == account.link.number
    assert subscribed(account, NOW, CAMPAIGN, str(campaign.number)).of == campaign.number
    other = new_account("Other")
    for scope, of in ((LINK, link), (CAMPAIGN, str(campaign.number))):
        with pytest.raises(InvalidRequest):
            subscribed(other, NOW, scope, of)
    links.delete(account.caller, link, NOW)
    with pytest.raises(InvalidRequest):
        subscribed(account, NOW, LINK, link)


def test_its_subject_can_be_changed(account: Account) -> None:
    made = subscribed(account, NOW)
    about = _edit(account, made, scope=LINK, of=str(account.link.number))
    assert (about.scope, about.of) == (LINK, account.link.number)
    assert _edit(account, made, scope=ORGANIZATION).of == 0


def test_an_organization_has_a_hundred_at_most(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 2)
    for _ in range(2):
        subscribed(account, NOW)
    with pytest.raises(InvalidRequest, match="at most 2"):
        subscribed(account, NOW)
    assert len(_kept()) == len(subscriptions.everything(account.caller)) == 2


def test_another_organizations_is_not_found(account: Account) -> None:
    made = subscribed(account, NOW)
    other = new_account("Other")
    for act in (
        lambda spelled: subscriptions.get(other.caller, spelled),
        lambda spelled: subscriptions.edit(other.caller, spelled, Edit((), BASE, name="x"), NOW),
        lambda spelled: subscriptions.delete(other.caller, spelled),
        lambda spelled: subscriptions.send_now(other.caller, spelled, lambda: NOW),
    ):
        with pytest.raises(NotFound):
            act(ids.spell("sum", made.number))
    assert subscriptions.everything(other.caller) == []


def test_send_now_posts_the_summary_as_of_now_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Receiver, Delivery]] = []

    def try_once(receiver: Receiver, delivery: Delivery, clock: Callable[[], int]) -> Delivery:
        asked.append((receiver, delivery))
        return replace(delivery, state=DELIVERED, attempts=(Attempt(clock(), 5, 200, "", "ok"),))

    monkeypatch.setattr("chalicelib.services.delivering.try_once", try_once)
    made = subscribed(account, NOW)
    due = due_ms(made)
    _edit(account, made, active=False)
    delivery = subscriptions.send_now(account.caller, str(made.number), lambda: NOW)
    assert (delivery.state, delivery.place.ms, delivery.type) == (DELIVERED, NOW, "summary")
    assert delivery.place.event == f"evt_{ids.spell('sum', made.number)}_{NOW}"
    receiver, posted = asked[0]
    assert (receiver.number, receiver.url, receiver.secrets) == (made.number, "", made.secrets)
    assert "*0 scans* yesterday, Monday 4 May 2026" in posted.body
    assert (len(asked), due_ms(made), due is not None) == (1, None, True)


def test_send_now_of_a_link_that_is_gone_says_so(account: Account) -> None:
    made = subscribed(account, NOW, LINK, str(account.link.number))
    links.erase(account.caller, str(account.link.number), NOW)
    with pytest.raises(NotFound, match="no such link"):
        subscriptions.send_now(account.caller, str(made.number), lambda: NOW)
