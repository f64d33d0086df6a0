"""Lists of links by page number and state, with their total."""

from itertools import islice

from chalicelib.core.links import Link
from chalicelib.services import links
from chalicelib.services.accounts import Caller


def in_state(caller: Caller, state: str, limit: int, offset: int, now_ms: int) -> tuple[list[Link], int]:
    """At most `limit` links that are in a state now ('' for any) behind `offset` of them, newest first, and how many
    there are in all. The state depends on the time, so all of an organization's links are read."""
    wanted = (link for link in links.every(caller) if state in ("", link.state(now_ms)))
    before = sum(1 for _ in islice(wanted, offset))
    found = list(islice(wanted, limit))
    return found, before + len(found) + sum(1 for _ in wanted)
