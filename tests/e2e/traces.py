"""The traces that an address, a user agent or a key could leave: how they would be spelled where they are kept."""

import base64
import hashlib
import html
import ipaddress
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import product
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from chalicelib.store import rollup_bodies

Traces = dict[str, bytes]

_DIGESTS = ("md5", "sha1", "sha256", "sha512", "blake2b")
# As much of a digest as somebody might cut it down to, in bytes; shorter ones turn up by chance.
_LEAST_OF_DIGEST = 7
_HEAD = 7
_LEAST = 4
_SEPARATORS = ("", " ", "|", ":", ",", "-", "/", "\0", "\n")


class Piece(NamedTuple):
    """Something that is stored, queued or logged: where it lies, and its bytes."""

    where: str
    content: bytes


def found(pieces: Iterable[Piece], traces: Mapping[str, bytes]) -> set[str]:
    """Which traces are in which pieces, compressed or not: `where: what`."""
    sought = _Sought(traces)
    return {f"{piece.where}: {name}" for piece in pieces for name in sought.in_any(_readings(piece.content))}


class _Sought:
    """Traces by how they begin: there are thousands, so one look at each place of a content must do for all."""

    def __init__(self, traces: Mapping[str, bytes]) -> None:
        self._by_head: dict[bytes, list[tuple[str, bytes]]] = defaultdict(list)
        self._short: list[tuple[str, bytes]] = []
        for name, trace in traces.items():
            assert len(trace) >= _LEAST, f"{name} would turn up by chance"
            at = self._short if len(trace) < _HEAD else self._by_head[trace[:_HEAD]]
            at.append((name, trace))

    def in_any(self, contents: Iterable[bytes]) -> set[str]:
        return {name for content in contents for name, trace in self._candidates(content) if trace in content}

    def _candidates(self, content: bytes) -> Iterator[tuple[str, bytes]]:
        yield from self._short
        heads = {content[at : at + _HEAD] for at in range(len(content) - _HEAD + 1)}
        for head in heads & self._by_head.keys():
            yield from self._by_head[head]


def of_text(secret: str) -> Traces:
    """A secret text in every encoding."""
    raw = secret.encode()
    spelled = {
        "plain": secret,
        "lower": secret.lower(),
        "upper": secret.upper(),
        "reversed": secret[::-1],
        "url": quote(secret, safe=""),
        "url, lower": quote(secret, safe="").replace("%2F", "%2f").replace("%3B", "%3b").replace("%3A", "%3a"),
        "url, slashes kept": quote(secret),
        "url, twice": quote(quote(secret, safe=""), safe=""),
        "form": quote_plus(secret),
        "every byte in %": "".join(f"%{byte:02X}" for byte in raw),
        "html": html.escape(secret),
        "json": json.dumps(secret)[1:-1],
        "json, twice": json.dumps(json.dumps(secret))[3:-3],
        "json, slashes": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "json, all escaped": "".join(f"\\u{ord(letter):04x}" for letter in secret),
        "python": repr(secret)[1:-1],
    }
    traces = {name: text.encode() for name, text in spelled.items()}
    traces |= {name: secret.encode(name) for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")}
    return traces | _of_bytes(raw)


def of_digests(secret: str) -> Traces:
    """What comes of hashing a secret without a key: whole or cut short, in every spelling."""
    variants = {"": secret, "lower ": secret.lower(), "line ": f"{secret}\n"}
    return {
        f"{variant}{algorithm}, {name}": trace
        for (variant, text), algorithm in product(variants.items(), _DIGESTS)
        for name, trace in _of_digest(hashlib.new(algorithm, text.encode()).digest()).items()
    }


def of_pair(address: str, user_agent: str) -> Traces:
    """What comes of hashing both together without a key."""
    pairs = ((address, user_agent), (user_agent, address))
    return {
        f"{algorithm} of both by {separator!r}, {name}": trace
        for (first, last), separator, algorithm in product(pairs, _SEPARATORS, _DIGESTS)
        for name, trace in _of_digest(hashlib.new(algorithm, f"{first}{separator}{last}".encode()).digest()).items()
    }


def of_address(address: str) -> Traces:
    """An IP address: its text, its other spellings, its bytes and its number, and hashes of each."""
    ip = ipaddress.ip_address(address)
    number = int(ip)
    spelled = {
        "compressed": ip.compressed,
        "exploded": ip.exploded,
        "dashes": address.replace(".", "-").replace(":", "-"),
        "padded": ".".join(part.zfill(3) for part in address.split(".")),
        "pointer": ip.reverse_pointer,
        "backwards": ".".join(reversed(address.split("."))),
        "network": address.rpartition("." if ip.version == 4 else ":")[0],
        "number": str(number),
        "number, little endian": str(int.from_bytes(ip.packed, "little")),
        "packed, hex": ip.packed.hex(),
        "packed, HEX": ip.packed.hex().upper(),
        "packed, hex, little endian": ip.packed[::-1].hex(),
        "packed, base64": base64.b64encode(ip.packed).decode(),
        "packed, url-safe base64": base64.urlsafe_b64encode(ip.packed).decode(),
    }
    traces = {name: text.encode() for name, text in spelled.items()}
    traces |= {"packed": ip.packed, "packed, little endian": ip.packed[::-1]}
    traces |= {f"text, {name}": trace for name, trace in of_text(address).items()}
    for kind, text in {"": address, "exploded ": ip.exploded, "number ": str(number)}.items():
        traces |= {f"{kind}{name}": trace for name, trace in of_digests(text).items()}
    packed = {algorithm: hashlib.new(algorithm, ip.packed).digest() for algorithm in _DIGESTS}
    return traces | {f"packed {a}, {name}": t for a, digest in packed.items() for name, t in _of_digest(digest).items()}


def _of_bytes(raw: bytes) -> Traces:
    """Bytes as text that stands for them, at whatever place among others they are."""
    traces = {
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "base32": base64.b32encode(raw).rstrip(b"="),
    }
    traces |= {
        "base85": base64.b85encode(raw)[: len(raw) // 4 * 5],
        "ascii85": base64.a85encode(raw)[: len(raw) // 4 * 5],
    }
    for before in range(3):
        first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6  # the letters that depend on nothing else
        padded = b"\0" * before + raw
        traces[f"base64 behind {before}"] = base64.b64encode(padded)[first:end]
        traces[f"url-safe base64 behind {before}"] = base64.urlsafe_b64encode(padded)[first:end]
    return traces


def _of_digest(digest: bytes) -> Traces:
    part = digest[:_LEAST_OF_DIGEST]
    letters = len(part) * 8 // 6
    return {
        "raw": part,
        "hex": part.hex().encode(),
        "HEX": part.hex().upper().encode(),
        "base64": base64.b64encode(part)[:letters],
        "url-safe base64": base64.urlsafe_b64encode(part)[:letters],
        "base32": base64.b32encode(part)[: len(part) * 8 // 5],
        "number": str(int.from_bytes(digest)).encode(),
    }


def _readings(content: bytes) -> Iterator[bytes]:
    """What is in it: unpacked if it is compressed, for then nothing can be read in it otherwise."""
    for bits in (zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        with suppress(zlib.error):
            yield zlib.decompress(content, bits)
            return
    with suppress(zlib.error):
        yield rollup_bodies.text(content)
        return
    yield content
