"""Addresses of this machine."""

import socket

from infra.errors import StackError


def lan_address() -> str:
    """The address at which the local network reaches this machine. Raises StackError without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: connecting a datagram socket only chooses the interface.
            probe.connect(("192.0.2.1", 9))
        except OSError as error:
            raise StackError("LAN=1 needs a network, and this machine has none") from error
        return str(probe.getsockname()[0])
