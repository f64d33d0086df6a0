"""What the QR codes of the `qr` API are asked for with."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from chalicelib.api.bodies import AnyId, Body, Compact, Kind, PayloadFields
from chalicelib.api.styles import SentBackground, SentColour, StyleChange
from chalicelib.core import styles
from chalicelib.core.styles import DEFAULT, WORDS, Style
from chalicelib.errors import InvalidRequest

Preset = Annotated[str, AfterValidator(styles.preset), WithJsonSchema({"type": "string", "enum": list(styles.PRESETS)})]


class Customization(Body):
    """How a picture shall look; what `style` says outranks the fields beside it."""

    size: int = Field(default=DEFAULT.size, ge=styles.SMALLEST, le=styles.LARGEST)
    format: styles.Format = DEFAULT.format
    foreground: SentColour = Field(default=DEFAULT.foreground, alias="foregroundColor")
    background: SentBackground = Field(default=DEFAULT.background, alias="backgroundColor")
    logo: str | None = Field(default=DEFAULT.logo, alias="logoUrl")
    level: styles.Level = Field(default=DEFAULT.level, alias="errorCorrectionLevel")
    preset: Preset = Field(default=DEFAULT.preset, alias="stylePreset")
    quiet_zone: int = Field(default=DEFAULT.quiet_zone, ge=0, le=styles.WIDEST_QUIET_ZONE, alias="quietZone")
    style: StyleChange = Field(default_factory=lambda: StyleChange())

    @property
    def changes(self) -> dict[str, Any]:
        """What is given of a style, by the names of `Style`; null takes a part's own value away."""
        given = {each.name: getattr(self, each.name) for each in fields(Style) if each.name in self.model_fields_set}
        named = {WORDS[word]: value for word, value in self.style.items()}
        return given | {name: getattr(DEFAULT, name) if value is None else value for name, value in named.items()}


class CreateQrCode(Customization):
    url_id: AnyId | None = Field(default=None, alias="urlId")
    data: str | None = None
    type: Kind | None = None
    fields: PayloadFields | None = None
    compact: Compact = False

    def check_source(self) -> None:
        """What it holds comes from one of three. Raises InvalidRequest that names the one too many or missing."""
        given = [name for name, value in self._sources() if value is not None]
        if not given:
            raise InvalidRequest.for_field("urlId", "must be given, or data or type in its place")
        if len(given) > 1:
            raise InvalidRequest.for_field(given[1], f"must not be given together with {given[0]}")
        if self.fields is not None and self.type is None:
            raise InvalidRequest.for_field("type", "must be given with fields")
        if self.compact and self.url_id is None:
            raise InvalidRequest.for_field("compact", f"is about short URLs: it cannot be given with {given[0]}")

    def _sources(self) -> Sequence[tuple[str, object]]:
        return ("urlId", self.url_id), ("data", self.data), ("type", self.type)


class EditQrCode(Customization):
    pass
