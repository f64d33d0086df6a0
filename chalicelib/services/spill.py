"""The spill queue: scans that the redirect could not write are written later.

They are folded here as well, because the sweep looks only at the last minutes and a spilled scan may be days old:
the message goes only when the scan is counted.
"""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.core.scans import ScanKey
from chalicelib.services import counting
from chalicelib.store import scans

THROTTLED: Final = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException"})


def write(message: Mapping[str, Any]) -> None:
    """Write the scan that a message carries, unless it is there already, and fold it.

    A scan that was spilled because its partition was throttled asks for more slots.
    """
    attributes = message["scan"]
    key = ScanKey.of(attributes["pk"], attributes["sk"])
    if message["error"] in THROTTLED:
        counting.double(key.organization, key.link, key.ms)
    scans.put_new(attributes)
    counting.settle(scan for scan in scans.read([key]) if scan.pending)
