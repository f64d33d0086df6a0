"""`make requeue`: scans that were set aside because they could not be counted are tried again.

For after the cause is gone: a repaired rollup, a corrected rule.
"""

import sys
import time

from infra.attached import attach
from infra.errors import StackError
from infra.serve import FOLDER


def main() -> int:
    """Order it; return the exit code."""
    try:
        stack = attach(FOLDER)
    except StackError as error:
        print(f"quietzone: {error}", file=sys.stderr)
        return 1
    from chalicelib.services import accounts, poison

    now_ms = time.time_ns() // 1_000_000
    owner = accounts.authenticate(stack.api_key)
    print(f"{poison.requeue(owner.organization.number, now_ms)} scans wait to be counted again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
