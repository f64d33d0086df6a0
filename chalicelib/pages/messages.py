"""What a page says after a form was good. The address names it, so nobody else puts words into our mouth."""

from typing import Final

MESSAGES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-everywhere": "You are signed out, on every device.",
    "switched": "You are looking at another organization now.",
    "key-changed": "The key is changed, everywhere within 5 seconds.",
    "key-revoked": "The key is revoked, everywhere within 5 seconds.",
    "organization-renamed": "The organization has its new name.",
    "retention-changed": "Raw scans are kept as you say from now on.",
    "thresholds-changed": "Your thresholds hold from now on.",
    "member-added": "They are a member now, and can sign in with their address.",
    "role-changed": "They have their new role.",
    "member-removed": "They are no member any more; their keys and sessions have ended.",
    "webhook-changed": "The webhook is changed.",
    "webhook-paused": "The webhook is paused: nothing is posted to it.",
    "webhook-resumed": "The webhook is resumed: events are posted to it again.",
    "webhook-deleted": "The webhook and its secrets are deleted.",
    "test-delivered": "The test event arrived.",
    "redelivering": "It is being sent once more.",
    "replaying": "The replay is ordered.",
    "summary-made": "The summary is made. Send one now to see how it looks.",
    "summary-changed": "The summary is changed.",
    "summary-paused": "The summary is paused: nothing is sent.",
    "summary-resumed": "The summary is resumed: it is sent when it is due.",
    "summary-deleted": "The summary and its URL are deleted.",
}
