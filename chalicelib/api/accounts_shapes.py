"""What the routes of keys, members and the organization answer with."""

from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Time, one_of, said
from chalicelib.core import key_texts
from chalicelib.core.accounts import ROLES, ApiKey, Member, Organization
from chalicelib.core.days import iso_time, iso_time_if_any

ACTIVE: Final = "active"
EXPIRED: Final = "expired"
REVOKED: Final = "revoked"


class Key(TypedDict):
    """An API key without its secret."""

    id: Annotated[str, said("The key's id.", "key_akn2ybt1za")]
    name: str
    hint: Annotated[str, said("What the key begins with, to tell it from others.", "qz_live_Ab3d")]
    scopes: Annotated[list[str], said("What it may do.", ["analytics:read", "qr:read"])]
    test: Annotated[bool, said("Whether it is of the test twin, whose data and quotas are apart.")]
    member_id: Annotated[str, said("Whose key it is.")]
    client_id: Annotated[str | None, said("The client whose own, read-only key it is.")]
    status: Annotated[str, one_of(ACTIVE, EXPIRED, REVOKED)]
    created_at: Time
    expires_at: Time | None
    last_used_at: Annotated[Time | None, said("Right to the hour.")]
    revoked_at: Time | None


class NewKey(Key):
    """A new API key. Its text is shown this once: only a hash of it is stored."""

    key: Annotated[str, said("The key itself.")]


class Keys(TypedDict):
    """Keys, newest first."""

    api_keys: list[Key]
    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class MemberAnswer(TypedDict):
    """Somebody who acts for the organization."""

    id: Annotated[str, said("The member's id.", "usr_akmvj71hvw")]
    email: str
    name: str
    role: Annotated[str, one_of(*ROLES)]
    created_at: Time


class Members(TypedDict):
    """All members, in the order in which they came."""

    members: list[MemberAnswer]


class OrganizationAnswer(TypedDict):
    """The organization that the key belongs to."""

    id: Annotated[str, said("The organization's id.", "org_akmvj71hvw")]
    name: str
    plan: str
    test: Annotated[bool, said("Whether this is the test twin, whose data and quotas are apart.")]
    created_at: Time


class Gone(TypedDict):
    """What was deleted, or revoked."""

    deleted: Literal[True]
    id: str


def key(key: ApiKey, now_ms: int) -> Key:
    return {
        "id": ids.spell("key", key.number),
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(key.scopes),
        "test": key_texts.is_test(key.prefix),
        "member_id": ids.spell("usr", key.member),
        "client_id": None if key.client is None else ids.spell("client", key.client),
        "status": _status(key, now_ms),
        "created_at": iso_time(key.created_ms),
        "expires_at": iso_time_if_any(key.expires_ms),
        "last_used_at": iso_time_if_any(key.last_used_ms),
        "revoked_at": iso_time_if_any(key.revoked_ms),
    }


def member(member: Member) -> MemberAnswer:
    return {
        "id": ids.spell("usr", member.number),
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "created_at": iso_time(member.created_ms),
    }


def organization(organization: Organization) -> OrganizationAnswer:
    return {
        "id": ids.spell("org", organization.number),
        "name": organization.name,
        "plan": organization.plan,
        "test": organization.test_of is not None,
        "created_at": iso_time(organization.created_ms),
    }


def _status(key: ApiKey, now_ms: int) -> str:
    if key.revoked_ms is not None:
        return REVOKED
    return EXPIRED if key.ended(now_ms) else ACTIVE
