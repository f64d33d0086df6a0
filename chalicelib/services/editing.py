"""Edits of a scan: new facts, the next revision, pending again; the fold then moves the books from what they hold.

The scan may be of any day, so no sweep would find it if the stream lost its record. That is noted first:

    edit:   notes it ........ writes the new facts, pending ........ folds ........ forgets the note
    sweep:  ..... whatever is noted is folded, if it is pending, and the note forgotten
"""

from contextlib import suppress
from typing import Final

from chalicelib.core.conversations import Conversation
from chalicelib.core.scans import ScanKey
from chalicelib.errors import NotFound, Unavailable
from chalicelib.services import counting
from chalicelib.store import poisoned, reopened, scans

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
        after = conversation.of(scan)
        if after == scan or scans.edit(scan, after.facts.conversation, after.facts.messages, after.ended):
            return
    raise Unavailable.storage()
