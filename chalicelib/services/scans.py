"""Scans one by one, as their organization sees them, each with the link that it is of."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.core.conversations import Conversation
from chalicelib.core.links import Link
from chalicelib.core.places import is_listed
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import counting, editing
from chalicelib.services.accounts import Caller
from chalicelib.store import links, scans


@dataclass(frozen=True, slots=True)
class LinkScan:
    """A scan, and its link as that is now."""

    scan: Scan
    link: Link


def get(caller: Caller, spelled: str, now_ms: int) -> LinkScan:
    """The scan with an id, after it was counted if it waits for that.

    Raises NotFound, also for one that is in no list: a bot's, one that was left out, one that cannot be counted.
    """
    key = ScanKey.parse(caller.organization.number, spelled)
    link = None if key is None else links.read(caller.organization.number, key.link)
    if key is None or link is None or key.ms < caller.organization.listed_from_ms(now_ms):
        raise NotFound.of("scan")
    for scan in _counted(key):
        if is_listed(scan):
            return LinkScan(scan, link.value)
    raise NotFound.of("scan")


def converse(caller: Caller, spelled: str, conversation: Conversation, now_ms: int) -> LinkScan:
    """Give a scan what is reported of its conversation. Raises what `get` does, and Unavailable."""
    editing.converse(get(caller, spelled, now_ms).scan.key, conversation, now_ms)
    return get(caller, spelled, now_ms)


def with_links(organization: int, found: Iterable[Scan]) -> list[LinkScan]:
    """Scans with their links, which are read at once. Those of a link that is being erased are left out."""
    listed = list(found)
    of = links.several(organization, {scan.key.link for scan in listed})
    return [LinkScan(scan, of[scan.key.link]) for scan in listed if scan.key.link in of]


def _counted(key: ScanKey) -> list[Scan]:
    """The scan, if there is one, as it is once it was folded, or as it is where folding has to wait."""
    found = scans.read([key])
    if any(scan.pending for scan in found):
        with suppress(Unavailable):
            counting.settle_pending(found)
        found = scans.read([key])
    return found
