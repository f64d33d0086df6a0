"""What phones make of payloads: written from the formats' own documents, not from the code that builds them."""

import re
from collections.abc import Mapping


def content_lines(payload: str) -> list[tuple[str, str]]:
    """The properties of a vCard or a calendar, with their parameters, in order (RFC 2425, 5.8; RFC 5545, 3.1)."""
    lines = re.sub(r"\r\n[ \t]", "", payload).split("\r\n")
    assert lines.pop() == "", "the last line is ended, too"
    split = [line.partition(":") for line in lines]
    assert all(colon for _, colon, _ in split), "each line is a property"
    return [(name, value) for name, _, value in split]


def text(value: str) -> str:
    """The value of a text property (RFC 2426, 4; RFC 5545, 3.3.11)."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def parts(value: str, separator: str) -> list[str]:
    """A value cut at each separator that no backslash stands before, escapes and all."""
    found, rest = [""], iter(value)
    for character in rest:
        if character == separator:
            found.append("")
        else:
            found[-1] += character + (next(rest, "") if character == "\\" else "")
    return found


def mecard(payload: str) -> Mapping[str, str]:
    """The fields of a MECARD as ZXing has them, escapes and all: a colon ends a name, a semicolon a value."""
    assert payload.startswith("MECARD:")
    assert payload.endswith(";;")
    fields = [part.partition(":") for part in parts(payload.removeprefix("MECARD:").removesuffix(";;"), ";")]
    assert len({name for name, _, _ in fields}) == len(fields)
    return {name: value for name, _, value in fields}


def plain(value: str) -> str:
    """A value without its backslashes."""
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
