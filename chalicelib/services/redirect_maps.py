"""Where an organization's slugs lead now, for a static redirect map."""

from chalicelib.core.links import ACTIVE, Link
from chalicelib.core.static_redirects import Hop
from chalicelib.store import links


def hops(organization: int, now_ms: int) -> list[Hop]:
    """One for each link that is not deleted, the oldest first. Raises Unavailable."""
    return [hop(link, now_ms) for link in reversed(list(links.newest_first(organization, None)))]


def hop(link: Link, now_ms: int) -> Hop:
    """Where a link leads now, as the redirect would; nowhere unless it is active."""
    state = link.state(now_ms)
    url = link.location if state == ACTIVE else ""
    return Hop(link.slug, url, link.redirect_type, state, link.markers)
