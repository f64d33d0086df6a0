"""Query parameters that are put into a destination: a link's UTM tags, and a scan's hand-over."""

from collections.abc import Mapping
from urllib.parse import quote, unquote_plus


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """A URL with these query parameters; its own of the same names give way, all else stays to the letter."""
    if not parameters:
        return url
    rest, hash_, fragment = url.partition("#")
    path, _, query = rest.partition("?")
    own = query.split("&") if query else []
    kept = [part for part in own if unquote_plus(part.partition("=")[0]) not in parameters]
    added = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters.items()]
    return f"{path}?{'&'.join([*kept, *added])}{hash_}{fragment}"
