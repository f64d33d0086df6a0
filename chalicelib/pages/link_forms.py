"""The form of a link: what its fields hold, and what is made of them. A field is called as services call it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib import ids
from chalicelib.core import links as core
from chalicelib.core.campaigns import Assignments
from chalicelib.core.links import ACTIVE, DEFAULT_REDIRECT, DRAFT, PAUSED, Details, Link
from chalicelib.core.names import LONGEST_LABEL, LONGEST_PARAMETER, check_line
from chalicelib.core.pasted import absolute
from chalicelib.core.utm import NAMES, Utm
from chalicelib.core.zones import check_zone, instant, wall_clock
from chalicelib.errors import InvalidRequest
from chalicelib.pages.clock import zone_of
from chalicelib.pages.visits import Visit
from chalicelib.services import assignments
from chalicelib.services.creating import OnceKey
from chalicelib.services.links import Edit, NewLink

Values = Mapping[str, str]
Options = Sequence[tuple[object, str]]

REDIRECTS: Final[Options] = (
    (302, "302 Found (temporary)"),
    (307, "307 Temporary Redirect"),
    (301, "301 Moved Permanently"),
    (308, "308 Permanent Redirect"),
)
_NEW: Final = ("destination", "label", "slug", "campaign", "client", "expires_at", "redirect_type", *NAMES)
_CHANGED: Final = (*(name for name in _NEW if name != "slug"), "status", "pause_until")
# What is set as it is typed; how the others are read, `edit` says.
_TEXTS: Final = frozenset({"destination", "label", "redirect_type"})


def zone_of_form(visit: Visit) -> str:
    """The zone whose clocks a form was drawn with: the browser's may have become known only since."""
    try:
        return check_zone(visit.form["zone"])
    except InvalidRequest:
        return zone_of(visit)


def blank() -> dict[str, str]:
    """The fields of a link that is yet to be made."""
    return {**dict.fromkeys(_NEW, ""), "redirect_type": str(DEFAULT_REDIRECT)}


def typed(visit: Visit) -> dict[str, str]:
    """The fields of a new link as they were sent."""
    return {name: visit.form[name] for name in _NEW}


def typed_changes(visit: Visit) -> dict[str, str]:
    """The fields of a link that is there, as they were sent."""
    return {name: visit.form[name] for name in _CHANGED}


def of_link(link: Link, zone: str, now_ms: int) -> dict[str, str]:
    """The fields as they are of a link. Times are those of a zone's clocks."""
    status = core.state(link.status, link.pause_until_ms, None, now_ms)
    until = link.pause_until_ms if status == PAUSED else None
    return {
        "destination": link.destination,
        "label": link.label or "",
        "campaign": ids.spell("camp", link.campaign) if link.campaign else "",
        "client": ids.spell("client", link.client) if link.client else "",
        "expires_at": "" if link.expires_ms is None else wall_clock(link.expires_ms, zone),
        "redirect_type": str(link.redirect_type),
        **{name: link.details.utm.get(name, "") for name in NAMES},
        "status": status,
        "pause_until": "" if until is None else wall_clock(until, zone),
    }


def new_link(visit: Visit, values: Values) -> NewLink:
    """What a link is to be made of. Raises InvalidRequest."""
    return NewLink(
        destination=absolute(values["destination"]),
        own_hosts=visit.own_hosts,
        label=check_line("label", values["label"], LONGEST_LABEL) or None,
        slug=values["slug"] or None,
        expires_ms=_time(visit, values, "expires_at"),
        redirect_type=visit.form.whole("redirect_type") or DEFAULT_REDIRECT,
        campaign=assignments.campaign_number(visit.caller, values["campaign"] or None, "campaign"),
        client=assignments.client_number(visit.caller, values["client"] or None, "client"),
        details=Details(utm={name: value for name, value in _utm(values).items() if value}),
    )


def edit(visit: Visit, link: Link, values: Values) -> Edit:
    """What a form changes of a link: the fields that hold something else than before. Raises InvalidRequest."""
    before = of_link(link, zone_of_form(visit), visit.now_ms)
    changed = {name for name in values if values[name] != before[name]}
    fields, given = changed & _TEXTS, dict[str, Any]()
    if "campaign" in changed:
        given["campaign"] = assignments.campaign_number(visit.caller, values["campaign"] or None, "campaign")
    if "client" in changed:
        given["client"] = assignments.client_number(visit.caller, values["client"] or None, "client")
    if "expires_at" in changed:
        given["expires_ms"] = _time(visit, values, "expires_at")
    if changed & {"status", "pause_until"}:
        given |= _status(visit, values, changed)
    return Edit(
        fields=frozenset(fields | {_FIELDS.get(name, name) for name in given}),
        own_hosts=visit.own_hosts,
        destination=absolute(values["destination"]),
        label=check_line("label", values["label"], LONGEST_LABEL) or None,
        redirect_type=visit.form.whole("redirect_type") or DEFAULT_REDIRECT,
        utm=Utm({name: value or None for name, value in _utm(values).items() if name in changed}),
        **given,
    )


_FIELDS: Final = {"pause_until_ms": "pause_until"}


def choices(seen: Assignments) -> dict[str, Options]:
    """What the selects of the form offer."""
    return {
        "campaigns": [("", "None"), *((ids.spell("camp", it.number), it.name) for it in seen.campaigns.values())],
        "clients": [("", "None"), *((ids.spell("client", it.number), it.name) for it in seen.clients.values())],
        "redirects": REDIRECTS,
    }


def once(visit: Visit, asked: object) -> OnceKey | None:
    """What keeps a form from making twice what it asks for: it was drawn with a text of its own. The same form may be
    sent again with something else in it."""
    request = json.dumps(asked, sort_keys=True)
    drawn = visit.form["once"]
    digest = hashlib.sha256(request.encode("utf-8", "surrogatepass")).hexdigest()
    return OnceKey(f"form {visit.caller.member} {drawn} {digest}", request) if drawn else None


def _status(visit: Visit, values: Values, changed: set[str]) -> dict[str, Any]:
    status = values["status"]
    if status not in (ACTIVE, PAUSED, DRAFT):
        raise InvalidRequest.for_field("status", "must be active, paused or draft")
    if status == PAUSED:
        return {"status": status, "pause_until_ms": _time(visit, values, "pause_until")}
    if "pause_until" in changed and values["pause_until"]:
        raise InvalidRequest.for_field("pause_until", "is for a link that is paused")
    return {"status": status}


def _utm(values: Values) -> dict[str, str]:
    return {name: check_line(name, values[name], LONGEST_PARAMETER) for name in NAMES}


def _time(visit: Visit, values: Values, field: str) -> int | None:
    return instant(values[field], zone_of_form(visit), field) if values[field] else None
