"""Payloads of static codes: what a symbol holds, built from named fields.

url       url                                    text      text
email     email (or to), subject, body           phone     phone
sms       phone, message                         whatsapp  phone, message
wifi      ssid, password, encryption (WPA, WEP, nopass), hidden
geo       latitude, longitude (or lat, lng)
vcard     name, or first_name and last_name (or firstName, lastName); organization (or org), title, phone, email,
          url, address, city, region, postal_code, country, note; without any name the phone or email stands for it
mecard    the same without title: shorter, for symbols that must be small
event     title (or summary), start, end or duration, location, description, url

segno's helpers escape what they get right; where they do not, the reason stands beside what is done instead.
"""

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.core import kinds
from chalicelib.core.codes import check_payload
from chalicelib.errors import InvalidRequest
from chalicelib.qr.payloads import addresses, contacts, events, messages, places
from chalicelib.qr.payloads.entered import Fields

BUILDERS: Final[Mapping[str, Callable[[Fields], str]]] = {
    kinds.URL: addresses.url,
    kinds.TEXT: addresses.text,
    kinds.EMAIL: messages.email,
    kinds.PHONE: messages.phone,
    kinds.SMS: messages.sms,
    kinds.WHATSAPP: messages.whatsapp,
    kinds.WIFI: places.wifi,
    kinds.GEO: places.geo,
    kinds.VCARD: contacts.vcard,
    kinds.MECARD: contacts.mecard,
    kinds.EVENT: events.event,
}


def build(kind: str, fields: Fields) -> str:
    """The payload of a code, of at most 2,048 bytes of UTF-8.

    Raises InvalidRequest naming `type`, the field as `fields.<name>`, or `fields` when they make too long a payload.
    """
    builder = BUILDERS.get(kind)
    if builder is None:
        raise InvalidRequest.for_field("type", f"must be one of {', '.join(BUILDERS)}")
    return check_payload(builder(fields), "fields")
