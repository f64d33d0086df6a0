"""`make rejudge FROM=2026-11-01 TO=2026-11-20`: judge the stored scans of a period again, by today's bot rules.

TO is not included. It runs in the background; answers about a link say `recounting` while its scans are judged.
"""

import os
import sys
import time

from infra.attached import attach
from infra.command import run
from infra.owner import owner
from infra.serve import FOLDER


def main() -> None:
    """Order it."""
    caller = owner(attach(FOLDER))
    from chalicelib.core.days import parse_time
    from chalicelib.errors import InvalidRequest
    from chalicelib.services import history

    first_ms, end_ms = (parse_time(os.environ.get(name, "")) for name in ("FROM", "TO"))
    if first_ms is None or end_ms is None:
        raise InvalidRequest.for_field("FROM, TO", "must be dates, like FROM=2026-11-01 TO=2026-11-20")
    history.rejudge(caller.organization.number, first_ms, end_ms, time.time_ns() // 1_000_000)
    print("ordered: the scans are judged again in the background")


if __name__ == "__main__":
    sys.exit(run(main))
