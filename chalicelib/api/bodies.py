"""What request bodies of several APIs have in common."""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from chalicelib.core.days import parse_time
from chalicelib.core.kinds import KINDS

LONGEST_LABEL: Final = 200

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Body(BaseModel):
    """Unknown fields are ignored, as the services do; known ones are never converted from another type."""

    model_config = ConfigDict(strict=True, extra="ignore", defer_build=True)


class CamelBody(Body):
    """The same, of an API that spells its fields in camel case: `target_url` is its `targetUrl`."""

    model_config = ConfigDict(alias_generator=to_camel)


def printable(text: str) -> str:
    """The text itself. Raises ValueError when it holds control characters."""
    if _CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    return text


def _moment(value: object) -> object:
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("must be an ISO 8601 time, such as 2026-01-31T12:00:00Z")
    return moment


def _spelled(identifier: object) -> object:
    """Some documents have integers for ids, and strings in their answers."""
    whole = isinstance(identifier, int) and not isinstance(identifier, bool)
    return str(identifier) if whole else identifier


AnyId = Annotated[str, BeforeValidator(_spelled), WithJsonSchema({"type": ["integer", "string"]})]
# A time in milliseconds, of a text.
Moment = Annotated[int, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
# The short URL in capitals makes a smaller symbol, which scans to the same place.
Compact = Annotated[bool, Field(description="Whether its picture shall hold the short URL in capitals.")]
# What a static code is, and what its payload is built of; which fields a kind has, its builder knows.
Kind = Annotated[str, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
PayloadFields = Annotated[dict[str, Any], Field(description="What the payload is built of, by name.")]
Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL), AfterValidator(printable)]
