"""The form of a webhook: what it offers, what was typed, and what that asks for."""

from collections.abc import Collection
from typing import Any, Final

from chalicelib import ids
from chalicelib.api.webhooks_bodies import MOST_IDS
from chalicelib.core import events
from chalicelib.core.endpoints import QPR, QR, QRCODES, STANDARD, Endpoint
from chalicelib.core.names import check_name
from chalicelib.errors import InvalidRequest
from chalicelib.pages.forms import Form
from chalicelib.pages.visits import Visit
from chalicelib.services import subjects
from chalicelib.services.webhook_filters import FilterIds

EVENTS: Final = {
    events.SCAN_CREATED: "A scan was counted",
    events.CONVERSATION_COMPLETED: "A conversation after a scan ended",
    events.QR_CREATED: "A QR code was made",
    events.QR_UPDATED: "A QR code was changed",
    events.QR_DELETED: "A QR code was deleted",
    events.QR_SCAN_THRESHOLD: "A QR code reached a number of scans",
    events.URL_CREATED: "A link was made",
    events.URL_CLICK_THRESHOLD: "A link reached a number of scans",
    events.QPR_CODE_CREATED: "A link was made, as the qpr service tells it",
}
FORMATS: Final = {
    STANDARD: "Standard Webhooks. Libraries for most languages check its signature: best for anything new.",
    QPR: "As the qpr service posts, signed in X-3QPR-Signature.",
    QR: "As the qr service posts, signed in X-Shortnd-Signature.",
    QRCODES: "As the qrcodes service posts: small bodies of the event, its time and its data.",
}
# Where the page shows what is wrong with a field of the services.
_PLACES: Final = {
    "filters.link_ids": "more_links",
    "filters.campaign_ids": "campaigns",
    "filters.qr_code_ids": "codes",
}


def empty() -> dict[str, Any]:
    """What the fields hold before anything was typed."""
    return {
        "url": "",
        "description": "",
        "format": STANDARD,
        "events": [events.SCAN_CREATED],
        "links": [],
        "more_links": "",
        "campaigns": [],
        "codes": [],
    }


def stored(endpoint: Endpoint) -> dict[str, Any]:
    """What the fields hold of a webhook that there is."""
    filters = endpoint.filters
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "format": endpoint.format,
        "events": endpoint.events,
        "links": _spelled("dc", filters.links),
        "more_links": "",
        "campaigns": _spelled("camp", filters.campaigns),
        "codes": _spelled("qr", filters.codes),
    }


def typed(form: Form) -> dict[str, Any]:
    """What was typed into the fields."""
    return {name: form.all(name) if isinstance(value, list) else form[name] for name, value in empty().items()}


def offered(visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    """The form with these values, and what there is to choose from."""
    chosen = [number for text in values["links"] if (number := ids.parse(text)) is not None]
    known = subjects.around(visit.caller, chosen[:MOST_IDS])
    return {
        "typed": values,
        "events": EVENTS.items(),
        "formats": FORMATS.items(),
        "links": [(ids.spell("dc", it.number), f"{it.name} (/{it.slug})") for it in known.links],
        "campaigns": [(ids.spell("camp", it.number), it.name) for it in known.campaigns],
        "more": known.more,
    }


def description(form: Form) -> str:
    """Raises InvalidRequest."""
    return check_name("description", form["description"], empty=True)


def filters(form: Form) -> FilterIds:
    """What events shall be about. Raises InvalidRequest."""
    asked = FilterIds([*form["more_links"].split(), *form.all("links")], form.all("codes"), form.all("campaigns"))
    for name, chosen in (("more_links", asked.links), ("campaigns", asked.campaigns), ("codes", asked.codes)):
        if len(chosen) > MOST_IDS:
            raise InvalidRequest.for_field(name, f"must be at most {MOST_IDS}")
    return asked


def placed(error: InvalidRequest) -> InvalidRequest:
    """The same error, about the field that this form has for it."""
    if error.field is None:
        return error
    field = _PLACES.get(error.field, error.field.split(".")[0])
    return error.about(field)


def _spelled(prefix: str, numbers: Collection[int]) -> list[str]:
    return [ids.spell(prefix, number) for number in sorted(numbers)]
