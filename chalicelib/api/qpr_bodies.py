"""What the `qpr` API is sent."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chalicelib.api.bodies import LONGEST_LABEL, Body, Compact, printable
from chalicelib.core.conversations import MOST_MESSAGES

LONGEST_PROMPT: Final = 8_000
LONGEST_TEMPLATE: Final = 200
MOST_METADATA_BYTES: Final = 2_048
MOST_METADATA_LEVELS: Final = 32  # far below what Python's own JSON can read and write wherever a link is


def _given(metadata: Any) -> Any:
    """Null is none."""
    return {} if metadata is None else metadata


def _small(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata that can be stored, and is not too much. Raises ValueError."""
    if not _is_flat(metadata, MOST_METADATA_LEVELS):
        raise ValueError(f"must be at most {MOST_METADATA_LEVELS} levels deep")
    try:
        text = json.dumps(metadata, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(text.encode())
    except ValueError as error:
        raise ValueError("must be plain JSON") from error
    if size > MOST_METADATA_BYTES:
        raise ValueError(f"must be at most {MOST_METADATA_BYTES:,} bytes of compact JSON")
    return metadata


def _is_flat(value: Any, levels: int) -> bool:
    """Whether objects and lists lie within one another on so many levels at most."""
    if not isinstance(value, dict | list):
        return True
    return levels > 0 and all(
        _is_flat(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value)
    )


Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LABEL), AfterValidator(printable)]
Words = Annotated[str, StringConstraints(max_length=LONGEST_PROMPT)]
Prompt = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PROMPT)]
Template = Annotated[str, StringConstraints(max_length=LONGEST_TEMPLATE), AfterValidator(printable)]
Metadata = Annotated[dict[str, Any], BeforeValidator(_given), AfterValidator(_small)]


class CreateCode(Body):
    name: Name
    prompt: Prompt
    destination: str
    welcome_message: Words | None = None
    template: Template | None = None
    metadata: Metadata = Field(default_factory=dict)
    report_conversations: bool = False
    compact: Compact = False


class EditCode(Body):
    name: Name = Field(default_factory=str)
    prompt: Prompt = Field(default_factory=str)
    destination: str = ""
    welcome_message: Words | None = None
    template: Template | None = None
    metadata: Metadata = Field(default_factory=dict)
    report_conversations: bool = False
    compact: Compact = False
    status: Literal["active", "paused"] = "active"


class ReportScan(Body):
    conversation_started: bool | None = None
    conversation_messages: Annotated[int, Field(ge=0, le=MOST_MESSAGES)] | None = None
    ended: bool | None = None
    scan_token: str | None = None
