"""Summaries of an account, as tests make them, and what of them waits to be posted."""

import json
from typing import Any

from chalicelib.core.days import parse_time
from chalicelib.core.deliveries import Message
from chalicelib.core.summaries import ORGANIZATION, Schedule, Subscription
from chalicelib.services import subscriptions
from chalicelib.services.subscriptions import NewSubscription
from chalicelib.store import alarms
from chalicelib.store.alarms import SUMMARY
from tests.services.account import Account
from tests.world import World

URL = "https://hooks.slack.com/services/T000/B000/secretXyz9"


def ms(time: str) -> int:
    """The milliseconds of an ISO 8601 time."""
    found = parse_time(time)
    assert found is not None
    return found


def subscribed(
    account: Account, now_ms: int, scope: str = ORGANIZATION, of: str | None = None, **given: Any
) -> Subscription:
    """A new subscription; what is given beside is of its schedule."""
    new = NewSubscription(URL, (), "https://qz.example", scope, of, Schedule(**given))
    return subscriptions.create(account.caller, new, now_ms).subscription


def due_ms(subscription: Subscription) -> int | None:
    """When its alarm goes off; None without one."""
    alarm = alarms.read(subscription.organization, SUMMARY, str(subscription.number))
    return alarm and alarm.due_ms


def handed_over(world: World, queue: str = "DELIVERY_QUEUE_URL") -> list[Message]:
    """The messages that wait in a queue of deliveries; they are taken out."""
    return [Message.loads(body) for body in world.raw_messages(queue)]


def text_of(message: Message) -> str:
    """The text of the Slack message in it."""
    text: str = json.loads(message.body)["text"]
    return text
