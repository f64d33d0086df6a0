"""API keys: which there are, making, changing, replacing and revoking them."""

from typing import Any, Final

from chalice.app import Response

from chalicelib import ids
from chalicelib.core.accounts import SCOPES, ApiKey
from chalicelib.core.days import DAY_MS
from chalicelib.errors import InvalidRequest
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import keys
from chalicelib.services.keys import Edit, NewKey

bp = Pages(__name__)
SCOPE: Final = "api_keys:write"

PAGE: Final = 50
# What clients of other services look for, and our own first.
PREFIXES: Final = (
    ("qz_live_", "Quietzone (qz_live_)"),
    ("qz_test_", "Test data only (qz_test_)"),
    ("oqr_", "dynamic API (oqr_)"),
    ("qrcp_live_", "qrcodes API (qrcp_live_)"),
    ("3qpr_sk_live_", "qpr API (3qpr_sk_live_)"),
    ("smllr_live_", "reporting API (smllr_live_)"),
    ("snd_live_", "qr API (snd_live_)"),
)
LONGEST_DAYS: Final = 3_660
LIFETIMES: Final = (("", "Never"), ("30", "After 30 days"), ("90", "After 90 days"), ("365", "After a year"))
SCOPES_SHOWN: Final = tuple((scope, scope) for scope in sorted(SCOPES))


@bp.page("GET", "/dashboard/keys")
def listed(visit: Visit) -> Response:
    """The keys, newest first, with those that ended in the last 30 days if that is asked for."""
    ended, before = visit.query.get("ended") == "1", ids.parse(visit.query.get("before", ""))
    page = keys.page(visit.caller, visit.now_ms, PAGE, before, ended)
    return visit.page("keys/list.html", page=page, ended=ended, first=before is None, **_said(visit))


@bp.page("GET", "/dashboard/keys/new", scope=SCOPE)
def new(visit: Visit) -> Response:
    """The form that makes a key."""
    return visit.page("keys/new.html", **_form(sorted(SCOPES)))


@bp.page("POST", "/dashboard/keys", scope=SCOPE)
def create(visit: Visit) -> Response:
    """Make a key, and show its text this once."""
    form = visit.form
    try:
        new = NewKey(form["name"], form["prefix"], frozenset(form.all("scopes")), ends_ms(visit))
        issued = keys.create(visit.caller, new, visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("keys/new.html", error, **_form(form.all("scopes"), form["name"], form["prefix"]))
    return visit.page("keys/made.html", issued=issued, replaced=False)


@bp.page("GET", "/dashboard/keys/{key}")
def one(visit: Visit, key: str) -> Response:
    """A key, and what it may do."""
    return visit.page("keys/one.html", **_shown(visit, keys.get(visit.caller, key)))


@bp.page("POST", "/dashboard/keys/{key}", scope=SCOPE)
def change(visit: Visit, key: str) -> Response:
    """Change a key's name or scopes."""
    form = visit.form
    try:
        keys.update(visit.caller, key, Edit(form["name"], frozenset(form.all("scopes"))))
    except InvalidRequest as error:
        return visit.refused("keys/one.html", error, **_shown(visit, keys.get(visit.caller, key)))
    return visit.see("/dashboard/keys", "key-changed")


@bp.page("POST", "/dashboard/keys/{key}/rotate", scope=SCOPE)
def rotate(visit: Visit, key: str) -> Response:
    """Put another key in a key's place, which goes on for a day."""
    try:
        issued = keys.rotate(visit.caller, key, visit.now_ms)
    except InvalidRequest as error:
        return visit.refused("keys/one.html", error, **_shown(visit, keys.get(visit.caller, key)))
    return visit.page("keys/made.html", issued=issued, replaced=True)


@bp.page("POST", "/dashboard/keys/{key}/revoke", scope=SCOPE)
def revoke(visit: Visit, key: str) -> Response:
    """End a key for good."""
    keys.revoke(visit.caller, key, visit.now_ms)
    return visit.see("/dashboard/keys", "key-revoked")


def ends_ms(visit: Visit) -> int | None:
    """When a key of the form ends, None for never. Raises InvalidRequest."""
    days = visit.form.whole("days")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise InvalidRequest.for_field("days", f"must be 1 to {LONGEST_DAYS}")
    return None if days is None else visit.now_ms + days * DAY_MS


def _said(visit: Visit) -> dict[str, Any]:
    """What says of a key what became of it, and how good that is."""

    def status(key: ApiKey) -> tuple[str, str]:
        if key.revoked_ms is not None:
            return "Revoked", "bad"
        return ("Expired", "warn") if key.ended(visit.now_ms) else ("Active", "good")

    return {"status_of": status, "all_scopes": len(SCOPES)}


def _form(chosen: list[str], name: str = "", prefix: str = PREFIXES[0][0]) -> dict[str, Any]:
    return {
        "chosen": chosen,
        "name": name,
        "prefix": prefix,
        "prefixes": PREFIXES,
        "lifetimes": LIFETIMES,
        "scopes": SCOPES_SHOWN,
    }


def _shown(visit: Visit, key: ApiKey) -> dict[str, Any]:
    return {"key": key, "scopes": SCOPES_SHOWN, **_said(visit)}
