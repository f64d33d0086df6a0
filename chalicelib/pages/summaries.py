"""Summaries: numbers of scans that a Slack channel gets every day or week."""

from typing import Any

from chalice.app import Response

from chalicelib import ids
from chalicelib.api import requests
from chalicelib.core.deliveries import DELIVERED, Delivery
from chalicelib.core.endpoints import ACTIVE
from chalicelib.core.summaries import LINK, ORGANIZATION, Subscription
from chalicelib.errors import InvalidRequest
from chalicelib.pages import summary_forms
from chalicelib.pages.http import Pages
from chalicelib.pages.receivers import Fares, fares
from chalicelib.pages.visits import Visit
from chalicelib.services import subjects, subscriptions
from chalicelib.services.subscriptions import Edit, NewSubscription, Shown

bp = Pages(__name__)


@bp.page("GET", "/dashboard/summaries")
def listed(visit: Visit) -> Response:
    """All summaries, newest first, and how each fares."""
    known = subscriptions.everything(visit.caller)
    names = _names(visit, [shown.subscription for shown in known]) if known else {}
    rows = [_row(shown, names, visit.now_ms) for shown in known]
    return visit.page("summaries/list.html", rows=rows)


@bp.page("GET", "/dashboard/summaries/new")
def new(visit: Visit) -> Response:
    """The form that makes a summary."""
    return visit.page("summaries/new.html", **summary_forms.offered(visit, summary_forms.empty(visit)))


@bp.page("POST", "/dashboard/summaries")
def create(visit: Visit) -> Response:
    """Make a summary."""
    form = visit.form
    try:
        scope, of = summary_forms.scope(form)
        wanted = NewSubscription(
            url=form["url"],
            own_hosts=visit.own_hosts,
            base=visit.base,
            scope=scope,
            of=of,
            schedule=summary_forms.schedule(form),
            name=form["name"],
            thresholds=bool(form.all("thresholds")),
        )
        made = subscriptions.create(visit.caller, wanted, visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("summaries/new.html", summary_forms.placed(error, form), **_typed(visit))
    return visit.see(_at(made.subscription.number), "summary-made")


@bp.page("GET", "/dashboard/summaries/{summary}")
def one(visit: Visit, summary: str) -> Response:
    """A summary, and how posting it goes."""
    return visit.page("summaries/one.html", sent=None, **_about(visit, summary))


@bp.page("GET", "/dashboard/summaries/{summary}/edit")
def editing(visit: Visit, summary: str) -> Response:
    """The form that changes a summary."""
    subscription = subscriptions.get(visit.caller, summary).subscription
    values = summary_forms.offered(visit, summary_forms.stored(subscription))
    return visit.page("summaries/edit.html", subscription=subscription, **values)


@bp.page("POST", "/dashboard/summaries/{summary}")
def change(visit: Visit, summary: str) -> Response:
    """Change a summary; an empty URL stays as it is."""
    form, subscription = visit.form, subscriptions.get(visit.caller, summary).subscription
    try:
        subscriptions.edit(visit.caller, summary, _edit(visit, subscription), visit.now_ms)
    except InvalidRequest as error:
        shown = {"subscription": subscription, **_typed(visit)}
        return visit.refused("summaries/edit.html", summary_forms.placed(error, form), **shown)
    return visit.see(_at(subscription.number), "summary-changed")


@bp.page("POST", "/dashboard/summaries/{summary}/pause")
def pause(visit: Visit, summary: str) -> Response:
    """Send nothing for now."""
    return _switched(visit, summary, active=False)


@bp.page("POST", "/dashboard/summaries/{summary}/resume")
def resume(visit: Visit, summary: str) -> Response:
    """Send it again when it is due, also one that we disabled."""
    return _switched(visit, summary, active=True)


@bp.page("POST", "/dashboard/summaries/{summary}/send")
def send(visit: Visit, summary: str) -> Response:
    """Send one as of now, and show what became of it."""
    sent = subscriptions.send_now(visit.caller, summary, requests.now_ms)
    return visit.page("summaries/one.html", sent=_outcome(sent), **_about(visit, summary))


@bp.page("POST", "/dashboard/summaries/{summary}/delete")
def delete(visit: Visit, summary: str) -> Response:
    """Delete a summary and its URL."""
    subscriptions.delete(visit.caller, summary)
    return visit.see("/dashboard/summaries", "summary-deleted")


def _edit(visit: Visit, before: Subscription) -> Edit:
    """What the form changes. What it is about is looked up only when it is another: it may be gone."""
    form = visit.form
    scope, of = summary_forms.scope(form)
    same = (of or scope) == summary_forms.about(before)
    return Edit(
        visit.own_hosts,
        visit.base,
        url=form["url"] or None,
        scope=None if same else scope,
        of=None if same else of,
        schedule=summary_forms.schedule(form)._asdict(),
        name=form["name"],
        thresholds=bool(form.all("thresholds")),
    )


def _switched(visit: Visit, summary: str, active: bool) -> Response:
    shown = subscriptions.edit(visit.caller, summary, Edit(visit.own_hosts, visit.base, active=active), visit.now_ms)
    return visit.see(_at(shown.subscription.number), "summary-resumed" if active else "summary-paused")


def _about(visit: Visit, summary: str) -> dict[str, Any]:
    shown = subscriptions.get(visit.caller, summary)
    names = _names(visit, [shown.subscription])
    return {
        **_row(shown, names, visit.now_ms),
        "health": shown.health,
        "resting": shown.health.breaker(visit.now_ms) == "open",
    }


def _row(shown: Shown, names: dict[int, str], now_ms: int) -> dict[str, Any]:
    """What is shown of a summary wherever it is shown."""
    it = shown.subscription
    return {
        "subscription": it,
        "about": _subject(it, names),
        "when": summary_forms.words(it.schedule),
        "next_ms": it.schedule.next_after(now_ms) if it.status == ACTIVE else None,
        "fares": _fares(shown, now_ms),
    }


def _subject(subscription: Subscription, names: dict[int, str]) -> str:
    if subscription.scope == ORGANIZATION:
        return "All links"
    what = "Link" if subscription.scope == LINK else "Campaign"
    return f"{what}: {names.get(subscription.of, 'deleted')}"


def _fares(shown: Shown, now_ms: int) -> Fares:
    it = shown.subscription
    return fares(it.status, it.disabled_for, it.disabled_ms, shown.health, now_ms)


def _outcome(sent: Delivery) -> dict[str, Any]:
    return {"attempt": sent.attempts[-1], "delivered": sent.state == DELIVERED}


def _names(visit: Visit, known: list[Subscription]) -> dict[int, str]:
    return subjects.around(visit.caller, [it.of for it in known if it.scope == LINK]).names()


def _typed(visit: Visit) -> dict[str, Any]:
    return summary_forms.offered(visit, summary_forms.typed(visit.form))


def _at(number: int) -> str:
    return f"/dashboard/summaries/{ids.spell('sum', number)}"
