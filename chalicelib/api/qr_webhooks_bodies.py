"""What `/api/v1/webhooks` is sent: what `/v1/webhooks` is, in the words of the `qr` API."""

from pydantic import ConfigDict, Field

from chalicelib.api.bodies import CamelBody, Moment
from chalicelib.api.webhooks_bodies import (
    DEFAULT_OVERLAP_SECONDS,
    Description,
    Events,
    EventType,
    Format,
    Ids,
    Overlap,
    ReceiverUrl,
    SecretText,
    States,
)
from chalicelib.core.endpoints import QR
from chalicelib.services.webhook_filters import FilterIds


class Filters(CamelBody):
    """Only events about any of these; about anything when all are empty. Other fields are refused."""

    model_config = ConfigDict(extra="forbid")  # one that is misspelled and ignored would let everything pass

    url_ids: Ids = Field(default_factory=list)
    qr_code_ids: Ids = Field(default_factory=list)
    campaign_ids: Ids = Field(default_factory=list)

    def ids(self) -> FilterIds:
        return FilterIds(self.url_ids, self.qr_code_ids, self.campaign_ids)


class CreateWebhook(CamelBody):
    url: ReceiverUrl
    events: Events
    format: Format = QR
    description: Description = ""
    filters: Filters | None = None
    secret: SecretText | None = None
    is_active: bool = True


class EditWebhook(CamelBody):
    url: ReceiverUrl = ""
    events: Events = Field(default_factory=list)
    format: Format = QR
    description: Description = ""
    filters: Filters | None = None
    is_active: bool = True


class RotateSecret(CamelBody):
    overlap_seconds: Overlap = DEFAULT_OVERLAP_SECONDS
    secret: SecretText | None = None


class PostSample(CamelBody):
    type: EventType | None = None


class ReplayDeliveries(CamelBody):
    since: Moment
    until: Moment | None = None
    states: States = Field(default_factory=list)
