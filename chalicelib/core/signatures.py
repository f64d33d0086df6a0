"""What proves to a receiver that a body comes from here, and came whole: the headers that it is posted with.

Every format has the headers of Standard Webhooks, whose `webhook-id` also tells a repeat from something new. The
receivers of two older services look for that service's own signature beside them.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from chalicelib.core.endpoints import QPR, QR, SLACK

PREFIX: Final = "whsec_"

_TYPE: Final = {"Content-Type": "application/json"}


def signed(format: str, secrets: Sequence[str], event: str, type: str, body: bytes, ms: int) -> dict[str, str]:
    """The headers to post a body with, in a format; `event` is the event's id, `ms` the time of the attempt.

    `secrets` are those that are good now. Standard Webhooks names a signature for each; what other services sign with
    has room for one, by the first of them. Raises ValueError without any, but for Slack, whose URL is the secret.
    """
    if format == SLACK:
        return dict(_TYPE)
    if not secrets:
        raise ValueError("there is no secret to sign with")
    seconds = str(ms // 1000)
    own = _OWN.get(format)
    return {
        **_TYPE,
        **_standard(secrets, event, seconds, body),
        **(own(secrets[0], event, type, seconds, body) if own else {}),
    }


def key_of(secret: str) -> bytes:
    """The key of Standard Webhooks that a secret stands for: the base64 behind `whsec_`, with or without padding.

    A text that is none, brought along from elsewhere, is the key itself.
    """
    encoded = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True) if encoded != secret else b""
    except (binascii.Error, ValueError):  # the latter for what is not ASCII
        key = b""
    return key or secret.encode()


def _standard(secrets: Sequence[str], event: str, seconds: str, body: bytes) -> dict[str, str]:
    """Standard Webhooks, "Signature scheme" and "Webhook headers"; several signatures are apart by blanks."""
    content = f"{event}.{seconds}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key_of(it), content, hashlib.sha256)).decode() for it in secrets)
    return {
        "webhook-id": event,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _qpr(secret: str, _event: str, _type: str, _seconds: str, body: bytes) -> dict[str, str]:
    """As the `qpr` service signs: the body alone, by the whole text of the secret."""
    return {"X-3QPR-Signature": f"sha256={_hex(secret, body)}"}


def _qr(secret: str, event: str, type: str, seconds: str, body: bytes) -> dict[str, str]:
    """As the `qr` service signs: `<timestamp>.<body>`, by the whole text of the secret."""
    return {
        "X-Shortnd-Event": type,
        "X-Shortnd-Delivery-Id": event,
        "X-Shortnd-Timestamp": seconds,
        "X-Shortnd-Signature": f"sha256={_hex(secret, f'{seconds}.'.encode() + body)}",
    }


def _hex(secret: str, content: bytes) -> str:
    return hmac.digest(secret.encode(), content, hashlib.sha256).hex()


_OWN: Final[Mapping[str, Callable[[str, str, str, str, bytes], dict[str, str]]]] = {QPR: _qpr, QR: _qr}
