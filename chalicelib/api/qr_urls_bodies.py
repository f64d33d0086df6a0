"""What is asked of the urls of the `qr` API."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.api.bodies import CamelBody, Label, Moment, printable
from chalicelib.core.utm import NAMES, Utm
from chalicelib.errors import NotSupported

MOST_URLS: Final = 100  # at once
DEFAULT_REDIRECT: Final = 307
MOST_TAGS: Final = 20
MOST_CUSTOM: Final = 20

Line = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(printable)]
Value = Annotated[str, StringConstraints(max_length=500), AfterValidator(printable)]
RedirectType = Literal[301, 302, 307, 308]


class UrlFields(CamelBody):
    custom_slug: str | None = None
    title: Label | None = None
    description: Annotated[str, StringConstraints(max_length=1000)] | None = None
    category: Line | None = None
    tags: Annotated[list[Line], Field(max_length=MOST_TAGS)] | None = None
    redirect_type: RedirectType = DEFAULT_REDIRECT
    expires_at: Moment | None = None
    is_password_protected: bool | None = None
    password: str | None = None
    utm_source: Value | None = None
    utm_medium: Value | None = None
    utm_campaign: Value | None = None
    utm_term: Value | None = None
    utm_content: Value | None = None
    custom_utm_params: Annotated[dict[Line, Value], Field(max_length=MOST_CUSTOM)] | None = None

    @property
    def expires_ms(self) -> int | None:
        return self.expires_at

    @property
    def utm(self) -> Utm:
        """What it sets; a parameter that is null or empty is taken away."""
        standard: dict[str, str | None] = {
            name: getattr(self, name) or None for name in NAMES if name in self.model_fields_set
        }
        return Utm(standard, self.custom_utm_params or {} if "custom_utm_params" in self.model_fields_set else None)

    def refuse_passwords(self) -> None:
        """Raises NotSupported: better than a link that is open though its maker thinks that it is not."""
        if self.is_password_protected:
            raise NotSupported.yet("isPasswordProtected")
        if self.password is not None:
            raise NotSupported.yet("password")


class CreateUrl(UrlFields):
    target_url: str


class EditUrl(UrlFields):
    target_url: str = ""


class CreateUrls(CamelBody):
    urls: Annotated[list[CreateUrl], Field(min_length=1, max_length=MOST_URLS)]
