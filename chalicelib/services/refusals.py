"""Why an attempt failed, in words for the owner of the endpoint."""

from typing import Final

from chalicelib.core.retries import GONE
from chalicelib.outbound.refused import Reason, Refused

SECONDS: Final = 15  # for all of an attempt

SAID: Final[dict[Reason, str]] = {
    "url": "The URL is not one that can be posted to",
    "port": "The port is not one that can be posted to",
    "unresolvable": "The host name cannot be resolved",
    "private": "The host name leads to a private or internal address, which is never posted to",
    "unreachable": "The connection was refused",
    "timeout": f"There was no answer within {SECONDS} seconds",
    "certificate": "The certificate is not valid for this name",
    "tls": "The encrypted connection (TLS) could not be made",
    "redirect": "It answered with a redirect ({status}), which is not followed",
    "status": "It answered {status}",
    "encoded": "It answered in an encoding that was not asked for",
    "too_large": "The head of its answer was too large",
    "broken": "The connection broke off, or what came was not HTTP",
}
_GONE: Final = "It answered 410: it wants no more"


def of_refused(refused: Refused) -> str:
    """Why nothing was answered."""
    return SAID[refused.reason].format(status=refused.status)


def of_status(status: int) -> str:
    """Why an answer is a failure; '' for a success."""
    if 200 <= status < 300:
        return ""
    if status == GONE:
        return _GONE
    kind: Reason = "redirect" if 300 <= status < 400 else "status"
    return SAID[kind].format(status=status)


def worn_out(reason: str) -> str:
    """Why a receiver is disabled whose attempts all failed for days, the last one for a reason."""
    return f"Every attempt failed for 5 days, at last so: {reason}"
