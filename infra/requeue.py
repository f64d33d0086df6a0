"""`make requeue`: scans that were set aside because they could not be counted are tried again.

For after the cause is gone: a repaired rollup, a corrected rule.
"""

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
    from chalicelib.services import poison

    now_ms = time.time_ns() // 1_000_000
    print(f"{poison.requeue(caller.organization.number, now_ms)} scans wait to be counted again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
