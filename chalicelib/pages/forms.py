"""Forms as browsers send them."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qs

from chalicelib.errors import BodyTooLarge, InvalidRequest

MOST_BYTES: Final = 65_536
MOST_FIELDS: Final = 1_000


class Form(Mapping[str, str]):
    """The fields of a form, the last value of each, without spaces around it; '' for a field that is not there.

    `all` has every value of a field, like those of several checkboxes.
    """

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    @classmethod
    def read(cls, body: bytes, most_bytes: int = MOST_BYTES) -> "Form":
        """The form in a request's body. Raises BodyTooLarge, InvalidRequest."""
        if len(body) > most_bytes:
            raise BodyTooLarge.over(most_bytes)
        try:
            return cls(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError as error:
            raise InvalidRequest.for_field("form", "cannot be read") from error

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, [""])[-1].strip()

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def all(self, name: str) -> list[str]:
        """Every value of a field that is not empty."""
        return [value.strip() for value in self._fields.get(name, []) if value.strip()]

    def pairs(self) -> list[tuple[str, str]]:
        """Every field with each of its values, as they were sent."""
        return [(name, value) for name, values in self._fields.items() for value in values]

    def whole(self, name: str) -> int | None:
        """A whole number; None for an empty field. Raises InvalidRequest."""
        text = self[name]
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 15:
            raise InvalidRequest.for_field(name, "must be a whole number")
        return int(text)
