"""The spill queue: scans that the redirect could not write are written later.

They are folded here as well, because the sweep looks only at the last minutes and a spilled scan may be days old:
the message goes only when the scan is counted.
"""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib import logs
from chalicelib.core.scans import ScanKey
from chalicelib.core.slots import REFUSED_GROWTH
from chalicelib.services import counting
from chalicelib.store import links, scans

THROTTLED: Final = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException"})


def write(message: Mapping[str, Any], now_ms: int) -> None:
    """Write the scan that a message carries, unless it is there already, and fold it.

    A scan that was spilled because its partition was throttled asks for more slots. One whose link is erased may have
    been written and deleted by another delivery: it is let go. One that is older than raw scans are kept may have been
    counted and deleted, when its message was put back into the queue by hand: it is left out.
    """
    attributes = message["scan"]
    key = ScanKey.of(attributes["pk"], attributes["sk"])
    terms = links.terms([(key.organization, key.link)]).get((key.organization, key.link))
    if terms is None:
        return
    if _is_expired(terms.expires(key.ms), now_ms):
        logs.report("spilled scan is too old", scan=key.sort)
        return
    if message["error"] in THROTTLED:
        counting.grow(key.organization, key.link, REFUSED_GROWTH, key.ms)
    scans.put_new(attributes)
    counting.settle_pending(scans.read([key]))


def _is_expired(expires: int | None, now_ms: int) -> bool:
    return expires is not None and expires * 1000 <= now_ms
