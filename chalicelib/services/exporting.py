"""Exports of a link's scans: built in the answer while they are small, written to a file by a job when they are not.

The order is written first; the message only wakes a job, and the sweep sends it again if it was lost. A job uploads the
file in parts and notes each with the place of its last scan, so a job that is cut off is gone on with at that part:

    job A: uploads part 3 .......... notes it: refused, the order is B's. Stops
    job B: ......... takes the order up, uploads part 3 anew ............. notes it, goes on

If A's part came last, the parts are not those that were noted: S3 says so in the end, and the file is begun anew.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from chalicelib import ids
from chalicelib.core import exports as files_of
from chalicelib.core.days import DAY_MS
from chalicelib.core.exports import RUNNING, Export, Progress, Wanted
from chalicelib.core.places import Place
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import scan_lists
from chalicelib.store import exports, files, queues

MOST_BYTES: Final = 5_000_000  # of an answer
MOST_CARRIED_BYTES: Final = 6_000_000  # of it as a JSON string: Lambda carries answers as such, up to 6 MiB
BUILD_SECONDS: Final = 15.0  # API Gateway gives up after 29
ROW_BYTES: Final = {files_of.CSV: 120, files_of.JSON: 215}  # what a row usually has

PART_BYTES: Final = files.LEAST_PART_BYTES
URL_SECONDS: Final = 900
GIVE_UP_MS: Final = DAY_MS  # S3 throws the parts away then

OutOfTime = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Built:
    """The whole file."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Ordered:
    """A job writes the file; `status` of this number tells how far it is."""

    number: int


def start_or_build(wanted: Wanted, now_ms: int) -> Built | Ordered:
    """A file of a link's scans if it has 5 MB at most, or else an order for it. Raises Unavailable.

    Who asks again while an order runs is given the same one.
    """
    total = scan_lists.total_of_link(wanted.organization, wanted.link, wanted.span, now_ms)
    if total * ROW_BYTES[wanted.format] <= MOST_BYTES:
        content = _built(wanted, now_ms)
        if content is not None:
            return Built(content)
    same = (order.number for order in exports.running(wanted.organization) if order.wanted == wanted)
    number = next(same, None)
    return Ordered(_ordered(wanted, total, now_ms) if number is None else number)


def status(organization: int, number: int, now_ms: int) -> Export:
    """An order as it is now. Raises NotFound."""
    order = exports.read(organization, number, now_ms)
    if order is None:
        raise NotFound.of("export")
    return order


def signed_url(export: Export) -> str:
    """Where the file of an order that is done can be fetched, by anybody, for 15 minutes."""
    return files.signed_url(export.key, URL_SECONDS)


def export(organization: int, number: int, now_ms: int, out_of_time: OutOfTime) -> bool:
    """Work on an order. False when time ran out; a message to go on is then on its way."""
    order = exports.take(organization, number, now_ms)
    if order is None:
        return True
    if now_ms - order.created_ms > GIVE_UP_MS:
        _give_up(order)
        return True
    writing = _Writing(order, now_ms, out_of_time)
    try:
        return writing.go_on()
    except files.UploadLost:
        return writing.end_lost()


class _Overtaken(Exception):
    """Another job has taken the order up, or ended it."""


class _Writing:
    """One job's work on an order."""

    def __init__(self, order: Export, now_ms: int, out_of_time: OutOfTime) -> None:
        self._order, self._now_ms, self._out_of_time = order, now_ms, out_of_time

    def go_on(self) -> bool:
        """Write what is left of the file. False when time ran out. Raises UploadLost, Unavailable."""
        try:
            if not self._order.progress.ended and not self._written():
                _send(self._order)
                return False
        except _Overtaken:
            return True
        progress = self._order.progress
        files.complete(self._order.key, progress.upload, progress.etags)
        exports.end(self._order, done=True)
        return True

    def end_lost(self) -> bool:
        """The upload is gone: another job made the file of it, or the file is begun anew."""
        if files.exists(self._order.key):
            exports.end(self._order, done=True)
        elif exports.reach(self._order, Progress()):
            _send(self._order)
            return False
        return True

    def _written(self) -> bool:
        """Upload all parts that are left; False when time ran out."""
        wanted, progress = self._order.wanted, self._order.progress
        if not progress.upload:
            content_type = files_of.CONTENT_TYPES[wanted.format]
            self._reach(replace(progress, upload=files.begin(self._order.key, content_type)))
        text = [] if progress.etags else [files_of.head(wanted)]
        scans, size, place = progress.scans, 0, progress.place
        for scan in scan_lists.every(wanted.organization, wanted.link, wanted.span, self._now_ms, progress.place):
            text.append(files_of.line(wanted, scan, first=not scans))
            scans, size, place = scans + 1, size + len(text[-1]), Place.of(scan.key)
            if size >= PART_BYTES:  # letters: never more than bytes
                self._part(text, scans, place, ended=False)
                text, size = [], 0
                if self._out_of_time():
                    return False
        self._part([*text, files_of.foot(wanted)], scans, place, ended=True)
        return True

    def _part(self, text: list[str], scans: int, place: Place | None, ended: bool) -> None:
        """Upload a part and note it."""
        progress = self._order.progress
        body = "".join(text).encode()
        etag = files.put_part(self._order.key, progress.upload, len(progress.etags) + 1, body)
        self._reach(Progress(progress.upload, (*progress.etags, etag), place, scans, ended))

    def _reach(self, progress: Progress) -> None:
        if not exports.reach(self._order, progress):
            raise _Overtaken
        self._order = replace(self._order, progress=progress)


def _built(wanted: Wanted, now_ms: int) -> bytes | None:
    """The whole file, None when it is too large, or takes too long."""
    until = time.monotonic() + BUILD_SECONDS
    text = [files_of.head(wanted)]
    size = carried = 0
    for scan in scan_lists.every(wanted.organization, wanted.link, wanted.span, now_ms):
        text.append(files_of.line(wanted, scan, first=len(text) == 1))
        size += len(text[-1].encode())
        carried += len(json.dumps(text[-1]))
        if size > MOST_BYTES or carried > MOST_CARRIED_BYTES or time.monotonic() > until:
            return None
    return "".join([*text, files_of.foot(wanted)]).encode()


def _ordered(wanted: Wanted, total: int, now_ms: int) -> int:
    order = Export(ids.new(now_ms), wanted, RUNNING, total, now_ms)
    exports.put(order)
    with suppress(Unavailable):  # the order stands: the sweep sends it again
        _send(order)
    return order.number


def _send(order: Export) -> None:
    queues.send_job({"organization": order.wanted.organization, "export": order.number})


def _give_up(order: Export) -> None:
    if order.progress.upload:
        files.abort(order.key, order.progress.upload)
    exports.end(order, done=False)
