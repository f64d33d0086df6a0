"""Links: create, find, edit, delete."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from chalicelib import ids
from chalicelib.core import slugs
from chalicelib.core.destinations import check
from chalicelib.core.links import ACTIVE, DEFAULT_REDIRECT, DELETED, PAUSED, REDIRECTS, Details, Link
from chalicelib.core.plans import Meter
from chalicelib.core.queries import with_parameters
from chalicelib.core.slots import Spread
from chalicelib.core.utm import Utm
from chalicelib.errors import InvalidRequest, NotFound, SlugTaken, Unavailable
from chalicelib.services import creating, listing, proving
from chalicelib.services.accounts import Caller
from chalicelib.services.creating import Created, OnceKey
from chalicelib.store import jobs, links, queues, spreads
from chalicelib.store.transactions import Refusal, Transaction
from chalicelib.store.versions import Held

ATTEMPTS: Final = 8
# The names of an edit that are set as they are given.
PLAIN: Final = frozenset({"destination", "label", "expires_ms", "redirect_type", "campaign", "client"})


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a link is made from. Without a slug it gets a random one. `own_hosts` are refused as destinations.

    `campaign` and `client` are numbers, 0 for none. `drawn_at` is where short links start, of one whose picture shall
    be proved; '' where nobody asks for a picture.
    """

    destination: str
    own_hosts: Collection[str]
    label: str | None = None
    slug: str | None = None
    status: str = ACTIVE
    expires_ms: int | None = None
    redirect_type: int = DEFAULT_REDIRECT
    campaign: int = 0
    client: int = 0
    details: Details = field(default_factory=Details)
    drawn_at: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What to change of a link: the names in `fields` are set to the values here, others stay.

    `details` are those of `Details` that change, by name; `utm` is what changes of its UTM parameters, `style` what
    changes of its style, where None takes away; `drawn_at` is as that of a new link.
    """

    fields: frozenset[str]
    own_hosts: Collection[str] = ()
    destination: str = ""
    label: str | None = None
    slug: str = ""
    status: str = ACTIVE
    pause_until_ms: int | None = None
    expires_ms: int | None = None
    redirect_type: int = DEFAULT_REDIRECT
    campaign: int = 0
    client: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    utm: Utm = field(default_factory=Utm)
    style: Mapping[str, Any] = field(default_factory=dict)
    drawn_at: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some links, newest first, and the number before which the next page begins; None at the end."""

    links: list[Link]
    next_before: int | None


def create(
    caller: Caller,
    new: NewLink,
    now_ms: int,
    shape: Callable[[Link], str],
    once: OnceKey | None = None,
    *,
    meter: Meter = Meter.QR_GENERATED,
    hourly: bool = False,
) -> Created:
    """A new link under the caller's limits; `shape` makes the body of the answer.

    A link counts as a QR code of the month, unless another `meter` is for it. `hourly` is the rule of the `dynamic`
    API, so many creates an hour. Raises InvalidRequest, UnsafeDestination, SlugTaken, and what `creating.create`
    raises.
    """
    make = _maker(caller.organization.number, caller.organization.hashing_key, new, now_ms, shape)
    return creating.create(caller, make, now_ms, once, meter=meter, hourly=hourly)


def checked(new: NewLink, now_ms: int) -> NewLink:
    """What a link can be made from, its slug as it is stored. Raises InvalidRequest, UnsafeDestination."""
    _check(new.destination, new.own_hosts, new.details.utm)
    _check_terms(new.redirect_type, new.expires_ms, now_ms)
    return new if new.slug is None else replace(new, slug=slugs.check_custom(new.slug))


def built(organization: int, new: NewLink, now_ms: int) -> Link:
    """A link with a number of its own, made from what was checked; nothing is written. Raises Unscannable."""
    link = Link(
        organization=organization,
        number=ids.new(now_ms),
        slug=new.slug or slugs.random_slug(),
        destination=new.destination,
        created_ms=now_ms,
        label=new.label,
        status=new.status,
        expires_ms=new.expires_ms,
        redirect_type=new.redirect_type,
        custom=new.slug is not None,
        campaign=new.campaign,
        client=new.client,
        details=new.details,
    )
    return proving.of_link(link, new.drawn_at) if new.drawn_at else link


def seed(caller: Caller, new: NewLink, now_ms: int) -> Link:
    """A new link outside all limits, for the demo."""
    made: list[Link] = []

    def shape(link: Link) -> str:
        made.append(link)
        return ""

    creating.create_unlimited(_maker(caller.organization.number, caller.organization.hashing_key, new, now_ms, shape))
    return made[-1]


def get(caller: Caller, spelled: str) -> Link:
    """The link with an id in any spelling. Raises NotFound."""
    return held(caller, spelled).value


def counted(caller: Caller, spelled: str) -> tuple[Link, Spread]:
    """As `get`, with how its scans are spread: what a report of it begins with, in one request. Raises NotFound."""
    number = ids.parse(spelled)
    found, spread = (None, Spread()) if number is None else spreads.with_link(caller.organization.number, number)
    if found is None:
        raise NotFound.of("code")
    return found.value, spread


def held(caller: Caller, spelled: str) -> Held[Link]:
    """The link with an id in any spelling, as it is read before it is changed. Raises NotFound."""
    number = ids.parse(spelled)
    found = None if number is None else links.read(caller.organization.number, number)
    if found is None:
        raise NotFound.of("code")
    return found


def page(
    caller: Caller, limit: int, before: int | None, search: str = "", wanted: Callable[[Link], bool] | None = None
) -> Page:
    """Links newest first; a search (in label, slug and destination) as in `listing.page`, and only the `wanted`."""
    found, next_before = listing.page(
        links.newest_first(caller.organization.number, before, page_size=None if search or wanted else limit + 1),
        limit,
        lambda link: (
            listing.matches(search, (link.label, link.slug, link.destination)) and (wanted is None or wanted(link))
        ),
    )
    return Page(found, next_before)


def edit(caller: Caller, spelled: str, change: Edit, now_ms: int) -> Link:
    """Change a link. Raises NotFound (of a deleted one too), InvalidRequest, UnsafeDestination, SlugTaken."""
    for _ in range(ATTEMPTS):
        before = held(caller, spelled)
        if before.value.status == DELETED:
            raise NotFound.of("code")
        edited = replace(_edited(before.value, change, now_ms), updated_ms=now_ms)
        if change.drawn_at:
            edited = proving.of_edited_link(edited, before.value, change.drawn_at)
        write = Transaction()
        slots = spreads.slots(edited.organization, edited.number)
        links.replace(write, before, edited, caller.organization.hashing_key, slots)
        refusals = write.commit()
        if not refusals:
            return edited
        refused = {refusal.subject for refusal in refusals if refusal.condition}
        if "slug" in refused and "link" not in refused:  # else the slug may be ours by now: look again
            raise SlugTaken.of(edited.slug)
    raise Unavailable.storage()


def delete(caller: Caller, spelled: str, now_ms: int) -> Link:
    """Take a link out of every list and end its redirect, for ever; it stays readable by its id. Raises NotFound."""
    for _ in range(ATTEMPTS):
        before = held(caller, spelled)
        if before.value.status == DELETED:
            raise NotFound.of("code")
        deleted = replace(before.value, status=DELETED, pause_until_ms=None, updated_ms=now_ms)
        write = Transaction()
        links.put_again(write, before, deleted)
        links.retire(write, before.value)
        if not write.commit():
            return deleted
    raise Unavailable.storage()


def erase(caller: Caller, spelled: str, now_ms: int) -> Link:
    """Delete a link and everything counted for it: it is gone at once, its scans within the background job."""
    for _ in range(ATTEMPTS):
        before = held(caller, spelled)
        link = before.value
        write = Transaction()
        links.erase(write, before)
        jobs.put_erase(write, link, now_ms)
        if not write.commit():
            with suppress(Unavailable):  # the order stands: the sweep sends it again
                queues.send_job({"organization": link.organization, "erase": link.number})
            return link
    raise Unavailable.storage()


def _maker(
    organization: int, hashing_key: bytes, new: NewLink, now_ms: int, shape: Callable[[Link], str]
) -> creating.Make:
    sound, made = checked(new, now_ms), list[Link]()

    def make(write: Transaction, refusals: list[Refusal]) -> str:
        if sound.slug and any(refusal.subject == "slug" and refusal.condition for refusal in refusals):
            raise SlugTaken.of(sound.slug)
        if not made or not creating.others_create(refusals):  # a picture takes long to prove: else it is the same
            made[:] = [built(organization, sound, now_ms)]
        links.put_new(write, made[0], hashing_key)
        return shape(made[0])

    return make


def _edited(link: Link, change: Edit, now_ms: int) -> Link:
    """The link after an edit. A pause with an end pauses; making active ends every pause."""
    values: dict[str, Any] = {name: getattr(change, name) for name in PLAIN & change.fields}
    if "slug" in change.fields and change.slug != link.slug:
        values |= {"slug": slugs.check_custom(change.slug), "custom": True}
    details = {
        "utm": change.utm.added_to(link.details.utm),
        "style": _restyled(link.details.style, change.style),
        **change.details,
    }
    edited = replace(link, **values, details=replace(link.details, **details))
    if "destination" in change.fields or edited.details.utm != link.details.utm:
        _check(edited.destination, change.own_hosts, edited.details.utm)
    _check_terms(edited.redirect_type, change.expires_ms, now_ms)
    return _paused(edited, change, now_ms)


def _restyled(style: Mapping[str, str], change: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in {**style, **change}.items() if value is not None}


def _check(destination: str, own_hosts: Collection[str], utm: Mapping[str, str]) -> None:
    check(destination, own_hosts)
    check(with_parameters(destination, utm), own_hosts)  # it may be too long only with them


def _check_terms(redirect_type: int, expires_ms: int | None, now_ms: int) -> None:
    if redirect_type not in REDIRECTS:
        raise InvalidRequest.for_field("redirect_type", f"must be one of {', '.join(map(str, REDIRECTS))}")
    if expires_ms is not None and expires_ms <= now_ms:
        raise InvalidRequest.for_field("expires_at", "must be in the future")


def _paused(link: Link, change: Edit, now_ms: int) -> Link:
    if link.state(now_ms) == ACTIVE:  # a pause that is over does not come back when its end is taken away
        link = replace(link, status=ACTIVE, pause_until_ms=None)
    if "status" in change.fields:
        link = replace(link, status=change.status, pause_until_ms=None)
    until = change.pause_until_ms
    if "pause_until" not in change.fields:
        return link
    if until is None:
        return replace(link, pause_until_ms=None)
    if until <= now_ms:
        raise InvalidRequest.for_field("pause_until", "must be in the future")
    if "status" in change.fields and change.status == ACTIVE:
        raise InvalidRequest.for_field("pause_until", "cannot be set together with status active")
    return replace(link, status=PAUSED, pause_until_ms=until)
