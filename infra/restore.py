"""`make restore STAGE=prod REGION=eu-west-1 AT=2026-11-22T03:00:00Z`: the deployment with its tables as they were.

Or with other tables altogether, that a deployment left behind: `TABLES='ObjectsTable=... ScansTable=...'`, all five.
The tables of now stay beside, with all that is in them, and cost until they are deleted.
"""

import os
import sys
from datetime import UTC, datetime

from infra.account import Account
from infra.command import confirmed, run, say
from infra.deploy import Witness
from infra.errors import StackError
from infra.restoring import Plan, adopting, recovering, restore
from infra.target import target

PAUSE_SECONDS = 10


def main() -> bool:
    """Put the deployment that STAGE names on other tables; False when the user says no. Raises StackError."""
    where, account = target(), Account(target().region)
    plan = asked(account, where.stack)
    if plan.is_done:
        say(f"{plan.stack} is on these tables already")
        return True
    say(told(plan))
    if not confirmed(f"Put {plan.stack} on these tables?"):
        return False
    restore(account.clients, plan, Witness(pause=0.2 if account.is_embedded else PAUSE_SECONDS), say)
    say(f"{plan.stack} is on these tables. Left behind, with all that is in them:")
    for name in plan.present.values():
        say(f"  {name}")
    return True


def asked(account: Account, stack: str) -> Plan:
    """What AT or TABLES ask for. Raises StackError."""
    tables = os.environ.get("TABLES", "").split()
    if not tables:
        return recovering(account.clients, stack, moment(os.environ.get("AT", "")))
    if os.environ.get("AT"):
        raise StackError("give AT= or TABLES=, not both")
    if any("=" not in each for each in tables):
        raise StackError("TABLES= must be like TABLES='ObjectsTable=name ScansTable=name ...'")
    return adopting(account.clients, stack, dict(each.split("=", 1) for each in tables))


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
    what = (
        f"made anew as they were at {plan.at:%Y-%m-%dT%H:%M:%SZ}" if plan.at else "exchanged for others that are there"
    )
    lines = [f"  {name} -> {plan.targets[resource]}" for resource, name in plan.present.items()]
    return "\n".join(
        [
            f"The tables of {plan.stack} are {what}:",
            *lines,
            "Links lead on meanwhile. What is in the tables of now stays in them, and is not to be seen any more.",
        ]
    )


if __name__ == "__main__":
    sys.exit(run(main))
