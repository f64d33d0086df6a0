"""Sending the summaries that are due.

The alarm of a subscription says when. Whoever comes to send first moves it on for a while, so that nobody else does the
same meanwhile; when all is done, to the time at which the next is due:

    job A: reads the alarm (due) . moves it 15 min on . hands the message over . moves it to tomorrow
    job B: .... reads the alarm (due) ... is refused: somebody else is at it
    job C: ......................................................................... reads it: not due
    tick:  15 min later, if job A was killed on its way: another job goes on

A killed job may have handed its message over. Then the next hands over another for the same time, with the same id, and
perhaps with other numbers: scans are counted late, and lifetimes grow. The attempt that is stored first wins: whatever
asks for an attempt that was made asks for nothing. Only if both messages were attempted at the very same time would
the channel see two.

A summary that comes late is that of the last time at which one was due; those before it are left out.
"""

import json
from collections.abc import Callable
from typing import Final

from chalicelib import ids
from chalicelib.core.days import iso_day
from chalicelib.core.deliveries import Message, Place
from chalicelib.core.endpoints import ACTIVE
from chalicelib.core.links import DELETED
from chalicelib.core.slack import About, summary
from chalicelib.core.summaries import CAMPAIGN, LINK, Subscription
from chalicelib.core.weeks import Fortnight, figures
from chalicelib.core.zones import local_day
from chalicelib.services import analytics, health
from chalicelib.services.analytics import Report
from chalicelib.store import accounts, alarms, campaigns, links, queues
from chalicelib.store import subscriptions as stored
from chalicelib.store.alarms import SUMMARY

TYPE: Final = "summary"
HELD_MS: Final = 900_000  # longer than a job may run

OutOfTime = Callable[[], bool]


def summarise(organization: int, number: int, now_ms: int, _out_of_time: OutOfTime) -> bool:
    """Hand over the summary of a subscription that is due, if it is. Raises Unavailable."""
    alarm = alarms.read(organization, SUMMARY, str(number))
    if alarm is None or alarm.due_ms > now_ms or not alarms.move(alarm, now_ms + HELD_MS):
        return True
    held = stored.read(organization, number)
    if held is None or held.value.status != ACTIVE:  # since the alarm was read; it went with that
        return True
    subscription = held.value
    due_ms = subscription.schedule.last_at(now_ms)
    text = body(subscription, due_ms, now_ms)
    if text is None:
        stored.disable(organization, number, f"The {subscription.scope} that it is about was deleted", now_ms)
        return True
    _hand_over(subscription, due_ms, text, now_ms)
    alarms.move(alarm._replace(due_ms=now_ms + HELD_MS), subscription.schedule.next_after(now_ms))
    return True


def body(subscription: Subscription, due_ms: int, now_ms: int) -> str | None:
    """The summary of the days before a moment's, as it is posted; None when what it is about is gone.

    Raises Unavailable.
    """
    of = about(subscription.organization, subscription.scope, subscription.of, subscription.base)
    if of is None:
        return None
    span = Fortnight.before(due_ms, subscription.schedule.time_zone)
    report, imported = _report(subscription, span, now_ms)
    found = figures(report.days, report.total + imported, span, report.pending, report.recounting)
    return json.dumps(summary(of, found, subscription, span.today), ensure_ascii=False, separators=(",", ":"))


def about(organization: int, scope: str, number: int, base: str) -> About | None:
    """What a summary is about; None when there is no such link or campaign, or not any more. A deleted link is gone,
    though it can be read."""
    if scope == LINK:
        link = links.read(organization, number)
        if link is None or link.value.status == DELETED:
            return None
        return About(link.value.name, f"{base}/{link.value.slug}")
    if scope == CAMPAIGN:
        campaign = campaigns.read(organization, number)
        return campaign and About(campaign.value.name)
    return About(accounts.read_organization(organization).name)


def _report(subscription: Subscription, span: Fortnight, now_ms: int) -> tuple[Report, int]:
    """What was counted, and how many visits were imported beside that; of the organization as a whole none are told."""
    organization, of = subscription.organization, subscription.of
    if subscription.scope == LINK:
        held = links.read(organization, of)
        imported = held.value.ever(0) if held else 0
        return analytics.link_report(organization, of, span.touched, now_ms), imported
    if subscription.scope == CAMPAIGN:
        its = [link for link in links.newest_first(organization, None) if link.campaign == of]
        report = analytics.links_report(organization, [link.number for link in its], span.touched, now_ms)
        return report, sum(link.ever(0) for link in its)
    return analytics.organization_report(organization, span.touched, now_ms), 0


def _hand_over(subscription: Subscription, due_ms: int, text: str, now_ms: int) -> None:
    organization, number = subscription.organization, subscription.number
    day = iso_day(local_day(due_ms, subscription.schedule.time_zone))
    place = Place(organization, number, due_ms, f"evt_{ids.spell('sum', number)}_{day}")
    message = Message(place, TYPE, body=text)
    queues.send_deliveries([message.dumps()], slow=health.is_slow(organization, number, now_ms))
