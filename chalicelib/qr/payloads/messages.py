"""What opens a message or a call. Each raises InvalidRequest naming the field that is wrong."""

import re
from urllib.parse import quote

from chalicelib.qr.payloads.entered import Fields, number, optional, required, wrong

_EMAIL = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+")


def email(fields: Fields) -> str:
    """RFC 6068, section 2: the address and each header field are percent-encoded; section 5: a line ends with CRLF.

    segno's helper leaves the address as it is, ends lines with LF, and begins a body without a subject with `&`.
    """
    address = required(fields, "email").strip()
    if not _EMAIL.fullmatch(address):
        raise wrong("email", "must be an email address")
    headers = [(name, optional(fields, name)) for name in ("subject", "body")]
    query = "&".join(f"{name}={_quoted(value)}" for name, value in headers if value)
    return f"mailto:{quote(address, safe='@+')}" + (f"?{query}" if query else "")


def phone(fields: Fields) -> str:
    """RFC 3966."""
    return f"tel:{number(fields)}"


def sms(fields: Fields) -> str:
    """The form that phones' cameras read; RFC 5724's `sms:` has no agreed way to carry a text."""
    message = optional(fields, "message")
    return f"SMSTO:{number(fields)}" + (f":{message}" if message else "")


def whatsapp(fields: Fields) -> str:
    """WhatsApp's own short link: digits alone, the text percent-encoded."""
    message = optional(fields, "message")
    return f"https://wa.me/{number(fields).lstrip('+')}" + (f"?text={quote(message, safe='')}" if message else "")


def _quoted(text: str) -> str:
    return quote(text.replace("\n", "\r\n"), safe="")
