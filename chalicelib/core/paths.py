"""What follows the host of a short link: a slug, and behind a dot the marker of a QR code."""

import re
from typing import Final

LONGEST: Final = 50
# Underscores come by imports only: capitals in a QR code have none.
SPELLED: Final = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")


def normalise(text: str) -> str:
    """The slug that a scanned path means: case does not matter. '' when no slug can be spelled so."""
    slug = text.lower() if text.isascii() else ""
    return slug if len(slug) <= LONGEST and SPELLED.fullmatch(slug) else ""


def parts(path: str) -> tuple[str, str]:
    """The slug and the marker in what follows the host: `spring.2` is the second QR code of `spring`."""
    slug, _, marker = path.partition(".")
    return normalise(slug), marker
