"""Keys, members and the organization: `/v1/api-keys` (of the `qpr` API), `/v1/members`, `/v1/organization`."""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from chalicelib import ids
from chalicelib.api import accounts_shapes as shapes
from chalicelib.api import dialects
from chalicelib.api.bodies import Body, Moment
from chalicelib.api.http import Api
from chalicelib.api.parameters import Flag, Text, Whole
from chalicelib.api.requests import Call
from chalicelib.core import limits
from chalicelib.core.accounts import MEMBER, ROLES, SCOPES
from chalicelib.core.names import LONGEST_EMAIL, LONGEST_NAME
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.services import accounts, assignments, keys, members
from chalicelib.services.keys import NewKey
from chalicelib.services.members import NewMember

bp = Api(__name__, dialects.QPR, tag="accounts")

LISTING: Final = "api-keys"
LIMIT: Final = Whole("limit", "Keys a page.", 50, 1, 200)
CURSOR: Final = Text("cursor", "The next_cursor of the page before.")
ENDED: Final = Flag("ended", "Also those that expired or were revoked within the last 30 days.")

Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
Email = Annotated[str, StringConstraints(max_length=LONGEST_EMAIL)]
Role = Annotated[str, Field(json_schema_extra={"enum": list(ROLES)})]
Scopes = Annotated[list[str], Field(max_length=len(SCOPES), json_schema_extra={"items": {"enum": sorted(SCOPES)}})]


class CreateKey(Body):
    """Without scopes it gets those of the key that makes it. With `client_id` it is a client's own, for its reports."""

    name: Name = ""
    prefix: str | None = Field(None, description="What the key begins with; `_test_` in it makes a test key.")
    scopes: Scopes | None = None
    expires_at: Moment | None = None
    client_id: str | None = None
    member_id: str | None = Field(None, description="Whose key it is; of the member who makes it by default.")


class EditKey(Body):
    name: Name | None = None
    scopes: Scopes | None = None


class RotateKey(Body):
    overlap_seconds: int = Field(86_400, ge=0, le=30 * 86_400, description="How long the old key goes on.")
    expires_at: Moment | None = Field(None, description="When the new key expires.")


class AddMember(Body):
    email: Email
    name: Name
    role: Role = MEMBER


class EditMember(Body):
    role: Role


class EditOrganization(Body):
    name: Name


@bp.operation(
    "POST",
    "/v1/api-keys",
    scope="api_keys:write",
    limit=limits.QPR_CREATES,
    body=CreateKey,
    answer=shapes.NewKey,
    status=201,
    errors=(NotFound,),
    asked={"name": "Kiosk", "scopes": ["qr:read", "analytics:read"]},
)
def create_key(call: Call) -> shapes.NewKey:
    """Make an API key.

    Its text is shown this once. It can do no more than the key that makes it.
    """
    body = call.body(CreateKey)
    new = NewKey(
        body.name,
        body.prefix,
        None if body.scopes is None else frozenset(body.scopes),
        body.expires_at,
        _client(call, body.client_id),
        _member(body.member_id),
    )
    made = keys.create(call.who, new, call.now_ms)
    return {**shapes.key(made.key, call.now_ms), "key": made.text}


@bp.operation(
    "GET",
    "/v1/api-keys",
    scope="api_keys:read",
    limit=limits.QPR_OTHER,
    parameters=(LIMIT, CURSOR, ENDED),
    answer=shapes.Keys,
)
def list_keys(call: Call) -> shapes.Keys:
    """List API keys, newest first."""
    page = keys.page(call.who, call.now_ms, call.read(LIMIT), call.before(CURSOR, LISTING), call.read(ENDED))
    answer: shapes.Keys = {"api_keys": [shapes.key(key, call.now_ms) for key in page.keys]}
    if page.next_before is not None:
        answer["next_cursor"] = call.cursor_before(LISTING, page.next_before)
    return answer


@bp.operation("GET", "/v1/api-keys/{key_id}", scope="api_keys:read", limit=limits.QPR_OTHER, answer=shapes.Key)
def get_key(call: Call, key_id: str) -> shapes.Key:
    """Read an API key."""
    return shapes.key(keys.get(call.who, key_id), call.now_ms)


@bp.operation(
    "PATCH",
    "/v1/api-keys/{key_id}",
    scope="api_keys:write",
    limit=limits.QPR_OTHER,
    body=EditKey,
    answer=shapes.Key,
    asked={"name": "Kiosk 2"},
)
def edit_key(call: Call, key_id: str) -> shapes.Key:
    """Change an API key's name or scopes."""
    body = call.body(EditKey)
    scopes = None if body.scopes is None else frozenset(body.scopes)
    return shapes.key(keys.update(call.who, key_id, keys.Edit(body.name, scopes)), call.now_ms)


@bp.operation(
    "POST",
    "/v1/api-keys/{key_id}/rotate",
    scope="api_keys:write",
    limit=limits.QPR_CREATES,
    body=RotateKey,
    answer=shapes.NewKey,
    status=201,
    asked={"overlap_seconds": 3600},
)
def rotate_key(call: Call, key_id: str) -> shapes.NewKey:
    """Put a new API key in the place of another, which goes on for a while.

    Without an overlap the old one ends at once, which is everywhere within 5 seconds.
    """
    body = call.body(RotateKey)
    made = keys.rotate(call.who, key_id, call.now_ms, body.overlap_seconds * 1000, body.expires_at)
    return {**shapes.key(made.key, call.now_ms), "key": made.text}


@bp.operation("DELETE", "/v1/api-keys/{key_id}", scope="api_keys:write", limit=limits.QPR_OTHER, answer=shapes.Gone)
def revoke_key(call: Call, key_id: str) -> shapes.Gone:
    """Revoke an API key, which is everywhere within 5 seconds."""
    key = keys.revoke(call.who, key_id, call.now_ms)
    return {"deleted": True, "id": ids.spell("key", key.number)}


@bp.operation(
    "POST",
    "/v1/members",
    scope="accounts:write",
    limit=limits.QPR_CREATES,
    body=AddMember,
    answer=shapes.MemberAnswer,
    status=201,
    asked={"email": "ada@example.com", "name": "Ada", "role": "admin"},
)
def add_member(call: Call) -> shapes.MemberAnswer:
    """Add a member."""
    body = call.body(AddMember)
    return shapes.member(members.add(call.who, NewMember(body.email, body.name, body.role), call.now_ms))


@bp.operation("GET", "/v1/members", scope="accounts:read", limit=limits.QPR_OTHER, answer=shapes.Members)
def list_members(call: Call) -> shapes.Members:
    """List the organization's members."""
    return {"members": [shapes.member(member) for member in members.everyone(call.who)]}


@bp.operation(
    "GET", "/v1/members/{member_id}", scope="accounts:read", limit=limits.QPR_OTHER, answer=shapes.MemberAnswer
)
def get_member(call: Call, member_id: str) -> shapes.MemberAnswer:
    """Read a member."""
    return shapes.member(members.get(call.who, member_id))


@bp.operation(
    "PATCH",
    "/v1/members/{member_id}",
    scope="accounts:write",
    limit=limits.QPR_OTHER,
    body=EditMember,
    answer=shapes.MemberAnswer,
    asked={"role": "member"},
)
def edit_member(call: Call, member_id: str) -> shapes.MemberAnswer:
    """Give a member another role. An owner always stays."""
    return shapes.member(members.change_role(call.who, member_id, call.body(EditMember).role))


@bp.operation(
    "DELETE",
    "/v1/members/{member_id}",
    scope="accounts:write",
    limit=limits.QPR_OTHER,
    answer=shapes.Gone,
    errors=(InvalidRequest,),
)
def remove_member(call: Call, member_id: str) -> shapes.Gone:
    """Remove a member, whose API keys end with that."""
    member = members.remove(call.who, member_id, call.now_ms)
    return {"deleted": True, "id": ids.spell("usr", member.number)}


@bp.operation(
    "GET", "/v1/organization", scope="accounts:read", limit=limits.QPR_OTHER, answer=shapes.OrganizationAnswer
)
def get_organization(call: Call) -> shapes.OrganizationAnswer:
    """Read the organization."""
    return shapes.organization(accounts.organization(call.who))


@bp.operation(
    "PATCH",
    "/v1/organization",
    scope="accounts:write",
    limit=limits.QPR_OTHER,
    body=EditOrganization,
    answer=shapes.OrganizationAnswer,
    asked={"name": "Acme"},
)
def edit_organization(call: Call) -> shapes.OrganizationAnswer:
    """Rename the organization."""
    return shapes.organization(accounts.rename(call.who, call.body(EditOrganization).name))


def _client(call: Call, spelled: str | None) -> int | None:
    return assignments.client_number(call.who, spelled, "client_id") or None


def _member(spelled: str | None) -> int | None:
    number = None if spelled is None else ids.parse(spelled)
    if spelled is not None and number is None:
        raise InvalidRequest.for_field("member_id", "is no member's id")
    return number
