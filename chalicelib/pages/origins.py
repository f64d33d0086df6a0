"""Whose page a form was sent from: nobody else's may change anything here."""

from collections.abc import Mapping

from chalicelib.api.requests import origin_of
from chalicelib.errors import Forbidden


def check_own(headers: Mapping[str, str], base: str) -> None:
    """Raises Forbidden unless a request that changes something comes from a page of ours.

    Browsers say where from: `Origin` with each POST, `Sec-Fetch-Site` where the connection is safe. What says nothing
    is no browser with a session of ours.
    """
    origin = headers.get("origin", "")
    if origin != origin_of(base) or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden.other_site()
