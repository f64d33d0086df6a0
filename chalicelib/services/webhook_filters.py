"""What an endpoint's filters name: links, QR codes and campaigns by their ids in any spelling."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from chalicelib import ids
from chalicelib.core.endpoints import Filters
from chalicelib.core.links import DELETED
from chalicelib.errors import InvalidRequest
from chalicelib.store import campaigns, codes, links

Known = Callable[[Collection[int]], set[int]]


@dataclass(frozen=True, slots=True)
class FilterIds:
    """The ids that somebody named, in any spelling; none at all filters nothing."""

    links: Sequence[str] = ()
    codes: Sequence[str] = ()
    campaigns: Sequence[str] = ()


def found(organization: int, wanted: FilterIds) -> Filters:
    """The filters by numbers. Raises InvalidRequest that names what is not there, or not any more."""
    return Filters(
        _known("link_ids", "link", wanted.links, lambda numbers: _links(organization, numbers)),
        _known("qr_code_ids", "QR code", wanted.codes, lambda numbers: _codes(organization, numbers)),
        _known("campaign_ids", "campaign", wanted.campaigns, lambda numbers: campaigns.known(organization, numbers)),
    )


def _known(field: str, what: str, spelled: Sequence[str], known: Known) -> frozenset[int]:
    numbers = [ids.parse(each) for each in spelled]
    there = known({number for number in numbers if number is not None}) if spelled else set()
    for place, number in enumerate(numbers, 1):
        if number not in there:
            raise InvalidRequest.for_field(f"filters.{field}", f"there is no {what} with the id at place {place}")
    return frozenset(there)


def _links(organization: int, numbers: Collection[int]) -> set[int]:
    return {number for number, link in links.several(organization, numbers).items() if link.status != DELETED}


def _codes(organization: int, numbers: Collection[int]) -> set[int]:
    return {number for number, code in codes.several(organization, numbers).items() if code.deleted_ms is None}
