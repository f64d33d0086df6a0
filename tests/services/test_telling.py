"""Telling that a webhook was disabled: its owners by mail, the organization's channels in Slack."""

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib import ids
from chalicelib.config import settings
from chalicelib.core.accounts import ADMIN, OWNER
from chalicelib.core.deliveries import DELIVERED
from chalicelib.core.endpoints import ACTIVE, DISABLED, Endpoint, Secret
from chalicelib.core.summaries import LINK
from chalicelib.errors import Unavailable
from chalicelib.services import members, subscriptions, telling
from chalicelib.services.members import NewMember
from chalicelib.store import deliveries, endpoints, mail, queues
from chalicelib.store import subscriptions as stored
from chalicelib.store.versions import Held
from tests.services.account import Account, new_account
from tests.services.killed import Killed, killed_at
from tests.services.subscribed import handed_over, ms, subscribed, text_of
from tests.world import World

NOW = ms("2026-05-05T08:30:00Z")
FROM = "quietzone@example.com"
PATH = "chat-secret-path"


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def sent(world: World, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """SES, as far as moto has it: every mail that it took."""
    changed = replace(settings(), mail_from=FROM)
    for module in (telling, mail):
        monkeypatch.setattr(module, "settings", lambda: changed)
    mail._client.cache_clear()
    client = boto3.client("sesv2")
    client.create_email_identity(EmailIdentity=FROM)
    took: list[dict[str, Any]] = []

    class Watching:
        def send_email(self, **given: Any) -> Any:
            answer = client.send_email(**given)
            took.append(given)
            return answer

    monkeypatch.setattr(mail, "_client", Watching)
    return took


def _disabled(account: Account, reason: str = "The answer was 410") -> Endpoint:
    number = ids.new(NOW)
    endpoint = Endpoint(
        account.organization,
        number,
        f"https://hooks.example.com/{PATH}",
        frozenset({"scan.created"}),
        "standard",
        NOW,
        NOW,
        (Secret("1/a"),),
        DISABLED,
        disabled_ms=NOW,
        disabled_for=reason,
    )
    assert endpoints.put(Held(endpoint, None))
    return endpoint


def _tell(endpoint: Endpoint) -> None:
    assert telling.tell(endpoint.organization, endpoint.number, NOW, lambda: False)


def _event(endpoint: Endpoint) -> str:
    return f"evt_{ids.spell('wh', endpoint.number)}_disabled_{NOW}"


def _text(given: dict[str, Any]) -> str:
    text: str = given["Content"]["Simple"]["Body"]["Text"]["Data"]
    return text


def test_each_owner_gets_a_mail_of_their_own(account: Account, sent: list[dict[str, Any]]) -> None:
    members.add(account.caller, NewMember("second@example.com", "Second", OWNER), NOW)
    members.add(account.caller, NewMember("admin@example.com", "Admin", ADMIN), NOW)
    endpoint = _disabled(account)
    _tell(endpoint)
    assert [given["Destination"]["ToAddresses"] for given in sent] == [["Acme@example.com"], ["second@example.com"]]
    assert {given["FromEmailAddress"] for given in sent} == {FROM}
    subjects = {given["Content"]["Simple"]["Subject"]["Data"] for given in sent}
    assert subjects == {"A webhook to hooks.example.com was disabled"}
    text = _text(sent[0])
    spelled = ids.spell("wh", endpoint.number)
    for said in (
        f"The webhook {spelled} of Acme posts to hooks.example.com.",
        "It was disabled at 2026-05-05T08:30:00Z",
        "The reason: The answer was 410.",
        f'PATCH https://qz.example/v1/webhooks/{spelled} with {{"active": true}}',
        _event(endpoint),
    ):
        assert said in text
    assert PATH not in text


def test_without_an_address_to_send_from_no_mail_is_sent_and_the_log_says_so(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "send", lambda *_: pytest.fail("a mail was sent"))
    _tell(_disabled(account))
    logged = capsys.readouterr().out
    assert "no mails are sent" in logged
    assert "@" not in logged


def test_channels_of_the_whole_organization_hear_of_it(account: Account, world: World) -> None:
    hears = subscribed(account, NOW)
    subscribed(account, NOW, LINK, str(account.link.number))
    paused = subscribed(account, NOW)
    subscriptions.edit(account.caller, str(paused.number), subscriptions.Edit((), "", active=False), NOW)
    subscribed(new_account("Other"), NOW)
    endpoint = _disabled(account, "The answer was <!channel>")
    _tell(endpoint)
    (message,) = handed_over(world)
    assert message.place == (account.organization, hears.number, NOW, _event(endpoint))
    assert (message.type, message.attempt) == ("disabled", 1)
    assert text_of(message).startswith("A webhook to hooks.example.com was disabled\n")
    assert "<!channel>" not in message.body
    assert PATH not in message.body


def test_a_job_that_is_done_again_sends_slack_nothing_new_and_mails_the_same_text(
    account: Account, world: World, sent: list[dict[str, Any]]
) -> None:
    subscribed(account, NOW)
    endpoint = _disabled(account)
    _tell(endpoint)
    (first,) = handed_over(world)
    assert deliveries.put(replace(first.delivery(), state=DELIVERED, tries=1))
    _tell(endpoint)
    (second,) = handed_over(world)
    assert not second.asks(deliveries.read([second.place])[second.place])
    assert (second, _text(sent[0])) == (first, _text(sent[1]))


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_job_that_is_killed_anywhere_tells_everybody_in_the_end(
    account: Account, world: World, sent: list[dict[str, Any]], at: int
) -> None:
    subscribed(account, NOW)
    endpoint = _disabled(account)
    with killed_at(at, {queues: ("send_deliveries",), mail: ("send",)}), pytest.raises(Killed):
        _tell(endpoint)
    _tell(endpoint)
    assert len({message.place for message in handed_over(world)}) == 1
    assert len({_text(given) for given in sent}) == 1


@pytest.mark.parametrize("meanwhile", ["enabled", "deleted"])
def test_one_that_is_enabled_again_or_gone_is_told_to_nobody(
    account: Account, world: World, sent: list[dict[str, Any]], meanwhile: str
) -> None:
    subscribed(account, NOW)
    endpoint = _disabled(account)
    held = endpoints.read(endpoint.organization, endpoint.number)
    assert held is not None
    if meanwhile == "enabled":
        assert endpoints.put(Held(replace(endpoint, status=ACTIVE, disabled_ms=None, disabled_for=""), held.version))
    else:
        assert endpoints.delete(held)
    _tell(endpoint)
    assert (handed_over(world), sent) == ([], [])


def test_a_summary_that_was_disabled_is_told_as_well_but_not_to_itself(
    account: Account, world: World, sent: list[dict[str, Any]]
) -> None:
    ended, hears = subscribed(account, NOW), subscribed(account, NOW)
    stored.disable(ended.organization, ended.number, "It failed for 5 days", NOW)
    telling.tell(account.organization, ended.number, NOW, lambda: False)
    (message,) = handed_over(world)
    assert message.place.receiver == hears.number
    text = _text(sent[0])
    assert "A summary" not in text.split("\n")[0]
    spelled = ids.spell("sum", ended.number)
    assert f"The summary {spelled} of Acme posts to hooks.slack.com." in text
    assert f"/v1/summaries/{spelled} with" in text
    assert "Xyz9" not in text


class _Failing:
    """SES that answers everybody but one as told."""

    def __init__(self, error: Exception) -> None:
        self.error, self.took = error, list[str]()

    def send_email(self, **given: Any) -> None:
        (to,) = given["Destination"]["ToAddresses"]
        if to == "Acme@example.com":
            raise self.error
        self.took.append(to)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        pytest.param(
            ClientError({"Error": {"Code": "MessageRejected", "Message": "Acme@example.com"}}, "SendEmail"),
            False,
            id="refused",
        ),
        pytest.param(
            ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "a"}}, "SendEmail"),
            True,
            id="throttled",
        ),
        pytest.param(EndpointConnectionError(endpoint_url="https://email"), True, id="not reached"),
    ],
)
def test_one_owners_trouble_keeps_no_mail_from_the_others(
    account: Account,
    sent: list[dict[str, Any]],
    error: Exception,
    again: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing = _Failing(error)
    monkeypatch.setattr(mail, "_client", lambda: failing)
    members.add(account.caller, NewMember("second@example.com", "Second", OWNER), NOW)
    endpoint = _disabled(account)
    if again:
        with pytest.raises(Unavailable):
            _tell(endpoint)
    else:
        _tell(endpoint)
    assert failing.took == ["second@example.com"]
    logged = capsys.readouterr().out
    assert ("MessageRejected" in logged) is not again
    assert "@" not in logged
