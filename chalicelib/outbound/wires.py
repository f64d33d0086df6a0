"""One connection: to an address that was checked, encrypted for the name, within a deadline and a number of bytes."""

import io
import socket
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from chalicelib.core.destinations import Address
from chalicelib.outbound.deadlines import Deadline
from chalicelib.outbound.refused import Refused

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# A name may have any number of addresses; each of these gets a fair share of the time.
MOST_ADDRESSES: Final = 4


def connected(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first address that takes one. Raises Refused with `unreachable`, TimeoutError."""
    tried = addresses[:MOST_ADDRESSES]
    refusal: OSError | None = None
    for n, address in enumerate(tried):
        share = deadline.left() / (len(tried) - n)
        try:
            return socket.create_connection((str(address), port), share)
        except OSError as error:
            refusal = error
    if isinstance(refusal, TimeoutError):
        raise refusal
    raise Refused("unreachable") from refusal


def secured(plain: socket.socket, host: str, trust: ssl.SSLContext, deadline: Deadline) -> ssl.SSLSocket:
    """TLS for a name: its SNI, and its certificate checked. Raises OSError.

    The timeout holds for the handshake as a whole, however many messages the peer cuts it into.
    """
    plain.settimeout(deadline.left())
    return trust.wrap_socket(plain, server_hostname=host)


class Wire(io.RawIOBase):
    """A connection's bytes, for `http.client` to read. However they come, none comes after the deadline, and no more
    than `most_bytes`: a client that reads lines and lengths as the peer dictates them is held too.

    `ended`: the peer has said that nothing follows."""

    def __init__(self, connection: socket.socket, deadline: Deadline, most_bytes: int) -> None:
        self._connection = connection
        self.ended = False
        self.bound(deadline, most_bytes)

    def bound(self, deadline: Deadline, most_bytes: int) -> None:
        """Bounds what comes from now on."""
        self._deadline = deadline
        self._left = most_bytes

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `http.client` asks of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Raises Refused with `too_large`, TimeoutError, OSError."""
        if not self._left:
            raise Refused("too_large")
        self._connection.settimeout(self._deadline.left())
        got = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= got
        self.ended = not got
        return got

    def send_all(self, content: bytes) -> None:
        """Raises TimeoutError, OSError."""
        left = memoryview(content)
        while left:
            self._connection.settimeout(self._deadline.left())
            left = left[self._connection.send(left) :]
