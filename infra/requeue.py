"""`make requeue`: scans that were set aside because they could not be counted are tried again.

For after the cause is gone: a repaired rollup, a corrected rule.
"""

import sys
import time

from infra.attached import attach
from infra.command import run
from infra.owner import owner
from infra.serve import FOLDER


def main() -> None:
    """Order it."""
    caller = owner(attach(FOLDER))
    from chalicelib.services import poison

    now_ms = time.time_ns() // 1_000_000
    print(f"{poison.requeue(caller.organization.number, now_ms)} scans wait to be counted again")


if __name__ == "__main__":
    sys.exit(run(main))
