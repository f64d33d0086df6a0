"""How a rollup is written into its item: as `core.rollup_texts` spells it, compressed by a compressor that knows what
most rollups have. A small one is half as large so.
"""

import zlib
from collections.abc import Collection
from typing import Final

from chalicelib.core import rollup_texts
from chalicelib.core.rollups import Rollup

# The first byte of a body. A body without it is plain compressed JSON, which begins with an `x`.
_PRIMED: Final = b"\x01"
_RAW: Final = -zlib.MAX_WBITS

# What the compressor takes for said before. Not a byte of it may change: nothing that was written could be read.
_KNOWN: Final = (
    b'"crawler":1,"monitor":1,"own_test":1,"preview":1,"tool":1'
    b'"AT":1,"AU":1,"BR":1,"CA":1,"CH":1,"DE":1,"ES":1,"FR":1,"GB":1,"IE":1,"IN":1,"IT":1,"JP":1,"NL":1,"US":1'
    b'GB|ENG|England|London","US|CA|California|Los Angeles","DE|BY|Bavaria|Munich'
    b'"facebook.com":1,"google.com":1,"instagram.com":1,"t.co":1},"de":1,"en":1,"es":1,"fr":1,"nl":1'
    b'"Linux":1,"Windows":1,"macOS":1,"Edge":1,"Firefox":1,"Instagram":1,"Samsung Internet":1,'
    b'"desktop":1,"tablet":1,"unknown":1},"app_scanner":1,"manual_entry":1,"Android Camera":1,"iOS Camera":1'
    b"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,1,1,2,1,1,2,0,1,0]"
    b'{"total":{"":1},"bots":{},"quarters":{"32":1,"33":1,"48":1,"72":1},"hourly_visitors":{"8":1,"12":1,"18":1},'
    b'"region":{"GB|ENG|England":1},"city":{"GB|ENG|England|London":1},"language":{"en":1},"referrer":{"":1},'
    b'"device":{"mobile":1},"os":{"iOS":1,"Android":1},"browser":{"Safari":1,"Chrome":1},"method":{"camera":1},'
    b'"app":{"":1},"country":{"US":1,"GB":1},"visitors":{"never":1},"addresses":{"never":1}}'
)


def packed(rollup: Rollup, period: int) -> bytes:
    """The body of a rollup of a day, or LIFETIME."""
    packing = zlib.compressobj(wbits=_RAW, zdict=_KNOWN)
    return _PRIMED + packing.compress(rollup_texts.dumps(rollup, period).encode()) + packing.flush()


def unpacked(body: bytes, period: int, names: Collection[str] | None = None) -> Rollup:
    """The rollup in a body of either form, or those of its tables that are named.

    Raises AttributeError, TypeError, ValueError or zlib.error for one that cannot be understood.
    """
    return rollup_texts.loads(text(body), period, names)


def text(body: bytes) -> bytes:
    """What is compressed in a body. Raises zlib.error."""
    if body[:1] != _PRIMED:
        return zlib.decompress(body)
    unpacking = zlib.decompressobj(wbits=_RAW, zdict=_KNOWN)
    return unpacking.decompress(body[1:]) + unpacking.flush()
