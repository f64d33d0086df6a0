"""Test twins: what test keys do happens in an organization of its own, so its data and quotas are apart."""

import secrets
from dataclasses import replace
from typing import Final

from chalicelib import ids
from chalicelib.core.accounts import Member, Organization
from chalicelib.errors import NotFound, Unavailable
from chalicelib.store import accounts, members

ATTEMPTS: Final = 8


def twin_of(organization: int, member: int, now_ms: int) -> int:
    """The number of an organization's test twin, which has that member too; what is missing is made.

    A twin is its own. Raises NotFound for a member who is not there.
    """
    for _ in range(ATTEMPTS):
        live, acting = accounts.read_organization(organization), members.read(organization, member)
        if acting is None:
            raise NotFound.of("member")
        if live.test_of is not None:
            return organization
        if live.test is not None:
            members.put_missing(replace(acting, organization=live.test))
            return live.test
        _make(live, acting, now_ms)  # whoever makes it, all read the same one now
    raise Unavailable.storage()


def _make(live: Organization, acting: Member, now_ms: int) -> None:
    twin = replace(
        live,
        number=ids.new(now_ms),
        hashing_key=secrets.token_bytes(32),
        created_ms=now_ms,
        least_kept_days=live.keep_days,
        test_of=live.number,
    )
    accounts.put_twin(live.number, twin, replace(acting, organization=twin.number))
