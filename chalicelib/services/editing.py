"""Edits of a scan: new facts, the next revision, pending again; the fold then moves the books from what they hold.

The scan may be of any day, so no sweep would find it if the stream lost its record. That is noted first:

    edit:   notes it ........ writes the new facts, pending ........ folds ........ forgets the note
    sweep:  ..... whatever is noted is folded, if it is pending, and the note forgotten

A report of a conversation that is not over sets an alarm before it is written, for when it will have been silent for a
while; `silences` has what becomes of that. An alarm about nothing does no harm.
"""

from contextlib import suppress
from typing import Final

from chalicelib.core.conversations import Conversation, silenced, silent_from
from chalicelib.core.scans import Scan, ScanKey
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import counting
from chalicelib.store import alarms, poisoned, reopened, scans
from chalicelib.store.alarms import SILENCE, Alarm

ATTEMPTS: Final = 8


def converse(key: ScanKey, conversation: Conversation, now_ms: int) -> None:
    """Give a scan what is reported of its conversation. Raises NotFound, and Unavailable when nothing is changed.

    It is in the books at once, or soon where folding has to wait.
    """
    note = reopened.note(key, now_ms)
    try:
        _write(key, conversation, now_ms)
    except NotFound:
        reopened.forget(key, note)
        raise
    _settle(key, note)


def silence(scan: Scan, now_ms: int) -> bool:
    """End a scan's conversation by silence, in the way of a report; False when the scan changed meanwhile.

    Raises Unavailable.
    """
    note = reopened.note(scan.key, now_ms)
    written = scans.edit(scan, silenced(scan))
    _settle(scan.key, note)
    return written


def _settle(key: ScanKey, note: int) -> None:
    """Fold an edited scan and forget the note of it; where that has to wait, the note stays."""
    with suppress(Unavailable):
        counting.settle_pending(scans.read([key]))
        reopened.forget(key, note)


def _write(key: ScanKey, conversation: Conversation, now_ms: int) -> None:
    for _ in range(ATTEMPTS):
        found = scans.read([key])
        if not found:
            raise NotFound.of("scan")
        (scan,) = found
        if scan.poisoned:
            poisoned.take_up(scan, now_ms)  # it is worth another try, with its new facts
            continue
        after = conversation.of(scan, now_ms)
        silent_ms = silent_from(after)
        if silent_ms is not None:
            alarms.put(Alarm(key.organization, SILENCE, key.id, silent_ms))
        if scans.edit(scan, after):
            return
    raise Unavailable.storage()
