"""Every event function's blueprint, in one list: what `app.py` registers.

Each function is a module of its own, which Lambda imports without `app.py`: it waits for what it needs and for nothing
of the APIs and pages.
"""

from typing import Final

from chalice.app import Blueprint

from chalicelib.functions import deliver, events, fold, jobs, recount, slow, spill, sweep, tick

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    fold.bp,
    events.bp,
    deliver.bp,
    slow.bp,
    tick.bp,
    spill.bp,
    jobs.bp,
    sweep.bp,
    recount.bp,
)
