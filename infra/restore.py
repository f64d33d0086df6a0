"""`make restore STAGE=prod REGION=eu-west-1 AT=2026-11-22T03:00:00Z`: the deployment with its tables as they were.

The tables of now stay beside, with all that was written since, and cost until they are deleted.
"""

import os
import sys
from datetime import UTC, datetime

from infra.account import Account
from infra.command import confirmed, run, say
from infra.deploy import Witness
from infra.errors import StackError
from infra.restoring import Plan, planned, restore
from infra.target import target

PAUSE_SECONDS = 10


def main() -> bool:
    """Restore the deployment that STAGE names; False when the user does not want that. Raises StackError."""
    where, at = target(), moment(os.environ.get("AT", ""))
    account = Account(where.region)
    plan = planned(account.clients, where.stack, at)
    if plan.is_done:
        say(f"{where.stack} is on the tables of {spelled(at)} already")
        return True
    say(told(plan))
    if not confirmed(f"Put {where.stack} back to {spelled(at)}?"):
        return False
    pause = 0.2 if account.is_embedded else PAUSE_SECONDS
    restore(account.clients, plan, Witness(pause=pause), say)
    say(f"{where.stack} is as it was at {spelled(at)}. Left behind, with all that was written since:")
    for name in plan.present.values():
        say(f"  {name}")
    return True


def moment(text: str) -> datetime:
    """A time as a user writes it. Raises StackError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise StackError("AT= must say a time, like AT=2026-11-22T03:00:00Z") from error
    if at.tzinfo is None:
        raise StackError("AT= must name its offset: Z for UTC, as in AT=2026-11-22T03:00:00Z")
    return at.astimezone(UTC).replace(microsecond=0)


def told(plan: Plan) -> str:
    """What will happen, for the user to read."""
    lines = [f"  {name} -> {plan.target(resource)}" for resource, name in plan.present.items()]
    return "\n".join(
        [
            f"The tables of {plan.stack} are made anew as they were at {spelled(plan.at)}:",
            *lines,
            "Links lead on meanwhile. What was written since then is in the old tables alone: they stay.",
        ]
    )


def spelled(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    sys.exit(run(main))
