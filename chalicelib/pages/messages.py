"""What a page says after a form was good. The address names it, so nobody else puts words into our mouth."""

from typing import Final

MESSAGES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-everywhere": "You are signed out, on every device.",
    "switched": "You are looking at another organization now.",
}
