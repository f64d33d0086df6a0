"""Spreading a link's scans before they come: for whoever knows that a campaign begins."""

from chalicelib.core.slots import expecting
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.store import links, spreads


def expect(slug: str, scans_a_second: int, now_ms: int) -> int:
    """Give a link slots for so many scans a second; how many it has then, which may have been more before.

    Raises NotFound for a slug that leads nowhere, InvalidRequest for less than one scan.
    """
    if scans_a_second < 1:
        raise InvalidRequest.for_field("SCANS", "must be 1 or more: the scans that come in the fullest second")
    place = links.of_slug(slug.lower())
    held = links.read(*place) if place else None
    if place is None or held is None:
        raise NotFound.of("link")
    organization, number = place
    spreads.raise_slots(organization, held.value, expecting(scans_a_second), now_ms)
    return spreads.slots(organization, number)
