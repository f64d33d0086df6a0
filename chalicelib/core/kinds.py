"""Kinds of payloads: what a phone does with what a QR code holds."""

import re
from typing import Final

URL: Final = "url"
TEXT: Final = "text"
EMAIL: Final = "email"
PHONE: Final = "phone"
SMS: Final = "sms"
WHATSAPP: Final = "whatsapp"
WIFI: Final = "wifi"
GEO: Final = "geo"
VCARD: Final = "vcard"
MECARD: Final = "mecard"
EVENT: Final = "event"
KINDS: Final = (URL, TEXT, EMAIL, PHONE, SMS, WHATSAPP, WIFI, GEO, VCARD, MECARD, EVENT)

# By what phones tell them apart; the first that fits is it. Schemes of addresses are read in any case (RFC 3986, 3.1).
_SIGNS: Final = (
    (VCARD, re.compile(r"BEGIN:VCARD\r?\n.*", re.IGNORECASE | re.DOTALL)),
    (EVENT, re.compile(r"(BEGIN:VCALENDAR\r?\n.*)?BEGIN:VEVENT\r?\n.*", re.IGNORECASE | re.DOTALL)),
    (MECARD, re.compile(r"MECARD:.*\bN:.*;", re.IGNORECASE | re.DOTALL)),
    (WIFI, re.compile(r"WIFI:(.*;)?S:.*", re.IGNORECASE | re.DOTALL)),
    (EMAIL, re.compile(r"mailto:\S+|MATMSG:(.*;)?TO:.*", re.IGNORECASE | re.DOTALL)),
    (SMS, re.compile(r"(sms|smsto):\+?[0-9*#().\-]+([?:;,].*)?", re.IGNORECASE | re.DOTALL)),
    (PHONE, re.compile(r"tel:[+0-9*#][^\s:]*", re.IGNORECASE)),
    (GEO, re.compile(r"geo:-?[0-9.]+,-?[0-9.]+([,;?]\S*)?", re.IGNORECASE)),
    (WHATSAPP, re.compile(r"https?://wa\.me/\S+|whatsapp://send\S*", re.IGNORECASE)),
    (URL, re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)),
)


def kind_of(payload: str) -> str:
    """What a payload is: the kind whose sign it has, TEXT for one without."""
    return next((kind for kind, sign in _SIGNS if sign.fullmatch(payload)), TEXT)
