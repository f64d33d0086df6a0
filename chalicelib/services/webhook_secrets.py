"""Secrets of webhook endpoints, of which an endpoint has the names alone.

A secret is kept before the endpoint names it, so that no endpoint is without; it is forgotten again when the endpoint
does not come to name it:

    keep the secret ... write the endpoint ... answer its text, once
    keep the secret ... the write fails ...... is it named after all? no: forget it
"""

from collections.abc import Callable

from chalicelib.core import endpoint_secrets
from chalicelib.core.endpoints import Endpoint
from chalicelib.errors import InvalidRequest
from chalicelib.store import endpoints, secrets


def kept(endpoint: Endpoint, text: str, write: Callable[[str], Endpoint]) -> Endpoint:
    """Keep a secret, and do what makes the endpoint name it; when that fails, forget the secret again."""
    name = secrets.put(endpoint.organization, text)
    try:
        return write(name)
    except Exception:
        if not is_named(endpoint, name):
            secrets.delete([name])
        raise


def is_named(endpoint: Endpoint, secret: str) -> bool:
    """Whether the stored endpoint has a secret: a write that failed may have been done all the same."""
    found = endpoints.read(endpoint.organization, endpoint.number)
    return found is not None and any(each.name == secret for each in found.value.secrets)


def check_fit(endpoint: Endpoint, format: str, now_ms: int) -> None:
    """Secrets that were brought along for one format may not do for another. Raises InvalidRequest, Unavailable."""
    texts = secrets.read(endpoint.receiver().signing(now_ms))
    if not all(endpoint_secrets.fits(text, format) for text in texts.values()):
        problem = f"{format} cannot be signed with the secrets of this webhook: rotate them out first"
        raise InvalidRequest.for_field("format", problem)
