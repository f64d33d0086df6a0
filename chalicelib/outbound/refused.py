"""Why something is not had from elsewhere."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from socket import gaierror
from typing import Final, Literal

Reason = Literal[
    "url",  # no https URL (nor http, where that is allowed), or one with credentials
    "port",
    "unresolvable",
    "private",
    "unreachable",
    "timeout",
    "certificate",
    "tls",
    "redirect",
    "status",
    "encoded",
    "too_large",
    "broken",  # no HTTP, or not all of it
]

# What a connection fails by, the most special first: an error is the first of these that it is.
_REASONS: Final[dict[type[Exception], Reason]] = {
    TimeoutError: "timeout",
    gaierror: "unresolvable",
    ssl.SSLCertVerificationError: "certificate",
    ssl.SSLError: "tls",
    HTTPException: "broken",
    OSError: "broken",
    ValueError: "broken",  # http.client's, of lengths that are none
}
FAILURES: Final = tuple(_REASONS)


class Refused(Exception):
    """`reason` is stable; `status` is what was answered, where that is the reason."""

    def __init__(self, reason: Reason, status: int | None = None) -> None:
        super().__init__(reason if status is None else f"{reason} {status}")
        self.reason = reason
        self.status = status


@contextmanager
def refusing() -> Iterator[None]:
    """Whatever a connection fails by, told as Refused."""
    try:
        yield
    except FAILURES as error:
        raise Refused(next(_REASONS[kind] for kind in _REASONS if isinstance(error, kind))) from error
