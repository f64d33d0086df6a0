"""The spill queue: scans that the redirect could not write are written later.

They are folded here as well, because the sweep looks only at the last minutes and a spilled scan may be days old:
the message goes only when the scan is counted.
"""

from collections.abc import Iterable
from typing import Any

from chalicelib.core.scans import ScanKey
from chalicelib.services import counting
from chalicelib.store import scans


def write(arrivals: Iterable[dict[str, Any]]) -> None:
    """Write scans as the redirect described them, unless they are there already, and fold them."""
    keys: list[ScanKey] = []
    for attributes in arrivals:
        scans.put_new(attributes)
        keys.append(ScanKey.of(attributes["pk"], attributes["sk"]))
    counting.settle(scan for scan in scans.read(keys) if scan.pending)
