"""Addresses of the web, and plain text."""

import re
from urllib.parse import urlsplit

from chalicelib.qr.payloads.entered import Fields, required, wrong


def url(fields: Fields) -> str:
    """An absolute address, `https` unless it says otherwise. Raises InvalidRequest."""
    address = required(fields, "url").strip()
    address = address if "://" in address else f"https://{address}"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise wrong("url", "must be a valid URL") from error
    broken = re.search(r"[\s\x00-\x1f\x7f-\x9f\\]", address)
    if parts.scheme not in ("http", "https") or not parts.hostname or broken:
        raise wrong("url", "must be an absolute http or https URL")
    return address


def text(fields: Fields) -> str:
    """What was entered. Raises InvalidRequest."""
    return required(fields, "text")
