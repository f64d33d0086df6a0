"""The webhooks as the OpenAPI document describes them: an item for each type of event, its body in every format.

The schemas are made of the same types as the answers of the APIs; what a long body leaves out is optional in them.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Final, NotRequired, get_origin, get_type_hints

from pydantic.alias_generators import to_pascal
from typing_extensions import TypedDict

from chalicelib.api import event_data, event_dialects, event_shapes, qr_urls_shapes
from chalicelib.api.event_bodies import LONG, OMITTED
from chalicelib.api.fields import said
from chalicelib.core import events
from chalicelib.core.deliveries import MOST_BODY_BYTES
from chalicelib.core.endpoints import FORMATS, QPR, QR, QRCODES, STANDARD
from chalicelib.core.events import TYPES

TAG: Final = "webhooks"

Key = tuple[str, str]  # of a schema, as in `openapi`

_ENVELOPES: Final[Mapping[str, Any]] = {
    STANDARD: event_shapes.Standard,
    QPR: event_shapes.Qpr,
    QR: event_shapes.Qr,
    QRCODES: event_shapes.Qrcodes,
}
_SUMMARIES: Final = {
    events.SCAN_CREATED: "Somebody scanned a link",
    events.CONVERSATION_COMPLETED: "A conversation that a scan led to is over",
    events.QR_CREATED: "A QR code is new",
    events.QR_UPDATED: "A QR code looks different",
    events.QR_DELETED: "A QR code was deleted",
    events.QR_SCAN_THRESHOLD: "A QR code has come to a number of scans",
    events.URL_CREATED: "A link is new, whichever API made it",
    events.URL_CLICK_THRESHOLD: "A link has come to a number of scans",
    events.QPR_CODE_CREATED: "A link is new, in the words of the `qpr` service",
}
_OMITTED: Final = Annotated[list[str], said("What was too long to send: read it by the API.", "prompt")]
_DESCRIPTION: Final = (
    f"At most {MOST_BODY_BYTES:,} bytes. Any 2xx within 15 seconds is a success; 410 ends all deliveries. "
    "It may come more than once, with the same `webhook-id` and body."
)
# Ids that the `qr` service spells in its own way.
_QR_IDS: Final[Mapping[str, Any]] = {
    "link_id": qr_urls_shapes.UrlId,
    "qr_id": Annotated[str | None, said("The QR code's id; null where none is known.", "qr_c1t")],
}
_EVERYWHERE: Final = {
    "webhook-id": "The event's id: the same whenever it comes again.",
    "webhook-timestamp": "When this attempt was made, in Unix seconds.",
    "webhook-signature": "`v1,` and the base64 of an HMAC-SHA256, for each good secret, apart by blanks.",
}
_OF_SOME: Final = {
    "X-3QPR-Signature": "In the format `qpr`: `sha256=` and the hexadecimal HMAC-SHA256 of the body.",
    "X-Shortnd-Event": "In the format `qr`: the event's type.",
    "X-Shortnd-Delivery-Id": "In the format `qr`: the event's id.",
    "X-Shortnd-Timestamp": "In the format `qr`: when this attempt was made, in Unix seconds.",
    "X-Shortnd-Signature": "In the format `qr`: `sha256=` and the hexadecimal HMAC-SHA256 of timestamp, dot and body.",
}


def wanted() -> Iterator[tuple[Key, Any]]:
    """The type of every body, by event type and format."""
    for type in TYPES:
        for format in FORMATS:
            yield (type, format), _ENVELOPES[format][_data(type, format)]


def webhooks(schemas: Mapping[Key, Any]) -> dict[str, Any]:
    """The document's section, of the schemas of those types."""
    return {type: {"post": _posted(type, schemas)} for type in TYPES}


def _posted(type: str, schemas: Mapping[Key, Any]) -> dict[str, Any]:
    bodies = [schemas[type, format] for format in FORMATS]
    headers = [_header(name, description, True) for name, description in _EVERYWHERE.items()]
    return {
        "operationId": f"on{to_pascal(type.replace('.', '_'))}",
        "tags": [TAG],
        "summary": _SUMMARIES[type],
        "description": _DESCRIPTION,
        "parameters": [*headers, *(_header(name, description, False) for name, description in _OF_SOME.items())],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": bodies}}}},
        "responses": {"2XX": {"description": "It has arrived."}, "410": {"description": "Send no more."}},
    }


def _header(name: str, description: str, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string"},
        "description": description,
    }


def _data(type: str, format: str) -> Any:
    """The shape of an event's data as it is posted."""
    if own := event_dialects.SHAPES[format].get(type):
        return _shape(own, counted=type == events.QR_CREATED)
    return _shape(event_data.SHAPES[type], in_camel_case=format == QR)


@cache
def _shape(shape: Any, *, in_camel_case: bool = False, counted: bool = False) -> Any:
    """A shape of which what is LONG may be left out, and what is not `counted` is no part."""
    fields = _fields(shape)
    if not counted:
        fields = {name: hint for name, hint in fields.items() if name not in event_dialects.COUNTED}
    if in_camel_case:
        fields = {event_dialects.camel(name): _QR_IDS.get(name, hint) for name, hint in fields.items()}
    if LONG & fields.keys():
        fields[OMITTED] = NotRequired[_OMITTED]
    make: Any = TypedDict
    posted = make(f"Event{'New' * counted}{shape.__name__}{'InCamelCase' * in_camel_case}", fields)
    posted.__doc__ = shape.__doc__
    return posted


def _fields(shape: Any) -> dict[str, Any]:
    """The fields of a shape; what is LONG may be left out."""
    required = shape.__required_keys__ - LONG
    return {
        name: hint if name in required or get_origin(hint) is NotRequired else NotRequired[hint]
        for name, hint in get_type_hints(shape, include_extras=True).items()
    }
