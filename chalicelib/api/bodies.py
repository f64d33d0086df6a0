"""What request bodies of several APIs have in common."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

LONGEST_LABEL: Final = 200

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Body(BaseModel):
    """Unknown fields are ignored, as the services do; known ones are never converted from another type."""

    model_config = ConfigDict(strict=True, extra="ignore")


class CamelBody(Body):
    """The same, of an API that spells its fields in camel case: `target_url` is its `targetUrl`."""

    model_config = ConfigDict(alias_generator=to_camel)


def printable(text: str) -> str:
    """The text itself. Raises ValueError when it holds control characters."""
    if _CONTROLS.search(text):
        raise ValueError("must not hold control characters")
    return text


Label = Annotated[str, StringConstraints(max_length=LONGEST_LABEL), AfterValidator(printable)]
