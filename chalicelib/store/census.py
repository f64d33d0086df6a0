"""Every link of an organization, in the order of numbers: also those that are being erased, which still count."""

from collections.abc import Iterator

from chalicelib.core.slots import Spread
from chalicelib.store.links import LinkItem
from chalicelib.store.spreads import SlotsItem, spread_of


def links_after(organization: int, after: int) -> Iterator[int]:
    """The numbers of the links beyond a number, consistently."""
    beyond = LinkItem.sk.between(f"link#{after + 1:016}", "link#~")
    for found in LinkItem.query(str(organization), beyond, consistent_read=True, attributes_to_get=["sk"]):
        yield int(found.sk.removeprefix("link#"))


def slots(organization: int) -> dict[int, int]:
    """The slots of every link that has more than one, consistently."""
    return {link: spread.slots for link, spread in spreads(organization).items()}


def spreads(organization: int) -> dict[int, Spread]:
    """How the links are spread that have more than one slot or are being recounted, or were, consistently."""
    known = SlotsItem.sk.between("slots#0", "slots#~")
    found = SlotsItem.query(str(organization), known, consistent_read=True)
    return {int(item.sk.removeprefix("slots#")): spread_of(item) for item in found}
