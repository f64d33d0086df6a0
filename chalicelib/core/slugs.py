"""Slugs: what a short link ends with."""

import re
import secrets
from typing import Final

from chalicelib.core.paths import LONGEST, SPELLED
from chalicelib.errors import InvalidRequest

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without look-alikes: no 0 and o, no 1, l and i
LENGTH: Final = 7
SHORTEST: Final = 3

_CHOSEN: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

# What is, or may become, a page or an interface of the product itself.
RESERVED: Final = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "analytics",
        "api",
        "app",
        "apps",
        "assets",
        "auth",
        "billing",
        "blog",
        "campaigns",
        "clients",
        "codes",
        "dashboard",
        "demo",
        "docs",
        "dynamic",
        "events",
        "export",
        "favicon",
        "health",
        "healthz",
        "help",
        "home",
        "import",
        "index",
        "integrity",
        "legal",
        "links",
        "login",
        "logout",
        "mail",
        "mcp",
        "metrics",
        "new",
        "openapi",
        "pricing",
        "privacy",
        "public",
        "qpr",
        "qr",
        "qrcodes",
        "readyz",
        "redirect",
        "register",
        "report",
        "reporting",
        "reports",
        "robots",
        "s",
        "scans",
        "security",
        "settings",
        "sign-in",
        "sign-out",
        "sign-up",
        "signin",
        "signout",
        "signup",
        "sitemap",
        "static",
        "status",
        "support",
        "teams",
        "terms",
        "urls",
        "usage",
        "users",
        "v1",
        "v2",
        "v3",
        "webhook",
        "webhooks",
        "well-known",
        "www",
    ]
)


def random_slug() -> str:
    """Seven random letters and digits: 2.7e10 of them, so meeting a taken one is rare, and trying again is cheap."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def check_custom(slug: str, field: str = "slug") -> str:
    """A slug of somebody's choice, in lower case. Raises InvalidRequest."""
    wanted = slug.lower() if slug.isascii() else ""
    if not SHORTEST <= len(slug) <= LONGEST or not _CHOSEN.fullmatch(wanted):
        raise InvalidRequest.for_field(field, "must be 3 to 50 letters, digits and hyphens, no hyphen at either end")
    return _unreserved(wanted, field)


def check_imported(slug: str, field: str = "slug") -> str:
    """A slug that another service gave out, in lower case: it is printed already, so it may be short, and have
    underscores. Raises InvalidRequest."""
    wanted = slug.lower() if slug.isascii() else ""
    if len(slug) > LONGEST or not SPELLED.fullmatch(wanted):
        problem = (
            f"must be 1 to {LONGEST} letters, digits, hyphens and underscores, the first and last a letter or digit"
        )
        raise InvalidRequest.for_field(field, problem)
    return _unreserved(wanted, field)


def _unreserved(slug: str, field: str) -> str:
    if slug in RESERVED:
        raise InvalidRequest.for_field(field, f"{slug} is reserved")
    return slug
