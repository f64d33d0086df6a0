"""Whether an installation can work: whether its tables can be reached."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from chalicelib.errors import Unavailable
from chalicelib.store import reach

WAIT_SECONDS: Final = 3.0  # whoever watches asks again; the connection's own attempts may take four times as long


def unreachable(wait_seconds: float = WAIT_SECONDS) -> list[str]:
    """The names of the tables that cannot be read in time, in the order of `reach.TABLES`. All are read at once."""
    reach.prepare()
    pool = ThreadPoolExecutor(len(reach.TABLES))
    asked = {table: pool.submit(reach.reach, table) for table in reach.TABLES}
    wait(asked.values(), timeout=wait_seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    return [table for table, reading in asked.items() if not _succeeded(reading)]


def _succeeded(reading: Future[None]) -> bool:
    if not reading.done():
        return False
    try:
        reading.result()
    except Unavailable:  # what the storage said is in the log
        return False
    return True
