"""The picture of a link or of a QR code: what it holds, how it looks, and what it is called. All of it is public."""

from dataclasses import dataclass, replace

from chalicelib.core import codes
from chalicelib.core.codes import QrCode
from chalicelib.core.contents import contents, cut
from chalicelib.core.links import Link
from chalicelib.core.styles import Format, Style, of_words


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` is what a file of it is called, `title` what a page is; `counted` tells whether downloads are."""

    organization: int
    number: int
    payload: str
    style: Style
    name: str
    title: str
    counted: bool

    @classmethod
    def of_link(cls, link: Link, base: str) -> "Picture":
        """The picture that every link has, in the look that it was given. Its payload is the bare short URL."""
        payload = codes.payload_of_link(base, link.slug, link.details.compact)
        title = cut(link.label) if link.label else contents(payload).title
        style = of_words(link.details.style)
        return cls(link.organization, link.number, payload, style, link.name, title, counted=False)

    @classmethod
    def of_code(cls, code: QrCode, link: Link | None) -> "Picture":
        """The picture of a QR code, and of its link unless it is a standalone one."""
        title = contents(code.payload).title
        label = code.label or (link.label if link else None)
        name = label or (link.slug if link else title)
        if code.marker > 1:
            name = f"{name}-{code.marker}"
        shown = cut(label) if label else title
        return cls(code.organization, code.number, code.payload, code.style, name, shown, counted=True)

    def shown(self, form: Format | None, size: int | None) -> "Picture":
        """The same in another format or size; None keeps its own."""
        style = self.style
        return replace(self, style=replace(style, format=form or style.format, size=size or style.size))
