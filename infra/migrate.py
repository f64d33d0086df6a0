"""`make migrate`: stored data is brought to what this release needs, while everything goes on.

`make deploy` does it after each deployment. Whoever does not is helped by the sweep, within five minutes.
"""

import sys
import time
from collections.abc import Callable, Iterator

from infra.attached import attach
from infra.command import run, say
from infra.errors import StackError
from infra.serve import FOLDER

# A job gives news of its migration every 100 organizations, or when its ten minutes are up, and its message may wait.
PATIENCE_SECONDS = 720.0


def main() -> None:
    """Do it, and print how far each migration is."""
    attach(FOLDER)
    migrate(say)


def migrate(report: Callable[[str], None], pause: float = 1.0, patience: float = PATIENCE_SECONDS) -> None:
    """Order every migration of this release, and wait until all are done. `report` gets a line for each.

    `infra.attached.attach` comes first. Raises StackError when nothing moves for `patience` seconds: it goes on by
    itself then. Raises Unavailable.
    """
    from chalicelib.services import migrating

    migrating.order_all(time.time_ns() // 1_000_000)
    seen, moved = list(lines()), time.monotonic()
    while not done():
        time.sleep(pause)
        if (now := list(lines())) != seen:
            seen, moved = now, time.monotonic()
        elif time.monotonic() - moved > patience:
            raise StackError(f"{'; '.join(now)}: it goes on in the background; make migrate orders it anew")
    for line in lines():
        report(line)


def done() -> bool:
    """Whether the data has been through every migration of this release."""
    from chalicelib.services import migrating

    return all(known and known.done_ms for _, known in migrating.progress())


def lines() -> Iterator[str]:
    """How far each migration of this release is, in a line for people."""
    from chalicelib.services import migrating

    for name, known in migrating.progress():
        if known is None:
            yield f"migration {name}: not begun"
        else:
            state = "done" if known.done_ms else f"under way, up to organization {known.after}"
            yield f"migration {name}: {state}, {known.written} items written"


if __name__ == "__main__":
    sys.exit(run(main))
