"""`make recount DAY=2026-11-20`: compare a day of an organization with its scans, mend it, print the report.

Without DAY it is yesterday. Today is allowed: what changes while it is read is read again.
"""

import json
import os
import sys
import time
from typing import TYPE_CHECKING

from infra.attached import attach
from infra.command import run
from infra.errors import StackError
from infra.owner import owner
from infra.serve import FOLDER

if TYPE_CHECKING:
    from chalicelib.api.integrity import DayReport
    from chalicelib.services.accounts import Caller

MOST_SECONDS = 900


def main() -> None:
    """Order the recount, wait for it, print its report."""
    print(json.dumps(recounted(owner(attach(FOLDER)), os.environ.get("DAY", "")), indent=2))


def recounted(caller: "Caller", text: str) -> "DayReport":
    """Order the recount of a day and wait until it is done. Raises StackError."""
    from chalicelib.api.integrity import report_shape
    from chalicelib.core.days import day_of, parse_day
    from chalicelib.errors import InvalidRequest
    from chalicelib.services import integrity, recounting

    now_ms = time.time_ns() // 1_000_000
    try:
        day = parse_day(text) if text else day_of(now_ms) - 1
        recounting.order(caller.organization.number, day, now_ms)
    except InvalidRequest as error:
        raise StackError(error.message) from error
    except ValueError as error:
        raise StackError("DAY: must be a date, like DAY=2026-11-20") from error
    end = time.monotonic() + MOST_SECONDS
    while day in integrity.overview(caller, 1).ordered:
        if time.monotonic() > end:
            raise StackError("it goes on in the background: its report will be in /v1/integrity")
        time.sleep(0.5)
    report = integrity.report(caller, day)
    if report is None:
        raise StackError("there is no report: see the log of the jobs function")
    return report_shape(report)


if __name__ == "__main__":
    sys.exit(run(main))
