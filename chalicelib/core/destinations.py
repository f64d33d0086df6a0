"""Destinations: which URLs a link may lead to, and how they look in a Location header."""

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from chalicelib.errors import InvalidRequest, UnsafeDestination

LONGEST_BYTES: Final = 8192

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_NAME = re.compile(r"[a-z0-9._-]{1,253}")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")

# Names that resolve on a machine or inside a network only (RFC 6761, RFC 6762, RFC 8375).
_INTERNAL: Final = frozenset({"localhost", "local", "internal", "intranet", "lan", "corp", "home"})
_INTERNAL_ENDINGS: Final = (".home.arpa",)

# Beyond what `is_global` denies: it lets multicast and addresses that carry an IPv4 address inside pass.
_DENIED: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relay
        "198.18.0.0/15",  # benchmarking
        "224.0.0.0/3",  # multicast and reserved
        "::/3",  # all beside 2000::/3, the only global unicast IANA has given out: IPv4-compatible, NAT64, ...
        "4000::/2",
        "8000::/1",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)


def check(url: str, own_hosts: Collection[str], field: str = "destination") -> None:
    """Refuse what a link must not lead to: anything but an absolute http(s) URL on a public host that is not ours.

    Names are judged by their spelling, not resolved: what a name means tomorrow nobody can tell today.
    Raises InvalidRequest, UnsafeDestination.
    """
    host = host_of(url, field)
    if "." not in host.strip("[]") and ":" not in host:
        raise UnsafeDestination(f"{field}: must have a public host name", field)
    if host in {_canonical(own) for own in own_hosts}:
        raise UnsafeDestination(f"{field}: leads back to this service", field)
    if _is_internal(host):
        raise UnsafeDestination(f"{field}: must not be a private or internal host", field)
    # Percent-encoding triples what is not ASCII, and API Gateway takes 10,240 bytes of headers in all.
    if len(location(url)) > LONGEST_BYTES:
        raise InvalidRequest.for_field(field, f"must be at most {LONGEST_BYTES} bytes when percent-encoded")


def host_of(url: str, field: str = "destination") -> str:
    """The host of an absolute http(s) URL as a resolver takes it: IDNA, lower case, no brackets, no dot at its end.

    Raises InvalidRequest, UnsafeDestination for one with credentials.
    """
    return _host(_split(url, field), field)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, and carries no other address inside."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    return address.is_global and not any(
        address in network for network in _DENIED if network.version == address.version
    )


def is_loopback(host: str) -> bool:
    """Whether a host, as `host_of` gives it, is this machine itself, by its name or in any spelling of its address."""
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return host.rsplit(".", 1)[-1] == "localhost"


def location(url: str) -> str:
    """A checked destination as a header takes it: what is ASCII stays as it is, to the letter; a host in other
    letters becomes its IDNA form (RFC 3490), anything else percent-encoded UTF-8 (RFC 3986, 2.5)."""
    if url.isascii():
        return url
    scheme, rest = url.split("://", 1)
    end = min((rest.index(c) for c in "/?#" if c in rest), default=len(rest))
    authority, tail = rest[:end], rest[end:]
    if not authority.isascii():
        host, colon, port = authority.partition(":")
        authority = _ascii(host) + colon + port
    return f"{scheme}://{authority}{quote(tail, safe=_PRINTABLE)}"


def _split(url: str, field: str) -> SplitResult:
    if len(url.encode("utf-8", "replace")) > LONGEST_BYTES:
        raise InvalidRequest.for_field(field, f"must be at most {LONGEST_BYTES} bytes")
    if _CONTROLS.search(url) or url != url.strip() or not _is_storable(url):
        raise InvalidRequest.for_field(field, "must not hold control characters, or spaces at its ends")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise InvalidRequest.for_field(field, "must be a valid URL") from error
    if parts.scheme not in ("http", "https") or "://" not in url or not parts.hostname:
        raise InvalidRequest.for_field(field, "must be an absolute http or https URL")
    if " " in url or "\\" in re.split("[?#]", url)[0]:  # browsers read a backslash before the query as a slash
        raise InvalidRequest.for_field(field, "must not hold spaces or backslashes: percent-encode them")
    if "@" in parts.netloc:
        raise UnsafeDestination(f"{field}: must not carry credentials", field)
    return parts


def _host(parts: SplitResult, field: str) -> str:
    """The host that the Location header will name, percent-decoded: what is judged is what is sent."""
    spelled = parts.hostname or ""
    try:
        host = _canonical(spelled)
    except UnicodeError as error:
        raise InvalidRequest.for_field(field, "must have a valid host name") from error
    # A header carries %-escapes as they are, and browsers differ from us in what they map and drop afterwards.
    hidden = "%" in spelled and not unquote(spelled).isascii()
    if hidden or not (_is_ipv6(host) if "[" in parts.netloc else _is_name(host)):
        raise InvalidRequest.for_field(field, "must have a valid host name")
    return host


def _canonical(host: str) -> str:
    return _ascii(unquote(host)).lower().rstrip(".")


def _is_ipv6(host: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    """A DNS name or an IPv4 address. What ends in a number is an address or nothing (WHATWG URL, 3.5): browsers
    read spellings that no resolver takes, such as 127.0x.1."""
    labels = host.split(".")
    if not _NAME.fullmatch(host) or not all(0 < len(label) <= 63 for label in labels):
        return False
    return not _NUMERIC.fullmatch(labels[-1]) or _address(host) is not None


def _is_internal(host: str) -> bool:
    address = _address(host)
    if address is not None:
        return not is_public(address)
    return host.rsplit(".", 1)[-1] in _INTERNAL or f".{host}".endswith(_INTERNAL_ENDINGS)


def _address(host: str) -> Address | None:
    """The address that a host spells, in any way that a resolver takes: 2130706433, 0x7f.1, 0177.1, 127.1."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return None


def _is_storable(url: str) -> bool:
    """Lone surrogates are no text: no table and no header takes them."""
    try:
        url.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ascii(host: str) -> str:
    """A host in letters that a header takes (RFC 3490; it drops invisible characters and knows all four dots)."""
    return host if host.isascii() else unicodedata.normalize("NFKC", host).encode("idna").decode()
