"""A note in a deployed template: that its stack is on its way to other tables, and what it comes back to afterwards.

It is packed, so that nothing in it is resolved, and that two templates in one stay below what CloudFormation takes.
"""

import json
import zlib
from base64 import b64decode, b64encode
from typing import Any, Final

from infra.errors import StackError
from infra.swapping import Template

_PLACE: Final = "QuietzoneRestore"


def deployed(cloudformation: Any, stack: str) -> Template:
    """The template that a stack was deployed with."""
    body = cloudformation.get_template(StackName=stack)["TemplateBody"]
    template: Template = json.loads(body if isinstance(body, str) else json.dumps(body))
    return template


def noting(template: Template, note: dict[str, Any]) -> Template:
    """The template with a note."""
    packed = b64encode(zlib.compress(json.dumps(note).encode())).decode()
    return {**template, "Metadata": {**template.get("Metadata", {}), _PLACE: packed}}


def noted(template: Template) -> dict[str, Any] | None:
    """The note in a template; None without one."""
    packed = template.get("Metadata", {}).get(_PLACE)
    found: dict[str, Any] | None = json.loads(zlib.decompress(b64decode(packed))) if packed else None
    return found


def check_arrived(cloudformation: Any, stack: str) -> None:
    """Raises StackError for a stack that is on its way: whatever else is deployed now would make new, empty tables."""
    if note := noted(deployed(cloudformation, stack)):
        raise StackError(f"the stack {stack} is on its way: finish that first, with make restore {note['said']}")
