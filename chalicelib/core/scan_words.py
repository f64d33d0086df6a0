"""What the `qrcodes` API calls devices and browsers (docs/api-qrcodes.md has the words)."""

from typing import Final

from chalicelib.core import rollups as r
from chalicelib.core.agents import DESKTOP
from chalicelib.core.rollups import Rollup, amount, table

IOS: Final = "ios"
ANDROID: Final = "android"
OTHER: Final = "other"
DEVICES: Final = (IOS, ANDROID, DESKTOP, OTHER)

_SYSTEMS: Final = {"iOS": IOS, "iPadOS": IOS, "Android": ANDROID}
_BROWSERS: Final = {
    "Safari": "safari",
    "Chrome": "chrome",
    "Samsung Internet": "samsung_browser",
    "Firefox": "firefox",
    "Edge": "edge",
    "Opera": "opera",
}
BROWSERS: Final = (*_BROWSERS.values(), OTHER)


def device(device: str, os: str) -> str:
    """The word for a device of some class with an operating system: the system decides, where it is a phone's."""
    return _SYSTEMS.get(os, DESKTOP if device == DESKTOP else OTHER)


TABLES: Final = (r.TOTAL, r.OS, r.DEVICE)  # that `devices` is made of


def devices(rollup: Rollup) -> dict[str, int]:
    """Scans by those words; they add up to the total. Systems are too few to overflow their table."""
    systems = table(rollup, r.OS)
    counts = dict.fromkeys(DEVICES, 0)
    for name, word in _SYSTEMS.items():
        counts[word] += systems.get(name, 0)
    rest = amount(rollup, r.TOTAL) - counts[IOS] - counts[ANDROID]
    counts[DESKTOP] = min(table(rollup, r.DEVICE).get(DESKTOP, 0), rest)
    counts[OTHER] = rest - counts[DESKTOP]
    return counts


def browser(name: str) -> str:
    """The word for a browser, as it is counted or as the remainder of a full table."""
    return _BROWSERS.get(name, OTHER)
