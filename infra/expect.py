"""`make expect SLUG=spring SCANS=10000`: spread a link before a campaign, for so many scans in its fullest second.

A link spreads by itself while scans come in; until it has, some of them wait in the spill queue. It is never spread
less again, and whoever reads its numbers reads every slot: so not for links that few scan.
"""

import os
import sys
import time

from infra.attached import attach
from infra.command import run, say
from infra.errors import StackError
from infra.serve import FOLDER


def main() -> None:
    """Spread the link and say how far."""
    attach(FOLDER)
    say(spread(os.environ.get("SLUG", ""), os.environ.get("SCANS", "")))


def spread(slug: str, scans: str) -> str:
    """What was done, in a line. Raises StackError and Unavailable."""
    from chalicelib.errors import InvalidRequest, NotFound
    from chalicelib.services import spreading

    if not slug or not scans.isdecimal():
        raise StackError("say which link and how many scans a second: make expect SLUG=spring SCANS=10000")
    try:
        slots = spreading.expect(slug, int(scans), time.time_ns() // 1_000_000)
    except NotFound as error:
        raise StackError(f"no link has the slug {slug}") from error
    except InvalidRequest as error:
        raise StackError(error.message) from error
    return f"{slug} has {slots} slots; redirects use all of them within 5 seconds"


if __name__ == "__main__":
    sys.exit(run(main))
