"""What the gallery's QR codes hold."""

from typing import Final

SHORT_URL: Final = "https://qz.example/menu"
# The short URL of the url whose id the examples name.
LINK: Final = "https://qz.example/spring-menu"
LINK_ID: Final = 12345
VCARD: Final = (
    "BEGIN:VCARD\nVERSION:3.0\nN:Okafor;Mira\nFN:Mira Okafor\nORG:Fern & Field\nTEL:+442079460000\n"
    "EMAIL:mira@example.com\nURL:https://example.com\nEND:VCARD"
)
LONGER_URL: Final = "https://example.com/menus/spring-2027?table=12&language=en"

# By which name the tables call what symbols hold.
HELD: Final = {
    "a short URL in capitals": LINK.upper(),
    "a short URL": LINK,
    "a URL of 58 bytes": LONGER_URL,
    "a URL of 59 bytes": f"{LONGER_URL}g",
    "a business card (vCard)": VCARD,
}
