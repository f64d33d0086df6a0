"""Who operators' commands act for: an owner of the organization that is meant."""

import os
from typing import TYPE_CHECKING

from infra.attached import Attached
from infra.chosen import organization

if TYPE_CHECKING:
    from chalicelib.services.accounts import Caller


def owner(stack: Attached) -> "Caller":
    """An owner of the organization that ORGANIZATION names, else of the local stack's own, else of the only one.

    Call it after `attach`. Raises StackError, which lists what there is to choose from.
    """
    from chalicelib.core.accounts import OWNER, SCOPES
    from chalicelib.services import accounts
    from chalicelib.store import members
    from chalicelib.store.accounts import read_organization

    if stack.api_key and not os.environ.get("ORGANIZATION"):
        return accounts.authenticate(stack.api_key)
    number = organization()
    acting = next(member for member in members.everyone(number) if member.role == OWNER)
    return accounts.Caller(read_organization(number), acting.number, SCOPES)
