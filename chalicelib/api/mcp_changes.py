"""The tools that change links, and those of their changes that want a confirmation first.

Destinations and slugs of printed codes, and whole links, are nothing that a model shall change by mistake: the first
call says what the change would do, and gives a confirmation that is good for this change of the link as it is now.
"""

import json
from typing import Any, Final

from chalicelib import ids
from chalicelib.api import mcp_shapes as shapes
from chalicelib.api.mcp_bodies import Arguments, DeleteLink, UpdateLink
from chalicelib.api.requests import Call
from chalicelib.core.days import iso_time
from chalicelib.core.links import DELETED, Link
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.services import assignments, confirmations, links, reports

ERASE_SCOPE: Final = "qr:write"  # that of the route that erases

# Arguments for which null means the same as leaving them out: a link always has one.
_NEVER_NULL: Final = frozenset({"destination", "slug", "status", "tags"})
# By the names of the arguments, those of an edit.
_OF_EDIT: Final = {"expires_at": "expires_ms"}
_PLACED: Final = ("destination", "slug")


def update_link(call: Call, asked: UpdateLink) -> shapes.Outcome:
    held = links.held(call.who, asked.link)
    if held.value.status == DELETED:
        raise NotFound.of("link")
    given = _given(asked)
    change = _edit(call, asked, given)
    effect = _effect(call, held.value, asked, given)
    if _leads_elsewhere(held.value, asked, given):
        _check(call, held.value, asked, given)
        purpose = _purpose(held.value, held.version, asked)
        if asked.confirmation is None:
            return _asked_back(call, held.value, purpose, effect)
        confirmations.check(call.who.organization, purpose, asked.confirmation, call.now_ms)
    edited = links.edit(call.who, asked.link, change, call.now_ms)
    return _done(call, edited, effect)


def delete_link(call: Call, asked: DeleteLink) -> shapes.Outcome:
    if asked.erase_scans:
        call.who.require(ERASE_SCOPE)
    held = links.held(call.who, asked.link)
    if held.value.status == DELETED and not asked.erase_scans:
        raise NotFound.of("link")
    effect = _loss(call, held.value, asked.erase_scans)
    purpose = _purpose(held.value, held.version, asked)
    if asked.confirmation is None:
        return _asked_back(call, held.value, purpose, effect)
    confirmations.check(call.who.organization, purpose, asked.confirmation, call.now_ms)
    remove = links.erase if asked.erase_scans else links.delete
    return _done(call, remove(call.who, asked.link, call.now_ms), effect)


def _given(asked: UpdateLink) -> set[str]:
    """The arguments that shall change something. Raises InvalidRequest when there is none."""
    given = asked.model_fields_set - {"link", "confirmation"}
    given -= {name for name in given & _NEVER_NULL if getattr(asked, name) is None}
    if not given:
        raise InvalidRequest("Nothing was given to be changed")
    return given


def _edit(call: Call, asked: UpdateLink, given: set[str]) -> links.Edit:
    details: dict[str, Any] = {"tags": tuple(asked.tags or ())} if "tags" in given else {}
    return links.Edit(
        fields=frozenset(_OF_EDIT.get(name, name) for name in given - {"tags"}),
        own_hosts=call.own_hosts,
        destination=asked.destination or "",
        label=asked.label,
        slug=asked.slug or "",
        status=asked.status or "",
        pause_until_ms=asked.pause_until,
        expires_ms=asked.expires_at,
        campaign=assignments.campaign_number(call.who, asked.campaign, "campaign"),
        details=details,
        drawn_at=call.base,
    )


def _leads_elsewhere(link: Link, asked: UpdateLink, given: set[str]) -> bool:
    """Whether codes that are printed would lead elsewhere, or nowhere."""
    return any(name in given and getattr(asked, name) != getattr(link, name) for name in _PLACED)


def _check(call: Call, link: Link, asked: UpdateLink, given: set[str]) -> None:
    """Raises InvalidRequest or UnsafeDestination for what no confirmation would make possible."""
    destination = asked.destination if "destination" in given else link.destination
    slug = asked.slug if "slug" in given else None
    links.checked(links.NewLink(destination or "", call.own_hosts, slug=slug, details=link.details), call.now_ms)


def _asked_back(call: Call, link: Link, purpose: str, effect: str) -> shapes.Outcome:
    given = confirmations.given(call.who.organization, purpose, call.now_ms)
    return {
        "done": False,
        "effect": effect,
        "link": shapes.link(link, call.base, call.now_ms),
        "confirmation": given.text,
        "confirm_until": iso_time(given.until_ms),
    }


def _done(call: Call, link: Link, effect: str) -> shapes.Outcome:
    return {"done": True, "effect": effect, "link": shapes.link(link, call.base, call.now_ms)}


def _purpose(link: Link, version: int | None, asked: Arguments) -> str:
    """What a confirmation is for: the tool, all of its arguments, and the link as it is, by the version of its item."""
    arguments = asked.model_dump(exclude={"link", "confirmation"}, exclude_unset=True)
    return json.dumps([asked.__class__.__name__, link.number, version, arguments], sort_keys=True)


def _effect(call: Call, link: Link, asked: UpdateLink, given: set[str]) -> str:
    """What an edit does, a sentence for each part; what others wrote stands between quotes."""
    said = []
    if "destination" in given and asked.destination != link.destination:
        said.append(f"Everybody who scans {call.base}/{link.slug} is led to {json.dumps(asked.destination)}.")
    if "slug" in given and asked.slug != link.slug:
        said.append(
            f"The short link becomes {call.base}/{asked.slug}; every code that is printed with {call.base}/{link.slug} "
            "stops working for ever."
        )
    others = sorted(given - set(_PLACED))
    return " ".join([*said, *([f"Sets {', '.join(others)}."] if others else [])]) or "Nothing changes."


def _loss(call: Call, link: Link, erase: bool) -> str:
    scans = reports.scans_ever(call.who, link)
    named = f"{call.base}/{link.slug} ({json.dumps(link.label)})" if link.label else f"{call.base}/{link.slug}"
    ended = f"Ends the short link {named} for ever: codes that are printed with it stop working, and its slug is "
    counted = f"{scans:,} scan{'' if scans == 1 else 's'}"
    kept = (
        f"Erases all that was counted for it too ({counted}), which is then in no total any more."
        if erase
        else f"What was counted for it ({counted}) stays in the numbers, under the id {ids.spell('dc', link.number)}."
    )
    return f"{ended}never given out again. {kept}"
