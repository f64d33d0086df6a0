"""What `/v1/webhooks` is sent."""

from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from chalicelib.api.bodies import AnyId, Body, Moment, printable
from chalicelib.core.endpoint_secrets import LONGEST, SHORTEST
from chalicelib.core.endpoints import QPR
from chalicelib.core.events import TYPES
from chalicelib.core.replays import REPLAYED
from chalicelib.services.webhook_filters import FilterIds
from chalicelib.services.webhooks import DEFAULT_OVERLAP_MS, LONGEST_DESCRIPTION, LONGEST_OVERLAP_MS, Edit, NewEndpoint

MOST_IDS: Final = 100  # in a filter
MOST_EVENTS: Final = 50
DEFAULT_OVERLAP_SECONDS: Final = DEFAULT_OVERLAP_MS // 1000


def _given(value: Any) -> Any:
    """Null is none."""
    return "" if value is None else value


Ids = Annotated[list[AnyId], Field(max_length=MOST_IDS)]
Events = Annotated[list[str], Field(max_length=MOST_EVENTS, json_schema_extra={"items": {"enum": list(TYPES)}})]
EventType = Annotated[str, Field(json_schema_extra={"enum": list(TYPES)})]
Format = Annotated[
    Literal["standard", "qpr", "qr", "qrcodes"],
    Field(description="Decides the body and the signature of what is posted."),
]
ReceiverUrl = Annotated[str, Field(description="An https URL on a public host.", json_schema_extra={"format": "uri"})]
Description = Annotated[
    str,
    StringConstraints(max_length=LONGEST_DESCRIPTION),
    AfterValidator(printable),
    BeforeValidator(_given),
]
SecretText = Annotated[
    str,
    Field(
        description="A secret to bring along from an old service; a new one unless given.",
        json_schema_extra={"minLength": SHORTEST, "maxLength": LONGEST},
    ),
]
Overlap = Annotated[
    int, Field(ge=0, le=LONGEST_OVERLAP_MS // 1000, description="How long the secret before goes on signing.")
]
States = Annotated[
    list[Literal["delivered", "failed", "held"]],
    Field(max_length=len(REPLAYED), description="Only deliveries in these states; in any of them unless given."),
]


class Filters(Body):
    """Only events about any of these; about anything when all are empty. Other fields are refused."""

    model_config = ConfigDict(extra="forbid")  # one that is misspelled and ignored would let everything pass

    link_ids: Ids = Field(default_factory=list)
    qr_code_ids: Ids = Field(default_factory=list)
    campaign_ids: Ids = Field(default_factory=list)

    def ids(self) -> FilterIds:
        return FilterIds(self.link_ids, self.qr_code_ids, self.campaign_ids)


class CreateWebhook(Body):
    url: ReceiverUrl
    events: Events
    format: Format = QPR
    description: Description = ""
    filters: Filters | None = None
    secret: SecretText | None = None
    active: bool = True

    def new(self, own_hosts: Collection[str]) -> NewEndpoint:
        """What a webhook is made from; `own_hosts` are refused as receivers."""
        return NewEndpoint(
            url=self.url,
            events=self.events,
            own_hosts=own_hosts,
            format=self.format,
            description=self.description,
            filters=FilterIds() if self.filters is None else self.filters.ids(),
            secret=self.secret,
            active=self.active,
        )


class EditWebhook(Body):
    url: ReceiverUrl = ""
    events: Events = Field(default_factory=list)
    format: Format = QPR
    description: Description = ""
    filters: Filters | None = None
    active: bool = True

    def change(self, own_hosts: Collection[str]) -> Edit:
        """What to change: the fields that were sent. Filters that are null filter nothing."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "filters" in sent:
            sent["filters"] = FilterIds() if self.filters is None else self.filters.ids()
        return Edit(own_hosts, **sent)


class RotateSecret(Body):
    overlap_seconds: Overlap = DEFAULT_OVERLAP_SECONDS
    secret: SecretText | None = None


class PostSample(Body):
    type: EventType | None = None


class ReplayDeliveries(Body):
    since: Moment
    until: Moment | None = None
    states: States = Field(default_factory=list)
