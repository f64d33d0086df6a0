"""Templates: everything in them is escaped, and what is not there is an error rather than nothing."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib import ids
from chalicelib.core.days import iso_time

if TYPE_CHECKING:  # loaded with the first page: the APIs do without
    from jinja2 import Environment
    from markupsafe import Markup

FOLDER: Final = Path(__file__).parent / "templates"
_IN_JSON: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_UNITS: Final = ((1_000_000_000, "B"), (1_000_000, "M"), (10_000, "K"))


def render(template: str, **values: Any) -> str:
    """A template with these values, as HTML."""
    return environment().get_template(template).render(values)


@cache
def environment() -> "Environment":
    """The templates and the filters that they use."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    filters: dict[str, Callable[..., Any]] = {
        "number": number,
        "compact": compact,
        "day": day,
        "moment": moment,
        "second": second,
        "spell": lambda value, prefix: ids.spell(prefix, value),
        "json_block": json_block,
    }
    made.filters.update(filters)
    return made


def number(value: float) -> str:
    """A number with commas: 12,345."""
    return f"{value:,}"


def compact(value: int) -> str:
    """A number in a few letters: 9,876, 12.3K, 4.5M."""
    for unit, letter in _UNITS:
        if value >= unit:
            scale = 1000 if letter == "K" else unit
            return f"{value / scale:.1f}".removesuffix(".0") + letter
    return number(value)


def day(ms: int) -> str:
    """The UTC day of a time: 2026-11-21."""
    return iso_time(ms)[:10]


def moment(ms: int) -> str:
    """A time in UTC, to the minute: 2026-11-21 14:05."""
    return iso_time(ms)[:16].replace("T", " ")


def second(ms: int) -> str:
    """A time in UTC, to the second: 2026-11-21 14:05:09."""
    return iso_time(ms)[:19].replace("T", " ")


def json_block(value: object) -> "Markup":
    """JSON that may stand in a `<script type="application/json">`: nothing in it ends that, or begins another."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup("".join(_IN_JSON.get(letter, letter) for letter in text))  # noqa: S704 - escaped just so
