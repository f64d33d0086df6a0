"""`make key PREFIX=oqr_`: another API key of an organization's owner, with every scope.

Clients of other services check what a key begins with, so the prefix is free.
"""

import os
import sys
import time

from infra.attached import attach
from infra.command import run
from infra.owner import owner
from infra.serve import FOLDER


def main() -> None:
    """Print a new key."""
    caller = owner(attach(FOLDER))
    from chalicelib.services import accounts

    prefix = os.environ.get("PREFIX") or "qz_live_"
    print(accounts.create_key(caller.organization.number, caller.member, time.time_ns() // 1_000_000, prefix))


if __name__ == "__main__":
    sys.exit(run(main))
