"""Endpoints: their secrets are kept as long as they are named, shown once, and never lost by half a write."""

import itertools
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.config import settings
from chalicelib.core.days import DAY_MS
from chalicelib.core.deliveries import DELIVERED, FAILED
from chalicelib.core.endpoints import ACTIVE, DISABLED, PAUSED, Endpoint, Filters
from chalicelib.core.events import TYPES, Event, Made
from chalicelib.errors import InvalidRequest, NotFound, Unavailable, UnsafeDestination
from chalicelib.services import campaigns, health, qr_codes, webhooks
from chalicelib.services import links as links_service
from chalicelib.services.qr_codes import NewQrCode
from chalicelib.services.webhook_filters import FilterIds
from chalicelib.services.webhooks import DEFAULT_OVERLAP_MS, LONGEST_OVERLAP_MS, MOST, Edit, NewEndpoint, Sample
from chalicelib.store import endpoints, secrets
from chalicelib.store.versions import Held
from tests.posted import Posted
from tests.services.account import Account, new_account
from tests.services.webhook import URL, new_endpoint
from tests.world import World, now_ms

NEW = NewEndpoint(URL, ["scan.created"], own_hosts=("qz.example",))
BROUGHT = "an-old-services-own-secret"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The endpoints whose health was forgotten."""
    found: list[int] = []
    monkeypatch.setattr(health, "forget", lambda _, number: found.append(number))
    return found


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The secrets that are kept, by their names."""
    texts: dict[str, str] = {}
    numbers = itertools.count(1)

    def put(organization: int, text: str) -> str:
        name = f"{organization}/{next(numbers)}"
        texts[name] = text
        return name

    def delete(names: Collection[str]) -> None:
        for name in names:
            texts.pop(name, None)

    monkeypatch.setattr(secrets, "put", put)
    monkeypatch.setattr(secrets, "delete", delete)
    return texts


def stored(endpoint: Endpoint) -> Endpoint | None:
    found = endpoints.read(endpoint.organization, endpoint.number)
    return None if found is None else found.value


def spelled(endpoint: Endpoint) -> str:
    return ids.spell("wh", endpoint.number)


def texts_of(endpoint: Endpoint, ms: int) -> list[str]:
    """The secrets that an endpoint's events are signed with, the newest first."""
    names = endpoint.receiver().signing(ms)
    found = secrets.read(names)
    return [found[name] for name in names]


# --- Make


def test_a_new_endpoint_has_a_secret_of_its_own_which_no_item_holds(account: Account, world: World) -> None:
    made = webhooks.create(account.caller, NEW, now_ms())
    assert stored(made.endpoint) == made.endpoint
    assert texts_of(made.endpoint, now_ms()) == [made.secret]
    assert made.secret not in str(world.items("objects"))
    assert made.secret.startswith("whsec_")
    assert webhooks.create(account.caller, NEW, now_ms()).secret != made.secret


def test_a_secret_of_an_old_service_may_be_brought_along(account: Account) -> None:
    made = webhooks.create(account.caller, replace(NEW, secret=BROUGHT), now_ms())
    assert (made.secret, texts_of(made.endpoint, now_ms())) == (BROUGHT, [BROUGHT])


@pytest.mark.parametrize(
    ("new", "field"),
    [
        pytest.param({"url": "http://receiver.example/"}, "url", id="http"),
        pytest.param({"url": "https://qz.example/"}, "url", id="ourselves"),
        pytest.param({"url": "https://127.0.0.1/"}, "url", id="this machine"),
        pytest.param({"events": []}, "events", id="no events"),
        pytest.param({"events": ["scan.created", "scan.deleted"]}, "events.1", id="an unknown event"),
        pytest.param({"secret": "short"}, "secret", id="a short secret"),
        pytest.param({"secret": BROUGHT, "format": "standard"}, "secret", id="a secret that the format cannot use"),
        pytest.param({"filters": FilterIds(links=["dc_5"])}, "filters.link_ids", id="a link that is not there"),
        pytest.param({"filters": FilterIds(links=["?"])}, "filters.link_ids", id="what is no id"),
        pytest.param({"filters": FilterIds(codes=["qr_5"])}, "filters.qr_code_ids", id="a QR code"),
        pytest.param({"filters": FilterIds(campaigns=["camp_5"])}, "filters.campaign_ids", id="a campaign"),
    ],
)
def test_what_is_refused_is_not_made_and_keeps_no_secret(
    account: Account, kept: dict[str, str], new: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        webhooks.create(account.caller, replace(NEW, **new), now_ms())
    assert refused.value.field == field
    if field.startswith("events"):
        assert all(type in refused.value.message for type in TYPES)
    assert (endpoints.newest_first(account.organization), kept) == ([], {})


def test_receivers_on_this_machine_are_for_local_use_and_links_to_them_stay_refused(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = replace(settings(), local_receivers=True)
    monkeypatch.setattr(webhooks, "settings", lambda: local)
    made = webhooks.create(account.caller, replace(NEW, url="http://127.0.0.1:9000/hooks"), now_ms())
    assert made.endpoint.url == "http://127.0.0.1:9000/hooks"
    with pytest.raises(UnsafeDestination):
        webhooks.create(account.caller, replace(NEW, url="http://10.0.0.1/"), now_ms())
    with pytest.raises(UnsafeDestination):
        links_service.checked(links_service.NewLink("http://127.0.0.1:9000/", own_hosts=()), now_ms())


def test_filters_take_ids_in_every_spelling_and_only_what_is_there(account: Account) -> None:
    code = _qr_code(account)
    campaign = campaigns.create(account.caller, campaigns.Edit("c"), now_ms()).number
    link = account.link.number
    wanted = FilterIds([str(link), ids.spell("qpr", link)], [ids.spell("qr", code)], [ids.spell("camp", campaign)])
    made = webhooks.create(account.caller, replace(NEW, filters=wanted), now_ms()).endpoint
    assert made.filters == Filters(frozenset({link}), frozenset({code}), frozenset({campaign}))
    links_service.delete(account.caller, str(link), now_ms())
    qr_codes.delete(account.caller, str(code), now_ms())
    for gone in (FilterIds(links=[str(link)]), FilterIds(codes=[str(code)])):
        with pytest.raises(InvalidRequest, match="at place 1"):
            webhooks.create(account.caller, replace(NEW, filters=gone), now_ms())


def test_what_another_organization_has_is_not_there_for_filters(account: Account) -> None:
    theirs = str(new_account("Other").link.number)
    with pytest.raises(InvalidRequest, match="at place 2"):
        filters = FilterIds(links=[str(account.link.number), theirs])
        webhooks.create(account.caller, replace(NEW, filters=filters), now_ms())


def _qr_code(account: Account) -> int:
    numbers: list[int] = []

    def shape(code: Any) -> str:
        numbers.append(code.number)
        return ""

    qr_codes.create(account.caller, NewQrCode("https://qz.example", (), payload="hello"), now_ms(), shape)
    return numbers[-1]


def test_an_organization_has_so_many_at_most(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST == 100
    monkeypatch.setattr(webhooks, "MOST", 2)
    first = new_endpoint(account.caller)
    new_endpoint(account.caller)
    with pytest.raises(InvalidRequest, match="at most 2 webhook endpoints"):
        new_endpoint(account.caller)
    new_endpoint(new_account("Other").caller)
    webhooks.delete(account.caller, spelled(first))
    new_endpoint(account.caller)


def _failing(monkeypatch: pytest.MonkeyPatch, name: str, *, done: bool) -> None:
    """Writes of endpoints fail, before or after they are done."""
    write = getattr(endpoints, name)

    def failing(*given: Any) -> bool:
        if done:
            write(*given)
        raise Unavailable.storage()

    monkeypatch.setattr(endpoints, name, failing)


def test_a_secret_whose_endpoint_is_not_written_is_forgotten(
    account: Account, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, "put", done=False)
    with pytest.raises(Unavailable):
        webhooks.create(account.caller, NEW, now_ms())
    assert (endpoints.newest_first(account.organization), kept) == ([], {})


def test_no_endpoint_is_left_without_its_secret_when_the_answer_to_its_write_is_lost(
    account: Account, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(monkeypatch, "put", done=True)
    with pytest.raises(Unavailable):
        webhooks.create(account.caller, NEW, now_ms())
    (made,) = endpoints.newest_first(account.organization)
    assert [secret.name for secret in made.secrets] == list(kept)


def test_a_write_that_was_done_and_is_refused_when_it_is_repeated_has_succeeded(
    account: Account, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = endpoints.put
    monkeypatch.setattr(endpoints, "put", lambda held: write(held) and write(held))
    made = webhooks.create(account.caller, NEW, now_ms())
    assert endpoints.newest_first(account.organization) == [made.endpoint]
    rotated = webhooks.rotate(account.caller, spelled(made.endpoint), now_ms())
    assert [kept[secret.name] for secret in rotated.endpoint.secrets] == [rotated.secret, made.secret]
    assert len(kept) == 2


# --- Find


def test_pages_have_each_endpoint_once_newest_first(account: Account) -> None:
    made = [new_endpoint(account.caller).number for _ in range(5)][::-1]
    pages = [webhooks.page(account.caller, 2)]
    while (before := pages[-1].next_before) is not None:
        pages.append(webhooks.page(account.caller, 2, before=before))
    assert [[shown.endpoint.number for shown in page.endpoints] for page in pages] == [made[:2], made[2:4], made[4:]]
    assert {page.total for page in pages} == {5}
    assert [shown.endpoint.number for shown in webhooks.page(account.caller, 2, offset=3).endpoints] == made[3:]
    assert webhooks.page(new_account("Other").caller, 2) == webhooks.Page([], 0, None)


# --- Change


def test_what_is_not_given_stays_as_it_is(account: Account) -> None:
    made = new_endpoint(account.caller)
    later = now_ms() + 1
    same = webhooks.edit(account.caller, spelled(made), Edit(own_hosts=()), later).endpoint
    assert same == replace(made, updated_ms=later) == stored(made)
    change = Edit(
        (), "https://other.example/", ["qr.created"], "standard", "Orders", FilterIds([str(account.link.number)])
    )
    changed = webhooks.edit(account.caller, spelled(made), change, later).endpoint
    assert changed == replace(
        made,
        url="https://other.example/",
        events=frozenset({"qr.created"}),
        format="standard",
        description="Orders",
        filters=Filters(links=frozenset({account.link.number})),
        updated_ms=later,
    )
    cleared = webhooks.edit(account.caller, spelled(made), Edit((), description="", filters=FilterIds()), later)
    assert (cleared.endpoint.description, cleared.endpoint.filters) == ("", Filters())


@pytest.mark.parametrize(
    ("status", "active", "then", "forgets"),
    [
        pytest.param(ACTIVE, False, PAUSED, False, id="pause"),
        pytest.param(PAUSED, True, ACTIVE, True, id="resume"),
        pytest.param(DISABLED, True, ACTIVE, True, id="resume what we disabled"),
        pytest.param(DISABLED, False, DISABLED, False, id="pause what we disabled"),
        pytest.param(DISABLED, None, DISABLED, False, id="say nothing of it"),
        pytest.param(ACTIVE, True, ACTIVE, False, id="resume what is active"),
    ],
)
def test_an_endpoint_is_paused_and_resumed(
    account: Account, forgotten: list[int], status: str, active: bool | None, then: str, forgets: bool
) -> None:
    made = new_endpoint(account.caller)
    held = endpoints.read(made.organization, made.number)
    assert held is not None
    gone: dict[str, Any] = {"disabled_ms": 5, "disabled_for": "gone"} if status == DISABLED else {}
    assert endpoints.put(Held(replace(held.value, status=status, **gone), held.version))
    now = webhooks.edit(account.caller, spelled(made), Edit((), active=active), now_ms()).endpoint
    assert now.status == then
    assert (now.disabled_ms, now.disabled_for) == ((5, "gone") if then == DISABLED else (None, ""))
    assert forgotten == ([made.number] if forgets else [])


def test_another_url_begins_with_a_clean_slate(account: Account, forgotten: list[int]) -> None:
    made = new_endpoint(account.caller)
    webhooks.edit(account.caller, spelled(made), Edit((), url=made.url, description="a"), now_ms())
    assert forgotten == []
    webhooks.edit(account.caller, spelled(made), Edit((), url="https://other.example/"), now_ms())
    assert forgotten == [made.number]


def test_two_edits_at_once_both_stand(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    made, write = new_endpoint(account.caller), endpoints.put
    overtaking: list[None] = []

    def overtaken(held: Held[Endpoint]) -> bool:
        if not overtaking:
            overtaking.append(None)
            webhooks.edit(account.caller, spelled(made), Edit((), description="b"), now_ms())
        return write(held)

    monkeypatch.setattr(endpoints, "put", overtaken)
    webhooks.edit(account.caller, spelled(made), Edit((), active=False), now_ms())
    now = stored(made)
    assert now is not None
    assert (now.description, now.status) == ("b", PAUSED)


def test_a_format_that_cannot_use_the_secrets_is_refused_until_they_are_rotated_out(account: Account) -> None:
    made = webhooks.create(account.caller, replace(NEW, secret=BROUGHT), now_ms()).endpoint
    change = Edit((), format="standard")
    with pytest.raises(InvalidRequest) as refused:
        webhooks.edit(account.caller, spelled(made), change, now_ms())
    assert (refused.value.field, BROUGHT in refused.value.message) == ("format", False)
    webhooks.rotate(account.caller, spelled(made), now_ms() - 1, overlap_ms=0)
    assert webhooks.edit(account.caller, spelled(made), change, now_ms()).endpoint.format == "standard"


# --- Delete


def test_a_deleted_endpoint_is_gone_with_its_secrets_and_its_health(
    account: Account, kept: dict[str, str], forgotten: list[int]
) -> None:
    made, other = new_endpoint(account.caller), new_endpoint(account.caller)
    webhooks.rotate(account.caller, spelled(made), now_ms())
    assert len(kept) == 3
    assert webhooks.delete(account.caller, spelled(made)) == made.number
    assert stored(made) is None
    assert list(kept) == [secret.name for secret in other.secrets]
    assert forgotten == [made.number]
    with pytest.raises(NotFound):
        webhooks.delete(account.caller, spelled(made))


def test_a_secret_that_comes_while_the_endpoint_is_deleted_goes_too(
    account: Account, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, delete = new_endpoint(account.caller), endpoints.delete
    overtaking: list[None] = []

    def overtaken(held: Held[Endpoint]) -> bool:
        if not overtaking:
            overtaking.append(None)
            webhooks.rotate(account.caller, spelled(made), now_ms())
        return delete(held)

    monkeypatch.setattr(endpoints, "delete", overtaken)
    webhooks.delete(account.caller, spelled(made))
    assert (stored(made), kept) == (None, {})


def test_a_rotation_of_what_is_deleted_meanwhile_keeps_nothing(
    account: Account, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, write = new_endpoint(account.caller), endpoints.put

    def overtaken(held: Held[Endpoint]) -> bool:
        monkeypatch.setattr(endpoints, "put", write)
        webhooks.delete(account.caller, spelled(made))
        return write(held)

    monkeypatch.setattr(endpoints, "put", overtaken)
    with pytest.raises(NotFound):
        webhooks.rotate(account.caller, spelled(made), now_ms())
    assert (stored(made), kept) == (None, {})


# --- Rotate


def test_the_secret_before_goes_on_signing_until_the_overlap_ends(account: Account) -> None:
    now = now_ms()
    made = webhooks.create(account.caller, NEW, now)
    rotated = webhooks.rotate(account.caller, spelled(made.endpoint), now)
    both = [rotated.secret, made.secret]
    assert DEFAULT_OVERLAP_MS == DAY_MS
    assert texts_of(rotated.endpoint, now) == both
    assert texts_of(rotated.endpoint, now + DEFAULT_OVERLAP_MS - 1) == both
    assert texts_of(rotated.endpoint, now + DEFAULT_OVERLAP_MS) == both[:1]
    assert stored(made.endpoint) == rotated.endpoint


def test_without_an_overlap_the_secret_before_ends_at_once(account: Account) -> None:
    made = webhooks.create(account.caller, NEW, now_ms())
    rotated = webhooks.rotate(account.caller, spelled(made.endpoint), now := now_ms(), 0, BROUGHT)
    assert (rotated.secret, texts_of(rotated.endpoint, now)) == (BROUGHT, [BROUGHT])


def test_there_are_two_secrets_at_most_and_an_older_one_is_forgotten(account: Account, kept: dict[str, str]) -> None:
    made = webhooks.create(account.caller, NEW, now_ms())
    second, third = (webhooks.rotate(account.caller, spelled(made.endpoint), now_ms()) for _ in range(2))
    assert [kept[secret.name] for secret in third.endpoint.secrets] == [third.secret, second.secret]
    assert made.secret not in kept.values()


@pytest.mark.parametrize("overlap_ms", [-1, LONGEST_OVERLAP_MS + 1])
def test_an_overlap_is_30_days_at_most(account: Account, kept: dict[str, str], overlap_ms: int) -> None:
    made = new_endpoint(account.caller)
    with pytest.raises(InvalidRequest) as refused:
        webhooks.rotate(account.caller, spelled(made), now_ms(), overlap_ms)
    assert (refused.value.field, len(kept)) == ("overlap_seconds", 1)


def test_a_rotation_that_fails_leaves_everything_as_it_was(
    account: Account, kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_endpoint(account.caller)
    _failing(monkeypatch, "put", done=False)
    with pytest.raises(Unavailable):
        webhooks.rotate(account.caller, spelled(made), now_ms())
    assert (stored(made), list(kept)) == (made, [secret.name for secret in made.secrets])


# --- Try out


def _sample(endpoint: Endpoint, type: str) -> Sample:
    event = Event("evt_test", type, now_ms(), endpoint.organization, Made(new_account("Else").link))
    return Sample(event, f'{{"format":"{endpoint.format}"}}')


@pytest.mark.parametrize("active", [True, False])
def test_a_sample_is_posted_once_even_while_paused(account: Account, posted: Posted, active: bool) -> None:
    new = replace(NEW, events=["qr.deleted", "qr.created"], active=active)
    made = webhooks.create(account.caller, new, now_ms()).endpoint
    tested = webhooks.test(account.caller, spelled(made), None, _sample, now_ms)
    assert (tested.type, tested.state, tested.body) == ("qr.created", DELIVERED, '{"format":"qpr"}')
    assert tested.place[:2] == (made.organization, made.number)
    posted.status, posted.reason = None, "It took too long"
    again = webhooks.test(account.caller, spelled(made), "url.created", _sample, now_ms)
    assert (again.type, again.state) == ("url.created", FAILED)
    assert posted.receivers == [made.receiver()] * 2


def test_a_sample_of_something_unknown_is_refused(account: Account, posted: Posted) -> None:
    made = new_endpoint(account.caller)
    with pytest.raises(InvalidRequest) as refused:
        webhooks.test(account.caller, spelled(made), "scan.deleted", _sample, now_ms)
    assert (refused.value.field, posted.bodies) == ("type", [])
