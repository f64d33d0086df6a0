"""Which thresholds there are: the organization's list, and a link's in its place."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from chalicelib.core.links import DELETED, Link
from chalicelib.core.thresholds import Thresholds, checked, in_force
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import accounts
from chalicelib.services import links as live
from chalicelib.services.accounts import Caller
from chalicelib.store import accounts as stored
from chalicelib.store import links
from chalicelib.store.transactions import Transaction

ATTEMPTS: Final = 8


class InForce(NamedTuple):
    """The thresholds that hold; `own` tells whether they were set for this very thing."""

    thresholds: Thresholds
    own: bool


def of_organization(caller: Caller) -> InForce:
    """Those of the caller's organization."""
    thresholds = accounts.organization(caller).thresholds
    return InForce(in_force(thresholds), thresholds is not None)


def set_for_organization(caller: Caller, given: Iterable[int] | None) -> InForce:
    """Give the caller's organization a list; None goes back to the default. Raises InvalidRequest, Unavailable."""
    stored.set_thresholds(caller.organization.number, None if given is None else checked(given))
    return of_organization(caller)


def of_link(caller: Caller, spelled: str) -> tuple[Link, InForce]:
    """A link and its thresholds. Raises NotFound."""
    return _with_thresholds(caller, live.get(caller, spelled))


def set_for_link(caller: Caller, spelled: str, given: Iterable[int] | None) -> tuple[Link, InForce]:
    """Give a link a list of its own; None goes back to its organization's.

    Raises NotFound, of a deleted one too, InvalidRequest, Unavailable.
    """
    thresholds = None if given is None else checked(given)
    for _ in range(ATTEMPTS):
        held = live.held(caller, spelled)
        if held.value.status == DELETED:
            raise NotFound.of("code")
        link = replace(held.value, details=replace(held.value.details, thresholds=thresholds))
        write = Transaction()
        links.put_again(write, held, link)
        if link == held.value or not write.commit():
            return _with_thresholds(caller, link)
    raise Unavailable.storage()


def _with_thresholds(caller: Caller, link: Link) -> tuple[Link, InForce]:
    own = link.details.thresholds
    return link, InForce(in_force(accounts.organization(caller).thresholds, own), own is not None)
