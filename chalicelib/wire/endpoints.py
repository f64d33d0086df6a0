"""Where a service answers: as botocore has it, by the same environment variables."""

import os
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from chalicelib.wire.failed import Failed

_PORTS: Final = {"https": 443, "http": 80}
# Partitions of AWS whose regions have names of their own under another domain than `amazonaws.com`.
_DOMAINS: Final = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}


class Endpoint(NamedTuple):
    """`authority` is how a request's Host header spells it."""

    secure: bool
    host: str
    port: int
    authority: str


def region() -> str:
    """The region, which Lambda sets in both variables. Raises Failed."""
    named = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
    if not named:
        raise Failed("NoRegion")
    return named


def endpoint(service: str, region: str) -> Endpoint:
    """Of a service: where `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` says, or else the region's own. Raises
    Failed for a URL that is none."""
    asked = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")
    return _parsed(asked or f"https://{service}.{region}.{_domain(region)}")


def _domain(region: str) -> str:
    return _DOMAINS.get(region.partition("-")[0], "amazonaws.com")


@lru_cache(maxsize=8)
def _parsed(url: str) -> Endpoint:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failed("InvalidEndpoint") from error
    usual = _PORTS.get(parts.scheme)
    if not usual or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise Failed("InvalidEndpoint")
    host = parts.hostname
    name = f"[{host}]" if ":" in host else host
    authority = name if port in (None, usual) else f"{name}:{port}"
    return Endpoint(parts.scheme == "https", host, port or usual, authority)
