"""`make key PREFIX=oqr_`: another API key of an organization's owner, with every scope.

Clients of other services check what a key begins with, so the prefix is free.
"""

import os
import sys
import time

from infra.attached import attach
from infra.errors import StackError
from infra.owner import owner
from infra.serve import FOLDER


def main() -> int:
    """Print a new key; return the exit code."""
    try:
        caller = owner(attach(FOLDER))
    except StackError as error:
        print(f"quietzone: {error}", file=sys.stderr)
        return 1
    from chalicelib.errors import InvalidRequest
    from chalicelib.services import accounts

    prefix = os.environ.get("PREFIX") or "qz_live_"
    try:
        key = accounts.create_key(caller.organization.number, caller.member, time.time_ns() // 1_000_000, prefix)
    except InvalidRequest as error:
        print(f"quietzone: {error.message}", file=sys.stderr)
        return 1
    print(key)
    return 0


if __name__ == "__main__":
    sys.exit(main())
