"""Bundles of pictures: zipped in the answer while that is quick and small, by a job when it is not.

The order is written first; the message only wakes a job, and the sweep sends it again if it was lost. A job draws all
of them anew into one file, so whatever is cut off, or done twice, ends in the same file:

    job A: draws ..... is cut off          tries: 1
    job B: ..................... draws all of them, stores the file, ends the order          tries: 2

An order that took MOST_TRIES has failed: what cut the others off would cut off the next one too.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple

from chalicelib import ids, logs
from chalicelib.core import bundles as bundled
from chalicelib.core.bundles import Entry, Order, Wanted
from chalicelib.core.exports import RUNNING
from chalicelib.core.links import DELETED, Link
from chalicelib.core.styles import Format
from chalicelib.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.services import pictures, zips
from chalicelib.services.accounts import Caller
from chalicelib.services.exporting import URL_SECONDS, Built, Ordered, OutOfTime
from chalicelib.services.zips import Member
from chalicelib.store import bundles, codes, files, links, queues

MOST_BYTES: Final = 4_400_000  # of an answer: Lambda carries bytes as base64, up to 6 MiB
BUILD_SECONDS: Final = 15.0  # API Gateway gives up after 29
LOOK_SECONDS: Final = 1.0  # after so long the pictures so far tell how long all of them take
MOST_TRIES: Final = 5

# What is compressed already is stored as it is.
PACKED: Final[frozenset[Format]] = frozenset({"svg", "eps"})

GoesOn = Callable[[int, int], bool]


class Asked(NamedTuple):
    """Links and QR codes by their ids in any spelling, each of which may come again, and how they shall be drawn."""

    ids: list[str]
    format: Format
    size: int
    base: str


class _Stopped(Exception):
    """The rest is not drawn."""


def build_or_order(caller: Caller, asked: Asked, now_ms: int) -> Built | Ordered:
    """A zip of pictures if it is small and soon made, or else an order for it. Raises Unavailable.

    Raises NotFound that names the place in `ids` of what is not there, and InvalidRequest that names what cannot be
    drawn. Who asks again while an order runs is given the same one.
    """
    wanted, entries = _checked(caller, asked)
    content = _built(entries)
    if content is not None:
        return Built(content)
    same = (order.number for order in bundles.running(wanted.organization) if order.wanted == wanted)
    number = next(same, None)
    return Ordered(_ordered(wanted, now_ms) if number is None else number)


def status(organization: int, number: int, now_ms: int) -> Order:
    """An order as it is now. Raises NotFound."""
    order = bundles.read(organization, number, now_ms)
    if order is None:
        raise NotFound.of("order of images")
    return order


def signed_url(order: Order) -> str:
    """Where the file of an order that is done can be fetched, by anybody, for 15 minutes."""
    return files.signed_url(order.key, URL_SECONDS)


def bundle(organization: int, number: int, now_ms: int, out_of_time: OutOfTime) -> bool:
    """Work on an order. False when time ran out; a message to try again is then on its way."""
    order = bundles.take(organization, number, now_ms)
    if order is None:
        return True
    if order.tries > MOST_TRIES:
        bundles.end(order, done=False)
        return True
    try:
        _store(order, out_of_time)
    except _Stopped:
        _send(order)
        return False
    except InvalidRequest as error:  # would be so the next time, too
        logs.report("bundle cannot be drawn", error, field=error.field)
        bundles.end(order, done=False)
        return True
    bundles.end(order, done=True)
    return True


def _checked(caller: Caller, asked: Asked) -> tuple[Wanted, list[Entry]]:
    """What is asked for, once all of it is known to be there. Raises NotFound that names what is not."""
    rows: dict[int, int] = {}
    for row, spelled in enumerate(asked.ids):
        number = ids.parse(spelled)
        if number is None:
            raise _missing(row)
        rows.setdefault(number, row)
    wanted = Wanted(caller.organization.number, tuple(rows), asked.format, asked.size, asked.base)
    found = _found(wanted)
    for number, row in rows.items():
        if number not in found:
            raise _missing(row)
    return wanted, list(found.values())


def _missing(row: int) -> NotFound:
    return NotFound.of("code").within(f"ids.{row}")


def _found(wanted: Wanted) -> Mapping[int, Entry]:
    """Those of the wanted that are there, in the order asked for; nothing that was deleted is."""
    own = _links(wanted, set(wanted.numbers))
    rest = set(wanted.numbers) - own.keys()
    held = codes.several(wanted.organization, rest) if rest else {}
    theirs = _links(wanted, {code.link for code in held.values() if code.link is not None})
    entries = {number: Entry.of_link(link, wanted) for number, link in own.items()}
    for number, code in held.items():
        link = None if code.link is None else theirs.get(code.link)
        if code.deleted_ms is None and (link is not None or code.link is None):
            entries[number] = Entry.of_code(code, link, wanted)
    return {number: entries[number] for number in wanted.numbers if number in entries}


def _links(wanted: Wanted, numbers: set[int]) -> dict[int, Link]:
    found = links.several(wanted.organization, numbers) if numbers else {}
    return {number: link for number, link in found.items() if link.status != DELETED}


@dataclass
class _Pace:
    """Tells early that a bundle will be too large for an answer, or take too long: by the pictures so far.

    The first one does not count: libraries are loaded with it.
    """

    pictures: int
    began: float | None = None

    def goes_on(self, drawn: int, size: int) -> bool:
        if self.began is None:
            self.began = time.monotonic()
        seconds = time.monotonic() - self.began
        if seconds < LOOK_SECONDS:
            return size <= MOST_BYTES
        left = self.pictures / max(1, drawn - 1)
        return seconds * left <= BUILD_SECONDS and size * left <= MOST_BYTES


def _built(entries: list[Entry]) -> bytes | None:
    """The whole zip, None when it is too large, or takes too long."""
    file = BytesIO()
    try:
        _write(file, entries, _Pace(len(entries)).goes_on)
    except _Stopped:
        return None
    return file.getvalue() if file.tell() <= MOST_BYTES else None


def _store(order: Order, out_of_time: OutOfTime) -> None:
    """Draw what an order is for, but for what was deleted since, into its file. Raises _Stopped."""
    entries = list(_found(order.wanted).values())
    with TemporaryFile() as file:  # of 500 pictures with logos it is larger than a function's memory should be
        _write(file, entries, lambda *_: not out_of_time())
        file.seek(0)
        files.put(order.key, bundled.CONTENT_TYPE, file)


def _write(file: IO[bytes], entries: list[Entry], goes_on: GoesOn) -> None:
    """Write a zip: the table first, then the pictures. Raises _Stopped when they shall not go on after some picture,
    and InvalidRequest that names the id of what cannot be drawn."""
    names = bundled.file_names(entries)
    zips.write(file, _members(file, entries, names, goes_on))


def _members(file: IO[bytes], entries: list[Entry], names: list[str], goes_on: GoesOn) -> Iterator[Member]:
    yield Member(bundled.TABLE, bundled.table(entries, names).encode(), packed=True)
    for drawn, (entry, name) in enumerate(zip(entries, names, strict=True), 1):
        yield Member(name, _drawn(entry), entry.picture.style.format in PACKED)
        if not goes_on(drawn, file.tell()):
            raise _Stopped


def _drawn(entry: Entry) -> bytes:
    try:
        return pictures.draw(entry.picture)
    except InvalidRequest as error:
        raise error.within(entry.id) from error


def _ordered(wanted: Wanted, now_ms: int) -> int:
    order = Order(ids.new(now_ms), wanted, RUNNING, now_ms)
    bundles.put(order)
    with suppress(Unavailable):  # the order stands: the sweep sends it again
        _send(order)
    return order.number


def _send(order: Order) -> None:
    queues.send_job({"organization": order.wanted.organization, "bundle": order.number})
