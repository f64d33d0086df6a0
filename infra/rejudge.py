"""`make rejudge FROM=2026-11-01 TO=2026-11-20`: judge the stored scans of a period again, by today's bot rules.

TO is not included. It runs in the background; answers about a link say `recounting` while its scans are judged.
"""

import os
import sys
import time

from infra.attached import attach
from infra.errors import StackError
from infra.owner import owner
from infra.serve import FOLDER


def main() -> int:
    """Order it; return the exit code."""
    try:
        caller = owner(attach(FOLDER))
    except StackError as error:
        print(f"quietzone: {error}", file=sys.stderr)
        return 1
    from chalicelib.core.days import parse_time
    from chalicelib.errors import InvalidRequest
    from chalicelib.services import history

    first_ms, end_ms = (parse_time(os.environ.get(name, "")) for name in ("FROM", "TO"))
    try:
        if first_ms is None or end_ms is None:
            raise InvalidRequest.for_field("FROM, TO", "must be dates, like FROM=2026-11-01 TO=2026-11-20")
        history.rejudge(caller.organization.number, first_ms, end_ms, time.time_ns() // 1_000_000)
    except InvalidRequest as error:
        print(f"quietzone: {error.message}", file=sys.stderr)
        return 1
    print("ordered: the scans are judged again in the background")
    return 0


if __name__ == "__main__":
    sys.exit(main())
