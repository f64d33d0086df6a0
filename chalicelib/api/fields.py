"""Fields that answers of several APIs have, with what the OpenAPI document says of them."""

from typing import Annotated, Any

from pydantic import Field

Compact = Annotated[bool, Field(description="Whether its picture holds the short URL in capitals.")]
Count = Annotated[int, Field(ge=0)]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-01-15T14:32:18Z"])]
Date = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-01-15"])]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]


def one_of(*words: str | int | None) -> Any:
    """The words that a field may hold."""
    return Field(json_schema_extra={"enum": list(words)})


def said(description: str, *examples: Any) -> Any:
    """What is said of a field: `Annotated[str, said("...")]`."""
    return Field(description=description, examples=list(examples) or None)
