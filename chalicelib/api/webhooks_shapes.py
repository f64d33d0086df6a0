"""What `/v1/webhooks` answers with, field by field."""

from collections.abc import Collection
from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib import ids
from chalicelib.api.fields import Count, Time, Url, one_of, said
from chalicelib.core.breaker import Health
from chalicelib.core.days import iso_time, iso_time_if_any
from chalicelib.core.endpoints import ACTIVE, DISABLED, FORMATS, PAUSED, Endpoint
from chalicelib.core.events import TYPES
from chalicelib.services.webhooks import Shown

OK: Final = "ok"
SLOW: Final = "slow"
FAILING: Final = "failing"
RESTING: Final = "resting"

WebhookId = Annotated[str, said("The webhook's id.", "wh_akn2ybt1za")]
EventType = Annotated[str, one_of(*TYPES)]
Format = Annotated[str, one_of(*FORMATS), said("Decides the body and the signature of what is posted.")]
Status = Annotated[str, one_of(ACTIVE, PAUSED, DISABLED), said("disabled: by us, for a reason that is told.")]
State = Annotated[
    str,
    one_of(OK, SLOW, FAILING, RESTING),
    said("failing: the last attempts failed. resting: so many that nothing is posted until the next attempt."),
]
Why = Annotated[str, said("Why it failed, in words.", "It answered 503")]
HttpStatus = Annotated[int | None, said("That of the answer; null when there was none.", 503)]


class Filters(TypedDict):
    """Only events about any of these; about anything when all are empty."""

    link_ids: list[str]
    qr_code_ids: list[str]
    campaign_ids: list[str]


class Failure(TypedDict):
    """An attempt that failed."""

    at: Time
    status: HttpStatus
    reason: Why


class HealthOf(TypedDict):
    """How posting to a webhook goes."""

    state: State
    consecutive_failures: Count
    failing_since: Time | None
    last_failure: Failure | None
    next_attempt_at: Annotated[Time | None, said("While it rests: when it is tried again.")]


class Webhook(TypedDict):
    """Where events are posted, which, and in what format."""

    id: WebhookId
    url: Url
    events: list[EventType]
    format: Format
    description: str
    filters: Filters
    active: Annotated[bool, said("Whether events are posted.")]
    status: Status
    created_at: Time
    updated_at: Time
    disabled_at: Annotated[Time | None, said("When we disabled it.")]
    disabled_reason: Annotated[str | None, said("Why we did, in words.")]
    health: HealthOf
    previous_secret_until: NotRequired[Annotated[Time, said("Until then the secret before goes on signing.")]]


class NewWebhook(Webhook):
    """A webhook with its newest secret."""

    secret: Annotated[str, said("What signs the events. It is shown this once.", "whsec_...")]


class Webhooks(TypedDict):
    """Webhooks, newest first."""

    webhooks: list[Webhook]
    total: Annotated[Count, said("All there are.")]
    next_cursor: NotRequired[Annotated[str, said("The cursor of the next page; absent at the end.")]]


class Deleted(TypedDict):
    """What was deleted."""

    id: WebhookId
    deleted: Literal[True]


def webhook(shown: Shown, now_ms: int) -> Webhook:
    endpoint = shown.endpoint
    answer: Webhook = {
        "id": webhook_id(endpoint),
        "url": endpoint.url,
        "events": [type for type in TYPES if type in endpoint.events],
        "format": endpoint.format,
        "description": endpoint.description,
        "filters": {
            "link_ids": _spelled("dc", endpoint.filters.links),
            "qr_code_ids": _spelled("qr", endpoint.filters.codes),
            "campaign_ids": _spelled("camp", endpoint.filters.campaigns),
        },
        "active": endpoint.status == ACTIVE,
        "status": endpoint.status,
        "created_at": iso_time(endpoint.created_ms),
        "updated_at": iso_time(endpoint.updated_ms),
        "disabled_at": iso_time_if_any(endpoint.disabled_ms),
        "disabled_reason": endpoint.disabled_for or None,
        "health": health(shown.health, now_ms),
    }
    older = [secret.until_ms for secret in endpoint.secrets[1:] if secret.until_ms and secret.until_ms > now_ms]
    if older:
        answer["previous_secret_until"] = iso_time(max(older))
    return answer


def new_webhook(endpoint: Endpoint, health: Health, secret: str, now_ms: int) -> NewWebhook:
    return {**webhook(Shown(endpoint, health), now_ms), "secret": secret}


def webhook_id(endpoint: Endpoint) -> str:
    return ids.spell("wh", endpoint.number)


def health(known: Health, now_ms: int) -> HealthOf:
    rests = known.breaker(now_ms) == "open"
    return {
        "state": RESTING if rests else _state(known, now_ms),
        "consecutive_failures": known.failures,
        "failing_since": iso_time_if_any(known.failing_since_ms),
        "last_failure": _last_failure(known),
        "next_attempt_at": iso_time_if_any(known.open_until_ms) if rests else None,
    }


def _state(known: Health, now_ms: int) -> str:
    if known.failures:
        return FAILING
    return SLOW if known.is_slow(now_ms) else OK


def _last_failure(known: Health) -> Failure | None:
    last = known.last_failure
    return None if last is None else {"at": iso_time(last.ms), "status": last.status, "reason": last.reason}


def _spelled(prefix: str, numbers: Collection[int]) -> list[str]:
    return [ids.spell(prefix, number) for number in sorted(numbers)]
