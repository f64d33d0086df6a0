"""What one scan says in a list or an export of the `qrcodes` API, in the words of its document."""

from typing import Final

from chalicelib.core import scan_words
from chalicelib.core.days import iso_time
from chalicelib.core.scans import Scan

QRCODES_FIELDS: Final = ("id", "timestamp", "country", "region", "city", "device", "browser", "is_unique")


def qrcodes(scan: Scan) -> dict[str, object]:
    """A counted scan, in the order of QRCODES_FIELDS. What is not known of its place is None."""
    facts = scan.counted or scan.facts
    return {
        "id": scan.key.id,
        "timestamp": iso_time(scan.key.ms),
        "country": facts.country or None,
        "region": facts.region_name or facts.region or None,
        "city": facts.city or None,
        "device": scan_words.device(facts.device, facts.os),
        "browser": scan_words.browser(facts.browser),
        "is_unique": bool(scan.first),
    }
