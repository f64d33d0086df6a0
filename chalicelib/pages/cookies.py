"""The cookies of the pages: who is signed in, and how somebody likes to see things."""

from typing import Final
from urllib.parse import quote

SESSION: Final = "quietzone_session"
SESSION_SECONDS: Final = 30 * 86_400
ONWARD: Final = "onward"
ONWARD_SECONDS: Final = 900
THEME: Final = "theme"
ZONE: Final = "zone"
ZONE_SECONDS: Final = 400 * 86_400  # longer is kept by no browser


def read(header: str) -> dict[str, str]:
    """The cookies of a `Cookie` header, of which other programs on this host may have set any."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return {name: value for name, equals, value in pairs if equals}


def session_name(base: str) -> str:
    """What the session's cookie is called. Over https its prefix keeps other hosts of the domain from setting it."""
    return f"__Host-{SESSION}" if base.startswith("https://") else SESSION


def session(base: str, text: str) -> str:
    """`Set-Cookie` for a session, or with '' for its end. No script reads it, and no other site's form sends it."""
    return _kept(base, session_name(base), text, SESSION_SECONDS if text else 0)


def onward(base: str, path: str) -> str:
    """`Set-Cookie` for the page to go on with, once the mail is there."""
    return _kept(base, ONWARD, quote(path, safe=""), ONWARD_SECONDS)


def zone(base: str, name: str) -> str:
    """`Set-Cookie` for the time zone that somebody chose; scripts may read it, and set it as well."""
    return _kept(base, ZONE, quote(name, safe=""), ZONE_SECONDS).replace("; HttpOnly", "")


def _kept(base: str, name: str, value: str, seconds: int) -> str:
    secure = "; Secure" if base.startswith("https://") else ""
    return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
