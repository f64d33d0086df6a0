"""The organization: its name, its members, how long raw scans are kept, and the thresholds of its links."""

from collections.abc import Callable
from typing import Any, Final

from chalice.app import Response

from chalicelib.core.accounts import MEMBER, ROLES
from chalicelib.errors import InvalidRequest
from chalicelib.pages.forms import Form
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import accounts, history, members, threshold_lists
from chalicelib.services.members import NewMember

bp = Pages(__name__)
SCOPE: Final = "accounts:write"

ROLES_SHOWN: Final = tuple((role, role.capitalize()) for role in reversed(ROLES))


@bp.page("GET", "/dashboard/settings")
def settings(visit: Visit) -> Response:
    """All of it, on one page."""
    return visit.page("settings/all.html", **_shown(visit))


@bp.page("POST", "/dashboard/settings/name", scope=SCOPE)
def rename(visit: Visit) -> Response:
    """Give the organization another name."""
    return _done(visit, lambda form: accounts.rename(visit.caller, form["name"]), "organization-renamed")


@bp.page("POST", "/dashboard/settings/retention", scope=SCOPE)
def keep(visit: Visit) -> Response:
    """Keep raw scans for so many days; an empty field is for ever."""
    organization = visit.caller.organization.number
    return _done(
        visit, lambda form: history.keep_scans(organization, form.whole("keep_days"), visit.now_ms), "retention-changed"
    )


@bp.page("POST", "/dashboard/settings/thresholds", scope=SCOPE)
def thresholds(visit: Visit) -> Response:
    """Say of which totals events tell; an empty field goes back to the default."""
    return _done(
        visit, lambda form: threshold_lists.set_for_organization(visit.caller, _numbers(form)), "thresholds-changed"
    )


@bp.page("POST", "/dashboard/settings/members", scope=SCOPE)
def add_member(visit: Visit) -> Response:
    """Add a member, who can then sign in."""

    def added(form: Form) -> object:
        return members.add(visit.caller, NewMember(form["email"], form["member_name"], form["role"]), visit.now_ms)

    return _done(visit, added, "member-added")


@bp.page("POST", "/dashboard/settings/members/{member}", scope=SCOPE)
def change_role(visit: Visit, member: str) -> Response:
    """Give a member another role."""
    return _done(visit, lambda form: members.change_role(visit.caller, member, form["new_role"]), "role-changed")


@bp.page("POST", "/dashboard/settings/members/{member}/remove", scope=SCOPE)
def remove(visit: Visit, member: str) -> Response:
    """Remove a member; their keys and sessions end."""
    return _done(visit, lambda _: members.remove(visit.caller, member, visit.now_ms), "member-removed")


def _done(visit: Visit, change: Callable[[Form], object], said: str) -> Response:
    """Make a change, or show the page again with what is wrong and what was typed."""
    try:
        change(visit.form)
    except InvalidRequest as error:
        return visit.refused("settings/all.html", _placed(error, visit), **_shown(visit, visit.form))
    return visit.see("/dashboard/settings", said)


def _placed(error: InvalidRequest, visit: Visit) -> InvalidRequest:
    """A member's name is called otherwise on this page: the organization has one too."""
    if error.field == "name" and "member_name" in visit.form:
        return error.about("member_name")
    return error


def _numbers(form: Form) -> list[int] | None:
    texts = form["thresholds"].replace(",", " ").split()
    if not all(text.isascii() and text.isdigit() and len(text) <= 15 for text in texts):
        raise InvalidRequest.for_field("thresholds", "must be whole numbers")
    return [int(text) for text in texts] or None


def _shown(visit: Visit, form: Form | None = None) -> dict[str, Any]:
    """What the page shows; in its fields what is so, but for what was just typed."""
    organization = accounts.organization(visit.caller)
    in_force = threshold_lists.of_organization(visit.caller)
    stored = {
        "name": organization.name,
        "keep_days": "" if organization.keep_days is None else str(organization.keep_days),
        "thresholds": ", ".join(map(str, in_force.thresholds)) if in_force.own else "",
        "email": "",
        "member_name": "",
        "role": MEMBER,
    }
    return {
        "typed": {**stored, **dict(form or {})},
        "members": members.everyone(visit.caller),
        "in_force": in_force,
        "roles": ROLES_SHOWN,
    }
