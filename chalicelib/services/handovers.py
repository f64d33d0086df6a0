"""Who reports on a scan with the token that the redirect handed over, in an API key's place."""

from chalicelib.core import handover
from chalicelib.core.scans import ScanKey
from chalicelib.errors import Unauthorized
from chalicelib.services.callers import Caller
from chalicelib.store import accounts


def looks_like_token(text: str) -> bool:
    """Whether this has the form of a scan's token. No API key has, nor any bearer token of the `qr` API."""
    return handover.claim(text) is not None


def authenticate(token: str, scan_id: str, now_ms: int) -> Caller:
    """Who may report on this one scan, its id in any spelling. Raises Unauthorized.

    They may do nothing else, so they have no scopes; each scan counts for itself in limits.
    """
    said = handover.claim(token)
    organization = accounts.find_organization(said.organization) if said else None
    key = ScanKey.parse(organization.number, scan_id) if organization else None
    if said is None or organization is None or key is None:
        raise Unauthorized.invalid_token()
    if not handover.is_valid(said, organization.hashing_key, key.id, now_ms):
        raise Unauthorized.invalid_token()
    return Caller(organization, member=0, scopes=frozenset(), key=int(key.random, 16), by_token=True)
