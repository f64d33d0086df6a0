"""Static files: styles, scripts, the font. Their address holds a version, so browsers keep them for good."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from chalicelib.errors import NotFound

FOLDER: Final = Path(__file__).parent / "static"
MEDIA: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
    ".png": "image/png",
}
_PACKED: Final = {".woff2", ".png"}
FOR_EVER: Final = "public, max-age=31536000, immutable"
A_WHILE: Final = "public, max-age=300"


class Asset(NamedTuple):
    """A file's bytes, its media type, and its bytes in gzip where that is smaller."""

    body: bytes
    media: str
    packed: bytes | None


@cache
def _paths() -> dict[str, Path]:
    """By name alone, which is unlike all others', whatever folder a file is in."""
    return {path.name: path for path in sorted(FOLDER.rglob("*")) if path.suffix in MEDIA}


@cache
def version() -> str:
    """What all the files are together: another one when any of them changes. Files may name each other by it."""
    digest = hashlib.sha256()
    for name, path in _paths().items():
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def read(name: str) -> Asset:
    """A static file by its name. Raises NotFound."""
    path = _paths().get(name)
    if path is None:
        raise NotFound.of("file")
    body = path.read_bytes()
    packed = None if path.suffix in _PACKED else gzip.compress(body, mtime=0)
    return Asset(body, MEDIA[path.suffix], packed)


def address(name: str, root: str) -> str:
    """Where a static file is, below the path at which the installation lives. Raises NotFound for no such file."""
    if name not in _paths():
        raise NotFound.of("file")
    return f"{root}/static/{version()}/{name}"
