"""Campaigns: which there are, the figures of each, its links, changing and deleting it."""

from typing import Any

from chalice.app import Response

from chalicelib import ids
from chalicelib.core import ranges
from chalicelib.core.campaigns import Assignments, Campaign
from chalicelib.core.days import date_of, day_of, iso_day
from chalicelib.core.periods import parse_date
from chalicelib.errors import InvalidRequest
from chalicelib.pages import groups
from chalicelib.pages.forms import Form
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, campaigns, figures, reports
from chalicelib.services.campaigns import Edit

bp = Pages(__name__)

LIST = "/dashboard/campaigns"


@bp.page("GET", LIST)
def listed(visit: Visit) -> Response:
    """All campaigns, newest first, with their links and how often these were ever scanned."""
    seen = assignments.everything(visit.caller)
    found = reports.by_campaign(visit.caller, seen, seen.campaigns)
    rows = [(it, found[it.number], seen.clients.get(it.client), period(it)) for it in seen.campaigns.values()]
    return visit.page("campaigns/list.html", rows=rows)


@bp.page("GET", f"{LIST}/new")
def new(visit: Visit) -> Response:
    """The form that makes a campaign, for a client if one is named."""
    return visit.page("campaigns/edit.html", **_form(visit, {"client": visit.query.get("client", "")}))


@bp.page("POST", LIST)
def create(visit: Visit) -> Response:
    """Make a campaign; its links are chosen next."""
    try:
        made = campaigns.create(visit.caller, _edit(visit), visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("campaigns/edit.html", error, **_form(visit, _typed(visit.form)))
    return visit.see(f"{home(made)}/links", "campaign-made")


@bp.page("GET", f"{LIST}/{{campaign_id}}")
def look(visit: Visit, campaign_id: str) -> Response:
    """The figures of a campaign's links in a range."""
    seen, found = _found(visit, campaign_id)
    status, values = groups.shown(visit, lambda asked: figures.of_campaign(visit.caller, seen, found, asked))
    client = seen.clients.get(found.client)
    own = _own_range(visit, found)
    return visit.page("campaigns/figures.html", status, **_named(found), client=client, own_range=own, **values)


@bp.page("GET", f"{LIST}/{{campaign_id}}/export")
def export(visit: Visit, campaign_id: str) -> Response:
    """The same as a file, by day or by link."""
    seen, found = _found(visit, campaign_id)
    return groups.file(visit, found.name, lambda asked: figures.of_campaign(visit.caller, seen, found, asked))


@bp.page("GET", f"{LIST}/{{campaign_id}}/edit")
def edit(visit: Visit, campaign_id: str) -> Response:
    """The form that changes a campaign."""
    _, found = _found(visit, campaign_id)
    return visit.page("campaigns/edit.html", **_form(visit, _stored(found), found))


@bp.page("POST", f"{LIST}/{{campaign_id}}")
def change(visit: Visit, campaign_id: str) -> Response:
    """Change a campaign."""
    _, found = _found(visit, campaign_id)
    try:
        campaigns.edit(visit.caller, campaign_id, _edit(visit), visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("campaigns/edit.html", error, **_form(visit, _typed(visit.form), found))
    return visit.see(home(found), "campaign-changed")


@bp.page("POST", f"{LIST}/{{campaign_id}}/delete")
def delete(visit: Visit, campaign_id: str) -> Response:
    """Delete a campaign; its links stay."""
    campaigns.delete(visit.caller, campaign_id)
    return visit.see(LIST, "campaign-deleted")


@bp.page("GET", f"{LIST}/{{campaign_id}}/links")
def its_links(visit: Visit, campaign_id: str) -> Response:
    """Links to choose from."""
    seen, found = _found(visit, campaign_id)
    return visit.page("campaigns/links.html", **_named(found), seen=seen, **groups.choice(visit))


@bp.page("POST", f"{LIST}/{{campaign_id}}/links")
def choose(visit: Visit, campaign_id: str) -> Response:
    """Put links into a campaign, and take others out."""
    _, found = _found(visit, campaign_id)
    changed = groups.choose(visit, "campaign", found.number)
    return visit.see(home(found), "links-chosen" if changed else "links-unchanged")


def home(campaign: Campaign) -> str:
    """The path of a campaign's page."""
    return f"{LIST}/{ids.spell('camp', campaign.number)}"


def period(campaign: Campaign) -> str:
    """When it runs, in words; '' where that is not said."""
    first, last = campaign.first_day, campaign.last_day
    if first and last:
        return f"{_date(first)} to {_date(last)}"
    return f"from {_date(first)}" if first else f"until {_date(last)}" if last else ""


def _date(day: int) -> str:
    date = date_of(day)
    return f"{date.day} {date:%b %Y}"


def _own_range(visit: Visit, campaign: Campaign) -> dict[str, str] | None:
    """What an address asks for that shows the days of the campaign; None if it has no first day, or too many."""
    today = day_of(visit.now_ms)
    last = min(campaign.last_day or today, today)
    if not campaign.first_day or not 0 <= last - campaign.first_day < ranges.MOST_DAYS:
        return None
    return {"range": ranges.CUSTOM, "from": iso_day(campaign.first_day), "to": iso_day(last)}


def _found(visit: Visit, spelled: str) -> tuple[Assignments, Campaign]:
    seen = assignments.everything(visit.caller)
    return seen, assignments.campaign(seen, spelled)


def _named(campaign: Campaign) -> dict[str, Any]:
    return {"campaign": campaign, "home": home(campaign), "period": period(campaign)}


def _edit(visit: Visit) -> Edit:
    """What a form says of a campaign. Raises InvalidRequest."""
    form = visit.form
    client = assignments.client_number(visit.caller, form["client"] or None, "client")
    days = (_day(form, "first_day"), _day(form, "last_day"))
    return Edit(form["name"], client, description=form["description"], days=days)


def _day(form: Form, name: str) -> int:
    return parse_date(form[name], name) if form[name] else 0


def _typed(form: Form) -> dict[str, str]:
    return {name: form[name] for name in ("name", "description", "client", "first_day", "last_day")}


def _stored(campaign: Campaign) -> dict[str, str]:
    return {
        "name": campaign.name,
        "description": campaign.description,
        "client": str(campaign.client or ""),
        "first_day": iso_day(campaign.first_day) if campaign.first_day else "",
        "last_day": iso_day(campaign.last_day) if campaign.last_day else "",
    }


def _form(visit: Visit, values: dict[str, str], campaign: Campaign | None = None) -> dict[str, Any]:
    clients = assignments.everything(visit.caller).clients
    blank = _stored(Campaign(0, 0, "", 0))
    return {
        "values": {**blank, **values},
        "clients": [("", "Nobody's"), *((str(it.number), it.name) for it in clients.values())],
        **({"campaign": None, "home": LIST} if campaign is None else _named(campaign)),
    }
