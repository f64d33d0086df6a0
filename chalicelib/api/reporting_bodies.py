"""What the `reporting` API is asked to write, and what it asks the services for then."""

from typing import Annotated, Final, Literal

from pydantic import Field

from chalicelib.api.bodies import Body
from chalicelib.api.requests import Call
from chalicelib.services import assignments, campaigns, clients

MOST_ASSIGNED: Final = 100

QrIds = Annotated[list[str], Field(max_length=MOST_ASSIGNED)]


class AssignQr(Body):
    campaign_id: str | None = Field(None, alias="campaignId")
    client_id: str | None = Field(None, alias="clientId")


class CreateCampaign(Body):
    name: str
    client_id: str | None = Field(None, alias="clientId")
    qr_ids: QrIds = Field(default_factory=list, alias="qrIds")


class EditCampaign(Body):
    name: str = ""
    client_id: str | None = Field(None, alias="clientId")
    qr_ids: QrIds = Field(default_factory=list, alias="qrIds")


class CreateClient(Body):
    name: str
    status: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"
    qr_ids: QrIds = Field(default_factory=list, alias="qrIds")


class EditClient(Body):
    name: str = ""
    status: Literal["ACTIVE", "INACTIVE"] = "ACTIVE"
    qr_ids: QrIds = Field(default_factory=list, alias="qrIds")


def assigned(call: Call, body: AssignQr) -> dict[str, int]:
    """The `campaign` and `client` that a code gets. Raises InvalidRequest for those that are not there."""
    numbers: dict[str, int] = {}
    if "campaign_id" in body.model_fields_set:
        numbers["campaign"] = assignments.campaign_number(call.who, body.campaign_id, "campaignId")
    if "client_id" in body.model_fields_set:
        numbers["client"] = assignments.client_number(call.who, body.client_id, "clientId")
    return numbers


def campaign_edit(call: Call, body: CreateCampaign | EditCampaign) -> campaigns.Edit:
    """What to make of a campaign. Raises InvalidRequest, and Forbidden for codes that the key may not change."""
    _may_assign(call, body.qr_ids)
    given = body.model_fields_set
    client = assignments.client_number(call.who, body.client_id, "clientId") if "client_id" in given else None
    return campaigns.Edit(body.name if "name" in given else None, client, body.qr_ids)


def client_edit(call: Call, body: CreateClient | EditClient) -> clients.Edit:
    """What to make of a client. Raises Forbidden for codes that the key may not change."""
    _may_assign(call, body.qr_ids)
    given = body.model_fields_set
    status = body.status if "status" in given else None
    return clients.Edit(body.name if "name" in given else None, status, body.qr_ids)


def _may_assign(call: Call, codes: list[str]) -> None:
    if codes:
        call.who.require("qr:write")
