"""What may be reached, how it is found, and how much may be had of it."""

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple

from chalicelib.core import destinations
from chalicelib.core.destinations import Address

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443

_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_FIRST_OF_ANYBODY: Final = 1024  # below it are a machine's own services: mail, shells, directories


class Limits(NamedTuple):
    """How long everything may take together, from the name to the last byte, and how long a body may be."""

    seconds: float
    most_bytes: int


def system_addresses(host: str) -> list[Address]:
    """The addresses of a host, as this machine resolves it. Raises OSError, and ValueError for what is no name."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [ip_address(address[0]) for *_, address in found]


@cache
def system_trust() -> ssl.SSLContext:
    """Certificates as this machine trusts them; made once, since reading them takes milliseconds."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_https(port: int) -> bool:
    return port == HTTPS_PORT


def _is_for_receivers(port: int) -> bool:
    return port == HTTPS_PORT or port >= _FIRST_OF_ANYBODY


def _is_for_local_receivers(port: int) -> bool:
    return port == HTTP_PORT or _is_for_receivers(port)


def _is_loopback(address: Address) -> bool:
    return any(address in network for network in _LOOPBACK)


def _is_public_or_loopback(address: Address) -> bool:
    return destinations.is_public(address) or _is_loopback(address)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which addresses and ports may be reached; the resolver and the certificates that are believed.

    `admits_plain` says which of the admitted addresses may be reached over http too; without it there is no http.
    """

    admits: Callable[[Address], bool] = destinations.is_public
    ports: Callable[[int], bool] = _is_https
    admits_plain: Callable[[Address], bool] | None = None
    resolve: Callable[[str], Sequence[Address]] = system_addresses
    trust: Callable[[], ssl.SSLContext] = system_trust


PUBLIC: Final = Policy()
_RECEIVERS: Final = Policy(ports=_is_for_receivers)
_LOCAL_RECEIVERS: Final = Policy(_is_public_or_loopback, _is_for_local_receivers, _is_loopback)


def receivers(local: bool) -> Policy:
    """For whom events are posted to: public addresses over https, on 443 or a port from 1024 on.

    A product that is tried out on one machine (`local`) may post to that machine too, over http or https.
    """
    return _LOCAL_RECEIVERS if local else _RECEIVERS
