"""Query parameters: each is declared once, and read and described by what it declares.

Numbers out of range are clamped; what is no number, no date or not one of the words is refused by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from chalicelib.core.days import parse_time
from chalicelib.core.periods import parse_date
from chalicelib.errors import InvalidRequest

T = TypeVar("T")

_MOST_DIGITS: Final = 18  # beyond any range, and quick to read


@dataclass(frozen=True)
class Parameter(ABC, Generic[T]):
    """A query parameter. `description` is for the OpenAPI document."""

    name: str
    description: str

    @abstractmethod
    def read(self, text: str | None) -> T:
        """The value of what was sent, None when nothing was. Raises InvalidRequest."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """What it may be, as JSON Schema has it."""

    @property
    def needed(self) -> bool:
        """Whether it must be given."""
        return False

    def refuse(self, problem: str) -> InvalidRequest:
        return InvalidRequest.for_field(self.name, problem)


@dataclass(frozen=True)
class Text(Parameter[str]):
    """Any text; nothing sent is ''."""

    def read(self, text: str | None) -> str:
        return text or ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(frozen=True)
class Checked(Parameter[str]):
    """A text that passes a check, which returns it or raises ValueError; `default` is None when one must be given.

    `limits` are the check's, as JSON Schema has them.
    """

    check: Callable[[str], str]
    default: str | None
    limits: Mapping[str, Any]

    @property
    def needed(self) -> bool:
        return self.default is None

    def read(self, text: str | None) -> str:
        if not text and self.default is not None:
            return self.default
        try:
            return self.check(text or "")
        except ValueError as error:
            raise self.refuse(str(error)) from error

    def schema(self) -> dict[str, Any]:
        given = {} if self.default is None else {"default": self.default}
        return {"type": "string", **self.limits, **given}


@dataclass(frozen=True)
class Whole(Parameter[int]):
    """A whole number, clamped to a range."""

    default: int
    lowest: int
    highest: int

    def read(self, text: str | None) -> int:
        number = _whole(self, text)
        return self.default if number is None else min(max(number, self.lowest), self.highest)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "default": self.default, "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class WholeOrNone(Parameter[int | None]):
    """The same without a default: nothing sent is None."""

    lowest: int
    highest: int

    def read(self, text: str | None) -> int | None:
        number = _whole(self, text)
        return None if number is None else min(max(number, self.lowest), self.highest)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class Choice(Parameter[str]):
    """One of some words; `default` may be '', which is none of them."""

    words: tuple[str, ...]
    default: str

    def read(self, text: str | None) -> str:
        if not text:
            return self.default
        if text not in self.words:
            raise self.refuse(f"must be one of {', '.join(self.words)}")
        return text

    def schema(self) -> dict[str, Any]:
        given = {"default": self.default} if self.default else {}
        return {"type": "string", "enum": list(self.words), **given}


@dataclass(frozen=True)
class Flag(Parameter[bool]):
    """`true` or `false`, which is the default."""

    def read(self, text: str | None) -> bool:
        if text not in (None, "", "true", "false"):
            raise self.refuse("must be true or false")
        return text == "true"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean", "default": False}


@dataclass(frozen=True)
class Day(Parameter[int | None]):
    """A date, `YYYY-MM-DD`, from 1970 on, as days since then; of a time, its UTC day."""

    def read(self, text: str | None) -> int | None:
        if not text:
            return None
        return parse_date(_with_plus(text), self.name)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Moment(Parameter[int | None]):
    """An ISO 8601 date or time (UTC without an offset), in milliseconds."""

    def read(self, text: str | None) -> int | None:
        if not text:
            return None
        moment = parse_time(_with_plus(text))
        if moment is None:
            raise self.refuse("must be an ISO 8601 time, such as 2026-01-31T12:00:00Z")
        return moment

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


def _with_plus(text: str) -> str:
    """A time as it was meant: a bare plus sign has become a space on its way."""
    return text.replace(" ", "+") if "T" in text else text


def _whole(parameter: Parameter[Any], text: str | None) -> int | None:
    if text is None or not text.strip():
        return None
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise parameter.refuse("must be a whole number")
    number = int(digits.lstrip("0")[:_MOST_DIGITS] or "0")
    return -number if text.strip().startswith("-") else number
