"""What `/api/v1/webhooks` is sent: what `/v1/webhooks` is, in the words of the `qr` API.

What is spelled the same in both is the other's body itself.
"""

from pydantic import ConfigDict, Field

from chalicelib.api import webhooks_bodies
from chalicelib.api.bodies import CamelBody
from chalicelib.api.webhooks_bodies import Format, Ids
from chalicelib.core.endpoints import QR


class Filters(webhooks_bodies.Filters, CamelBody):
    """Only events about any of these; about anything when all are empty. Other fields are refused."""

    model_config = ConfigDict(extra="forbid")  # else CamelBody's holds, and lets them pass

    link_ids: Ids = Field(default_factory=list, alias="urlIds")


class CreateWebhook(webhooks_bodies.CreateWebhook, CamelBody):
    format: Format = QR
    filters: Filters | None = None
    active: bool = Field(True, alias="isActive")


class EditWebhook(webhooks_bodies.EditWebhook, CamelBody):
    format: Format = QR
    filters: Filters | None = None
    active: bool = Field(True, alias="isActive")


class RotateSecret(webhooks_bodies.RotateSecret, CamelBody):
    pass
