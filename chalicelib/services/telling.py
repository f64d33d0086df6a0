"""Telling an organization that we disabled one of its webhooks or summaries: its owners by mail, its channels in Slack.

What goes to Slack has an id, so a job that is done again sends nothing twice. Mails come last, and have none that
anybody looks at: done again, each owner gets the same text again, with the same id in its last line.
"""

import json
from collections.abc import Callable
from typing import Final

from chalicelib import ids, logs
from chalicelib.config import settings
from chalicelib.core import slack
from chalicelib.core.accounts import OWNER
from chalicelib.core.deliveries import Message, Place
from chalicelib.core.destinations import host_of
from chalicelib.core.endpoints import ACTIVE, DISABLED, Endpoint
from chalicelib.core.letters import Ended
from chalicelib.core.summaries import ORGANIZATION, Subscription, host_in
from chalicelib.errors import Unavailable
from chalicelib.services import health
from chalicelib.store import accounts, endpoints, mail, members, queues, subscriptions

TYPE: Final = "disabled"

OutOfTime = Callable[[], bool]


def tell(organization: int, number: int, now_ms: int, _out_of_time: OutOfTime) -> bool:
    """Tell that a webhook, or a summary, was disabled, unless it is enabled again, or gone. Raises Unavailable."""
    ended = _ended(organization, number)
    if ended is None:
        return True
    event = f"evt_{ended.id}_disabled_{ended.since_ms}"
    _tell_channels(organization, ended, event, now_ms)
    _tell_owners(organization, ended, event)
    return True


def _ended(organization: int, number: int) -> Ended | None:
    """What is disabled under a number; None when nothing is."""
    if endpoint := endpoints.read(organization, number):
        return _as_ended(endpoint.value, "webhook", ids.spell("wh", number), host_of(endpoint.value.url), "webhooks")
    if summary := subscriptions.read(organization, number):
        host = host_in(summary.value.url_hint)
        return _as_ended(summary.value, "summary", ids.spell("sum", number), host, "summaries")
    return None


def _as_ended(it: Endpoint | Subscription, kind: str, spelled: str, host: str, route: str) -> Ended | None:
    if it.status != DISABLED or it.disabled_ms is None:
        return None
    enable = f'PATCH {settings().public_url}/v1/{route}/{spelled} with {{"active": true}}'
    name = accounts.read_organization(it.organization).name
    return Ended(name, kind, spelled, host, it.disabled_for, it.disabled_ms, enable)


def _tell_channels(organization: int, ended: Ended, event: str, now_ms: int) -> None:
    """Hand over a message for each channel that hears of the whole organization."""
    text = json.dumps(slack.notice(ended.title, ended.lines()), ensure_ascii=False, separators=(",", ":"))
    lanes: dict[bool, list[str]] = {}
    for each in subscriptions.newest_first(organization):
        if each.scope == ORGANIZATION and each.status == ACTIVE:
            message = Message(Place(organization, each.number, ended.since_ms, event), TYPE, body=text)
            lanes.setdefault(health.is_slow(organization, each.number, now_ms), []).append(message.dumps())
    for slow, messages in lanes.items():
        queues.send_deliveries(messages, slow=slow)


def _tell_owners(organization: int, ended: Ended, event: str) -> None:
    """Mail each owner by themselves. Raises Unavailable after all others were mailed."""
    if not settings().mail_from:
        logs.info("no mails are sent", event=event)
        return
    failure: Unavailable | None = None
    for member in members.everyone(organization):
        if member.role == OWNER:
            try:
                mail.send(member.email, ended.subject, ended.text(event))
            except Unavailable as error:
                failure = error
    if failure:
        raise failure
