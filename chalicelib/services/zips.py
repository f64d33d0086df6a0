"""Files in a zip. The same files make the same zip: it says nothing of when, or by what, it was made."""

from collections.abc import Iterable
from typing import IO, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_READABLE: Final = 0o644 << 16


class Member(NamedTuple):
    """A file in a zip; `packed` tells whether it is worth deflating."""

    name: str
    content: bytes
    packed: bool


def write(file: IO[bytes], members: Iterable[Member]) -> None:
    """Write a zip of files, in their order, from where a file stands."""
    with ZipFile(file, "w") as zipped:
        for member in members:
            info = ZipInfo(member.name, _EARLIEST)
            info.create_system, info.external_attr = _UNIX, _READABLE
            zipped.writestr(info, member.content, ZIP_DEFLATED if member.packed else ZIP_STORED)
