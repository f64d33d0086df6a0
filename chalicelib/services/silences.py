"""Conversations that end by silence: no report came for half an hour after one that said that it had started.

A scan's alarm is set before its report is written, and looks at the scan when it goes off:

    report:  sets the alarm (10:30) ... writes the scan (reported 10:00) ...................... the next one (10:20)
    alarm:   ....................................................... 10:30: last reported 10:20, moves to 10:50

A report that comes at the same moment decides by the scan's revision who was first: the alarm is refused and looks
again, or the report finds the conversation over, and leaves it so.
"""

from typing import Final

from chalicelib.core.conversations import silent_from
from chalicelib.core.scans import ScanKey
from chalicelib.errors import Unavailable
from chalicelib.services import editing
from chalicelib.store import alarms, scans
from chalicelib.store.alarms import Alarm

ATTEMPTS: Final = 8


def listen(alarm: Alarm, now_ms: int) -> None:
    """See to the alarm of a scan's conversation: end it, move it to when silence will be, or end the conversation.

    Raises Unavailable; the alarm is still set then.
    """
    key = ScanKey.parse(alarm.organization, alarm.of)
    for _ in range(ATTEMPTS):
        found = [] if key is None else scans.read([key])
        talking = [(scan, ms) for scan in found if not scan.poisoned and (ms := silent_from(scan)) is not None]
        if not talking:
            alarms.end(alarm)
            return
        ((scan, silent_ms),) = talking
        if silent_ms > now_ms:
            alarms.move(alarm, silent_ms)
            return
        editing.silence(scan, now_ms)  # then it is over, or was changed: look again
    raise Unavailable.storage()
