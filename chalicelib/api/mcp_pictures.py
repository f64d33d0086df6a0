"""The tool that draws QR codes. Nothing is stored."""

from base64 import b64encode

from chalicelib.api import mcp_shapes as shapes
from chalicelib.api.mcp_bodies import GenerateQr
from chalicelib.api.mcp_tool import Shown
from chalicelib.api.requests import Call
from chalicelib.api.styles import shown_scannability
from chalicelib.core.links import DELETED, Link
from chalicelib.core.pictures import Picture
from chalicelib.core.styles import MEDIA_TYPES, Style
from chalicelib.errors import InvalidRequest, NotFound
from chalicelib.services import links, rendering


def generate_qr(call: Call, asked: GenerateQr) -> Shown:
    link = _link(call, asked)
    payload = Picture.of_link(link, call.base).payload if link else asked.text or ""
    made = rendering.render(payload, _style(asked))
    found = shown_scannability(made.scannability)
    media = MEDIA_TYPES[asked.format]
    fields = {"text": payload, "media_type": media, "bytes": len(made.content), "scannability": found}
    if link:
        fields["link"] = shapes.name(link, call.base)
    if asked.format == "svg":
        return Shown(fields, [{"type": "text", "text": made.content.decode()}])
    return Shown(fields, [{"type": "image", "data": b64encode(made.content).decode(), "mimeType": media}])


def _link(call: Call, asked: GenerateQr) -> Link | None:
    """The link that is asked for, None for a text. Raises InvalidRequest for both or neither, NotFound."""
    if (asked.link is None) == (asked.text is None):
        raise InvalidRequest.for_field("link", "either this or text must be given")
    if asked.link is None:
        return None
    link = links.get(call.who, asked.link)
    if link.status == DELETED:
        raise NotFound.of("link")
    return link


def _style(asked: GenerateQr) -> Style:
    return Style(
        size=asked.size,
        format=asked.format,
        foreground=asked.foreground,
        background=asked.background,
        preset=asked.shape,
        level=asked.level,
        quiet_zone=asked.quiet_zone,
    )
