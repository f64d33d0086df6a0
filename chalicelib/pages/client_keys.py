"""A client's own keys, which read its reports and nothing else."""

from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.campaigns import Client
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.pages import clients
from chalicelib.pages.http import Pages
from chalicelib.pages.keys import LIFETIMES, ends_ms
from chalicelib.pages.visits import Visit
from chalicelib.services import keys
from chalicelib.services.keys import NewKey

bp = Pages(__name__)
SCOPE: Final = "api_keys:write"

PREFIXES: Final = (("smllr_live_", "reporting API (smllr_live_)"), ("qz_live_", "Quietzone (qz_live_)"))


@bp.page("GET", "/dashboard/clients/{client_id}/keys", scope=SCOPE)
def listed(visit: Visit, client_id: str) -> Response:
    """The keys of a client that have not ended, with a form for one more."""
    _, client = clients.found(visit, client_id)
    return visit.page("clients/keys.html", **_values(visit, client))


@bp.page("POST", "/dashboard/clients/{client_id}/keys", scope=SCOPE)
def create(visit: Visit, client_id: str) -> Response:
    """Make a key, and show its text this once."""
    _, client = clients.found(visit, client_id)
    form = visit.form
    try:
        prefix = form["prefix"] or PREFIXES[0][0]
        if prefix not in dict(PREFIXES):
            raise InvalidRequest.for_field("prefix", f"must be one of {', '.join(dict(PREFIXES))}")
        new = NewKey(form["name"], prefix, expires_ms=ends_ms(visit), client=client.number)
        issued = keys.create(visit.caller, new, visit.now_ms)
    except InvalidRequest as error:
        values = _values(visit, client, form["name"], form["prefix"], form["days"])
        return visit.refused("clients/keys.html", error, **values)
    return visit.page("clients/key_made.html", issued=issued, **clients.named(client))


@bp.page("POST", "/dashboard/clients/{client_id}/keys/{key_id}/revoke", scope=SCOPE)
def revoke(visit: Visit, client_id: str, key_id: str) -> Response:
    """End a key of a client for good."""
    _, client = clients.found(visit, client_id)
    if keys.get(visit.caller, key_id).client != client.number:
        raise NotFound.of("key")
    keys.revoke(visit.caller, key_id, visit.now_ms)
    return visit.see(f"/dashboard/clients/{ids.spell('client', client.number)}/keys", "key-revoked")


def _values(
    visit: Visit, client: Client, name: str = "", prefix: str = PREFIXES[0][0], days: str = ""
) -> dict[str, Any]:
    return {
        **clients.named(client),
        "keys": keys.of_client(visit.caller, client.number, visit.now_ms),
        "name": name,
        "prefix": prefix,
        "days": days,
        "prefixes": PREFIXES,
        "lifetimes": LIFETIMES,
    }
