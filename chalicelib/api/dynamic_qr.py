"""The `dynamic` API: `/v1/qr`, pictures of any text that are drawn and not stored."""

from typing import Annotated, Any, Final

from chalice.app import Response
from pydantic import AfterValidator, Field

from chalicelib.api import dialects
from chalicelib.api.bodies import Body
from chalicelib.api.files import Bytes, Headers, content_disposition, is_held, picture_headers
from chalicelib.api.http import Api
from chalicelib.api.parameters import Checked, Choice, Parameter, Whole
from chalicelib.api.requests import Call
from chalicelib.core import styles
from chalicelib.core.styles import DEFAULT, FORMATS, LEVELS, MEDIA_TYPES, Style
from chalicelib.errors import Unscannable
from chalicelib.services import pictures, rendering

bp = Api(__name__, dialects.DYNAMIC_QR, tag="dynamic")

LONGEST_DATA: Final = 2_000  # characters
SMALLEST: Final = 64
FORMAT: Final[styles.Format] = "svg"
DARK: Final = "000000"
LIGHT: Final = "ffffff"
NAME: Final = "qr"
# The same request gives the same picture, but it is nobody else's business.
CACHED: Final = "private, max-age=86400"

DATA_LIMITS: Final = {"minLength": 1, "maxLength": LONGEST_DATA}
DARK_LIMITS: Final = {"pattern": styles.DIGITS}
LIGHT_LIMITS: Final = {"pattern": f"{styles.DIGITS}|^{styles.TRANSPARENT}$"}
HEADERS: Final = {
    "ETag": "The same as long as the bytes are.",
    "Cache-Control": "How long a copy may be shown without asking again.",
    "Content-Disposition": "What a file of it is called.",
    "X-Scannability": "How well it can be read, from 1 to 100, as it was found by reading it.",
}


def checked_data(text: str) -> str:
    """The text itself. Raises ValueError for one that is too long, empty, or no Unicode."""
    if not 0 < len(text) <= LONGEST_DATA:
        raise ValueError(f"must be 1 to {LONGEST_DATA} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must be Unicode text, without lone surrogates") from error
    return text


def checked_light(text: str) -> str:
    """The digits of a colour, or TRANSPARENT. Raises ValueError for what is neither."""
    return text if text == styles.TRANSPARENT else styles.digits(text)


class RenderQr(Body):
    """What a picture shall hold, and how it shall look."""

    data: Annotated[str, AfterValidator(checked_data), Field(json_schema_extra=DATA_LIMITS)]
    format: styles.Format = FORMAT
    size: int = Field(default=DEFAULT.size, ge=SMALLEST, le=styles.LARGEST)
    margin: int = Field(default=styles.QUIET_ZONE, ge=0, le=styles.WIDEST_QUIET_ZONE)
    dark: Annotated[str, AfterValidator(styles.digits), Field(json_schema_extra=DARK_LIMITS)] = DARK
    light: Annotated[str, AfterValidator(checked_light), Field(json_schema_extra=LIGHT_LIMITS)] = LIGHT
    level: styles.Level = DEFAULT.level

    @property
    def style(self) -> Style:
        """The look that it comes to."""
        return Style(
            size=self.size,
            format=self.format,
            foreground=styles.of_digits(self.dark),
            background=self.light if self.light == styles.TRANSPARENT else styles.of_digits(self.light),
            level=self.level,
            quiet_zone=self.margin,
        )


PARAMETERS: Final[tuple[Parameter[Any], ...]] = (
    Checked("data", "What the QR code shall hold.", checked_data, None, DATA_LIMITS),
    Choice("format", "The format of the file.", FORMATS, FORMAT),
    Whole("size", "Width and height in pixels; in PDF and EPS, points.", DEFAULT.size, SMALLEST, styles.LARGEST),
    Whole("margin", "The quiet zone in modules.", styles.QUIET_ZONE, 0, styles.WIDEST_QUIET_ZONE),
    Checked("dark", "The colour of the modules: 3 or 6 hexadecimal digits.", styles.digits, DARK, DARK_LIMITS),
    Checked("light", "That of the background, or `transparent`.", checked_light, LIGHT, LIGHT_LIMITS),
    Choice("level", "The error correction level.", LEVELS, DEFAULT.level),
)


@bp.operation(
    "GET",
    "/v1/qr",
    scope="qr:read",
    parameters=PARAMETERS,
    binary=tuple(MEDIA_TYPES.values()),
    headers=HEADERS,
    others={304: "What `If-None-Match` names is what it would be."},
    errors=(Unscannable,),
)
def draw_qr(call: Call) -> Response:
    """Draw a QR code of any text, without storing it.

    It counts against no limit, and its scans are not counted. What nobody could read is refused.
    """
    asked = RenderQr(**{parameter.name: call.read(parameter) for parameter in PARAMETERS})
    headers = _headers(asked)
    if is_held(call.request, str(headers["ETag"])):
        return Response(body="", status_code=304, headers=headers)
    return _drawn(asked, headers)


@bp.operation(
    "POST",
    "/v1/qr",
    scope="qr:read",
    body=RenderQr,
    asked={"data": "https://example.com/", "format": "png", "size": 512, "dark": "1A2B3C"},
    binary=tuple(MEDIA_TYPES.values()),
    headers=HEADERS,
    errors=(Unscannable,),
)
def post_qr(call: Call) -> Response:
    """Draw a QR code of any text, without storing it: the same as GET, for what a URL should not hold."""
    asked = call.body(RenderQr)
    return _drawn(asked, _headers(asked))


def _headers(asked: RenderQr) -> Headers:
    disposition = content_disposition(NAME, asked.format, attachment=False)
    return picture_headers(asked.format, pictures.etag_of(asked.data, asked.style), CACHED, disposition)


def _drawn(asked: RenderQr, headers: Headers) -> Bytes:
    made = rendering.render(asked.data, asked.style)
    return Bytes(made.content, {**headers, "X-Scannability": str(made.scannability.score)}, 200)
