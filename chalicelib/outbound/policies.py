"""What may be reached, how it is found, and how much may be had of it."""

import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Final, NamedTuple

from chalicelib.core import destinations
from chalicelib.core.destinations import Address


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


@dataclass(frozen=True, slots=True)
class Policy:
    """Which addresses and ports may be reached; the resolver and the certificates that are believed."""

    admits: Callable[[Address], bool] = destinations.is_public
    ports: Collection[int] = (443,)
    resolve: Callable[[str], Sequence[Address]] = system_addresses
    trust: Callable[[], ssl.SSLContext] = system_trust


PUBLIC: Final = Policy()
