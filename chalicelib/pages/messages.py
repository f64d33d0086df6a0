"""What a page says after a form was good. The address names it, so nobody else puts words into our mouth."""

from typing import Final

MESSAGES: Final = {
    "signed-out": "You are signed out.",
    "signed-out-everywhere": "You are signed out, on every device.",
    "switched": "You are looking at another organization now.",
    "key-changed": "The key is changed, everywhere within 5 seconds.",
    "key-revoked": "The key is revoked, everywhere within 5 seconds.",
    "campaign-made": "The campaign is made. Now say which links are in it.",
    "campaign-changed": "The campaign is changed.",
    "campaign-deleted": "The campaign is deleted; its links are there as before.",
    "client-made": "The client is made. Now say which links are its own.",
    "client-changed": "The client is changed.",
    "client-deleted": "The client is deleted, and its keys have ended; its links and campaigns are there as before.",
    "links-chosen": "The links are assigned. They count with their whole past.",
    "links-unchanged": "Nothing was changed.",
    "shared": "The address is ready to be passed on.",
    "share-revoked": "That address shows nothing any more.",
    "organization-renamed": "The organization has its new name.",
    "retention-changed": "Raw scans are kept as you say from now on.",
    "thresholds-changed": "Your thresholds hold from now on.",
    "member-added": "They are a member now, and can sign in with their address.",
    "role-changed": "They have their new role.",
    "member-removed": "They are no member any more; their keys and sessions have ended.",
}
