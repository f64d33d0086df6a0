"""What the QR codes of the `qr` API are asked for with."""

from dataclasses import fields
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from chalicelib.api.bodies import Body
from chalicelib.api.styles import SentBackground, SentColour, StyleChange
from chalicelib.core import styles
from chalicelib.core.styles import DEFAULT, WORDS, Style


def _spelled(url_id: object) -> object:
    """The document has integers for url ids, and strings in its answers."""
    return str(url_id) if isinstance(url_id, int) and not isinstance(url_id, bool) else url_id


Preset = Annotated[str, AfterValidator(styles.preset), WithJsonSchema({"type": "string", "enum": list(styles.PRESETS)})]
UrlId = Annotated[str, BeforeValidator(_spelled), WithJsonSchema({"type": ["integer", "string"]})]


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
    url_id: UrlId | None = Field(default=None, alias="urlId")
    data: str | None = None


class EditQrCode(Customization):
    pass
