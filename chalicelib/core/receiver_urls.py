"""Where events may be posted: to https URLs on public hosts, and nowhere inside.

Names are judged by their spelling here; what they resolve to is looked at when something is posted, each time anew.
"""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from chalicelib.core import destinations
from chalicelib.errors import InvalidRequest

LONGEST: Final = 2_048  # characters

_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80
_FIRST_OF_ANYBODY: Final = 1_024  # below are the ports of mail servers and the like


def check(url: str, own_hosts: Collection[str], *, local: bool, field: str = "url") -> None:
    """Refuse what is no receiver's URL. `local` admits http, this machine, and our own hosts: for trying it out.

    Raises InvalidRequest, UnsafeDestination that name the field.
    """
    if len(url) > LONGEST:
        raise InvalidRequest.for_field(field, f"must be at most {LONGEST:,} characters")
    host = destinations.host_of(url, field)
    if not local and not url.lower().startswith("https:"):
        raise InvalidRequest.for_field(field, "must be an https URL")
    port = urlsplit(url).port
    if port not in (None, _HTTPS_PORT, _HTTP_PORT if local else None) and (port or 0) < _FIRST_OF_ANYBODY:
        raise InvalidRequest.for_field(field, f"must have the port {_HTTPS_PORT}, or one from {_FIRST_OF_ANYBODY:,} on")
    if not (local and destinations.is_loopback(host)):
        destinations.check(url, () if local else own_hosts, field)
