"""What `/api/v1/webhooks` answers with: what `/v1/webhooks` does, in the words of the `qr` API.

The service's document has `{id, url, events, secret, isActive}`; the rest is beside it.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from chalicelib.api import webhooks_shapes as shapes
from chalicelib.api.fields import Count, Time, Url, said
from chalicelib.api.webhooks_shapes import EventType, Format, HttpStatus, State, Status, WebhookId, Why
from chalicelib.core.breaker import Health
from chalicelib.core.endpoints import Endpoint
from chalicelib.services.webhooks import Shown


class Filters(TypedDict):
    """Only events about any of these; about anything when all are empty."""

    urlIds: list[str]
    qrCodeIds: list[str]
    campaignIds: list[str]


class Failure(TypedDict):
    """An attempt that failed."""

    at: Time
    status: HttpStatus
    reason: Why


class HealthOf(TypedDict):
    """How posting to a webhook goes."""

    state: State
    consecutiveFailures: Count
    failingSince: Time | None
    lastFailure: Failure | None
    nextAttemptAt: Annotated[Time | None, said("While it rests: when it is tried again.")]


class Webhook(TypedDict):
    """Where events are posted, which, and in what format."""

    id: WebhookId
    url: Url
    events: list[EventType]
    format: Format
    description: str
    filters: Filters
    isActive: Annotated[bool, said("Whether events are posted.")]
    status: Status
    createdAt: Time
    updatedAt: Time
    disabledAt: Annotated[Time | None, said("When we disabled it.")]
    disabledReason: Annotated[str | None, said("Why we did, in words.")]
    health: HealthOf
    previousSecretUntil: NotRequired[Annotated[Time, said("Until then the secret before goes on signing.")]]


class NewWebhook(Webhook):
    """A webhook with its newest secret."""

    secret: Annotated[str, said("What signs the events. It is shown this once.", "whsec_...")]


class DeletedWebhook(TypedDict):
    """What was deleted."""

    id: WebhookId
    deleted: Literal[True]


def webhook(shown: Shown, now_ms: int) -> Webhook:
    answer = camel(shapes.webhook(shown, now_ms))
    answer["isActive"] = answer.pop("active")
    filters = shown.endpoint.filters
    answer["filters"] = {
        "urlIds": [str(number) for number in sorted(filters.links)],  # as this API spells them
        "qrCodeIds": answer["filters"]["qrCodeIds"],
        "campaignIds": answer["filters"]["campaignIds"],
    }
    return answer  # type: ignore[no-any-return]  # the fields above


def new_webhook(endpoint: Endpoint, health: Health, secret: str, now_ms: int) -> NewWebhook:
    return {**webhook(Shown(endpoint, health), now_ms), "secret": secret}


def camel(value: Any) -> Any:
    """The same with all names in camel case."""
    if isinstance(value, dict):
        return {to_camel(name): camel(each) for name, each in value.items()}
    return [camel(each) for each in value] if isinstance(value, list) else value
