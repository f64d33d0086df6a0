"""`make sign-in`: a link with which an organization's owner signs in, where no mail is sent or none arrives."""

import sys
import time

from infra.attached import attach
from infra.command import run
from infra.owner import owner
from infra.serve import FOLDER


def main() -> None:
    """Print it; it is good once, for 15 minutes."""
    stack = attach(FOLDER)
    caller = owner(stack)
    from chalicelib.services import signing_in

    print(signing_in.link_for(caller.organization.number, caller.member, stack.url, time.time_ns() // 1_000_000))


if __name__ == "__main__":
    sys.exit(run(main))
