"""Clients: which there are, the figures of each, its campaigns and links, changing and deleting it."""

from typing import Any

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.campaigns import ACTIVE, STATUSES, Assignments, Campaign, Client
from chalicelib.errors import InvalidRequest
from chalicelib.pages import campaigns, groups
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments, clients, figures, keys, reports
from chalicelib.services.clients import Edit

bp = Pages(__name__)

LIST = "/dashboard/clients"
SHOWN = {"ACTIVE": "Active", "INACTIVE": "Not active"}


@bp.page("GET", LIST)
def listed(visit: Visit) -> Response:
    """All clients, newest first, with what is theirs and how often it was ever scanned."""
    seen = assignments.everything(visit.caller)
    found = reports.by_client(visit.caller, seen, seen.clients)
    rows = [(it, found[it.number], len(_campaigns(seen, it))) for it in seen.clients.values()]
    return visit.page("clients/list.html", rows=rows)


@bp.page("GET", f"{LIST}/new")
def new(visit: Visit) -> Response:
    """The form that makes a client."""
    return visit.page("clients/edit.html", **_form("", ACTIVE))


@bp.page("POST", LIST)
def create(visit: Visit) -> Response:
    """Make a client; its links are chosen next."""
    try:
        made = clients.create(visit.caller, Edit(visit.form["name"]), visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("clients/edit.html", error, **_form(visit.form["name"], ACTIVE))
    return visit.see(f"{home(made)}/links", "client-made")


@bp.page("GET", f"{LIST}/{{client_id}}")
def look(visit: Visit, client_id: str) -> Response:
    """The figures of a client's links in a range, its campaigns and its keys."""
    seen, client = found(visit, client_id)
    status, values = groups.shown(visit, lambda asked: figures.of_client(visit.caller, seen, client, asked))
    own = _campaigns(seen, client)
    totals = reports.by_campaign(visit.caller, seen, [it.number for it in own])
    rows = [(it, totals[it.number], campaigns.period(it)) for it in own]
    count = len(keys.of_client(visit.caller, client.number, visit.now_ms))
    return visit.page("clients/figures.html", status, **named(client), rows=rows, keys=count, **values)


@bp.page("GET", f"{LIST}/{{client_id}}/export")
def export(visit: Visit, client_id: str) -> Response:
    """The same as a file, by day or by link."""
    seen, client = found(visit, client_id)
    return groups.file(visit, client.name, lambda asked: figures.of_client(visit.caller, seen, client, asked))


@bp.page("GET", f"{LIST}/{{client_id}}/edit")
def edit(visit: Visit, client_id: str) -> Response:
    """The form that changes a client."""
    _, client = found(visit, client_id)
    return visit.page("clients/edit.html", **_form(client.name, client.status, client))


@bp.page("POST", f"{LIST}/{{client_id}}")
def change(visit: Visit, client_id: str) -> Response:
    """Change a client's name or status."""
    _, client = found(visit, client_id)
    name, status = visit.form["name"], visit.form["status"]
    try:
        if status not in STATUSES:
            raise InvalidRequest.for_field("status", f"must be one of {', '.join(STATUSES)}")
        clients.edit(visit.caller, client_id, Edit(name, status), visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("clients/edit.html", error, **_form(name, status, client))
    return visit.see(home(client), "client-changed")


@bp.page("POST", f"{LIST}/{{client_id}}/delete")
def delete(visit: Visit, client_id: str) -> Response:
    """Delete a client and end its keys; its links and campaigns stay."""
    clients.delete(visit.caller, client_id, visit.now_ms)
    return visit.see(LIST, "client-deleted")


@bp.page("GET", f"{LIST}/{{client_id}}/links")
def its_links(visit: Visit, client_id: str) -> Response:
    """Links to choose from."""
    seen, client = found(visit, client_id)
    return visit.page("clients/links.html", **named(client), seen=seen, **groups.choice(visit))


@bp.page("POST", f"{LIST}/{{client_id}}/links")
def choose(visit: Visit, client_id: str) -> Response:
    """Give links to a client, and take others away."""
    _, client = found(visit, client_id)
    changed = groups.choose(visit, "client", client.number)
    return visit.see(home(client), "links-chosen" if changed else "links-unchanged")


def home(client: Client) -> str:
    """The path of a client's page."""
    return f"{LIST}/{ids.spell('client', client.number)}"


def found(visit: Visit, spelled: str) -> tuple[Assignments, Client]:
    """A client, and what it is told by. Raises NotFound."""
    seen = assignments.everything(visit.caller)
    return seen, assignments.client(seen, spelled)


def named(client: Client) -> dict[str, Any]:
    """What every page of a client says of it."""
    return {"client": client, "home": home(client)}


def _campaigns(seen: Assignments, client: Client) -> list[Campaign]:
    return [it for it in seen.campaigns.values() if it.client == client.number]


def _form(name: str, status: str, client: Client | None = None) -> dict[str, Any]:
    known = {"client": None, "home": LIST} if client is None else named(client)
    return {"name": name, "state": status, "statuses": list(SHOWN.items()), **known}
