"""Names that people give: of keys, members, organizations."""

import re
from typing import Final

from chalicelib.errors import InvalidRequest

LONGEST_NAME: Final = 200
LONGEST_LABEL: Final = 200
LONGEST_PARAMETER: Final = 500  # of a URL
LONGEST_EMAIL: Final = 254
LONGEST_TEXT: Final = 1_000

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def check_name(field: str, text: str, empty: bool = False) -> str:
    """The name without space around it. Raises InvalidRequest for one that cannot be shown in a line."""
    name = text.strip()
    if not (name or empty) or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequest.for_field(field, f"must be {0 if empty else 1} to {LONGEST_NAME} printable characters")
    return name


def check_text(field: str, text: str) -> str:
    """A text of lines without space around it. Raises InvalidRequest for one that is too long, or cannot be shown."""
    text = "\n".join(text.strip().splitlines())
    if len(text) > LONGEST_TEXT or not text.replace("\n", "").isprintable():
        raise InvalidRequest.for_field(field, f"must be 0 to {LONGEST_TEXT} printable characters")
    return text


def check_email(text: str) -> str:
    """The address without space around it. Raises InvalidRequest for what cannot be one; only a mail can tell more."""
    email = text.strip()
    name, _, host = email.rpartition("@")
    if not (name and "." in host.strip(".")) or len(email) > LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise InvalidRequest.for_field("email", "must be an e-mail address")
    return email


def check_line(field: str, text: str, longest: int) -> str:
    """A text that may be empty. Raises InvalidRequest for one that is too long, or more than a line."""
    if len(text) > longest or _CONTROLS.search(text):
        raise InvalidRequest.for_field(field, f"must be at most {longest} characters, in one line")
    return text
