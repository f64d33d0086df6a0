"""What a page says after a form was good. The address names it, so nobody else puts words into our mouth."""

from typing import Final

MESSAGES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-everywhere": "You are signed out, on every device.",
    "link-created": "Your link is ready.",
    "link-edited": "Saved. Whoever scans now is led by what you see here.",
    "link-paused": "The link is paused: it leads nowhere until you resume it.",
    "link-resumed": "The link leads on again.",
    "link-archived": "The link is archived: it leads nowhere any more, and its numbers stay.",
    "link-erased": "The link is gone; its scans are being erased.",
    "switched": "You are looking at another organization now.",
    "key-changed": "The key is changed, everywhere within 5 seconds.",
    "key-revoked": "The key is revoked, everywhere within 5 seconds.",
    "organization-renamed": "The organization has its new name.",
    "retention-changed": "Raw scans are kept as you say from now on.",
    "thresholds-changed": "Your thresholds hold from now on.",
    "member-added": "They are a member now, and can sign in with their address.",
    "role-changed": "They have their new role.",
    "member-removed": "They are no member any more; their keys and sessions have ended.",
    "code-saved": "The QR code is saved. Download it, or print it.",
    "code-deleted": "The QR code is off the list. What is printed of it goes on working.",
}
