"""`make destroy STAGE= REGION=`: takes a deployment away; what people made is deleted only when that is said twice.

First the stack goes, with everything that could still write. Tables and their items come last: CloudFormation keeps
them, so whatever fails on the way, they are there, and the same command goes on from there.
"""

import os
import sys
from dataclasses import dataclass, field
from typing import Any

from infra import removal
from infra.account import Account
from infra.command import asked, confirmed, run, say
from infra.companion import Companion
from infra.deploy import Witness
from infra.errors import StackError
from infra.inventory import BUCKET, TABLE, resources
from infra.shipment import show_event
from infra.states import Stack, find
from infra.target import Target, target


def main() -> None:
    """Destroy what STAGE and REGION name."""
    deployment = target()
    account = Account(deployment.region)
    say(f"  account {account.number}, as {account.identity}")
    remains = look(account, deployment)
    if remains is None:
        raise StackError(f"there is no stack {deployment.stack} in {deployment.region}, and nothing is left of one")
    Destruction(account, deployment, remains).run()


@dataclass
class Remains:
    """What is there of a deployment; `stack` is None when only what it kept is left. Physical names by logical ones."""

    stack: Stack | None
    tables: dict[str, str] = field(default_factory=dict)
    buckets: dict[str, str] = field(default_factory=dict)


def look(account: Account, deployment: Target) -> Remains | None:
    """What is there, None when there is nothing."""
    cloudformation, dynamodb = account.clients("cloudformation"), account.clients("dynamodb")
    stack = find(cloudformation, deployment.stack)
    last = stack.id if stack else _last_deleted(cloudformation, deployment.stack)
    found = resources(cloudformation, last) if last else {}
    tables = {name: table for name, table in found.get(TABLE, {}).items() if removal.exists(dynamodb, table)}
    buckets = {name: it for name, it in found.get(BUCKET, {}).items() if removal.has_bucket(account.clients("s3"), it)}
    companion = Companion(account, deployment, Witness()).found()
    return Remains(stack, tables, buckets) if stack or tables or buckets or companion else None


def _last_deleted(cloudformation: Any, name: str) -> str:
    """The id of the stack of that name that was deleted last; CloudFormation knows it for 90 days. '' if none."""
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
    gone = [it for page in pages for it in page["StackSummaries"] if it["StackName"] == name]
    return str(max(gone, key=lambda it: it["CreationTime"])["StackId"]) if gone else ""


class Destruction:
    """Takes away what remains of a deployment."""

    def __init__(self, account: Account, deployment: Target, remains: Remains) -> None:
        self._account, self._target, self._remains = account, deployment, remains
        self._witness = Witness(report=show_event, pause=0.2 if account.is_embedded else 5)
        self._s3, self._dynamodb = account.clients("s3"), account.clients("dynamodb")

    def run(self) -> None:
        """Ask, then remove. Raises StackError when it is not told to, or not told clearly enough."""
        holding = self._holding()
        say(seen(self._target, self._remains, holding))
        keeps = asked("KEEP_DATA") and bool(holding)
        if holding:
            self._ask_twice(keeps)
        elif not confirmed(f"Remove {self._target.stack} from account {self._account.number}?"):
            raise StackError("nothing was removed: you did not say yes")
        self._remove_stack()
        if keeps:
            say(kept(self._target, self._remains))
        else:
            self._remove_contents(told=bool(holding))
        say(f"\n{self._target.stack} is gone.")

    def _holding(self) -> list[str]:
        """The tables that hold anything."""
        return [name for name, it in self._remains.tables.items() if removal.holds_items(self._dynamodb, it)]

    def _ask_twice(self, keeps: bool) -> None:
        """Raises StackError unless both are said: what becomes of the items, and the name, typed."""
        name = self._target.stack
        if not keeps and os.environ.get("DELETE_DATA") != name:
            raise StackError(
                "nothing was removed: the tables hold items. To delete these for ever add"
                f" DELETE_DATA={name}; to remove everything else and keep the tables add KEEP_DATA=1"
            )
        print(f"Type the stack's name, {name}, to go on: ", end="", flush=True)
        if sys.stdin.readline().strip() != name:
            raise StackError("nothing was removed: that is not its name")

    def _remove_stack(self) -> None:
        """The buckets' files first: CloudFormation deletes no bucket that has any."""
        for bucket in self._remains.buckets.values():
            removal.empty_bucket(self._s3, bucket)
        if self._remains.stack:
            removal.delete_stack(self._account.clients("cloudformation"), self._remains.stack, self._witness)
        Companion(self._account, self._target, self._witness).remove()

    def _remove_contents(self, told: bool) -> None:
        """What CloudFormation kept. A table that was empty when we asked must still be: nobody was asked twice."""
        if not told and (filled := self._holding()):
            raise StackError(f"{', '.join(filled)} got items meanwhile and stayed: run make destroy again")
        for table in self._remains.tables.values():
            removal.delete_table(self._dynamodb, table)
            say(f"    DELETED          {table}")
        for bucket in self._remains.buckets.values():
            removal.empty_bucket(self._s3, bucket)
            removal.delete_bucket(self._s3, bucket)
        removal.delete_secrets(self._account.clients("ssm"), f"/quietzone/{self._target.stack}")


def seen(deployment: Target, remains: Remains, holding: list[str]) -> str:
    """What was found."""
    lines = [
        f"  stack   {deployment.stack} in {deployment.region}{'' if remains.stack else ' is gone; this is left of it:'}"
    ]
    for name, table in sorted(remains.tables.items()):
        lines.append(f"  table   {name:<16} {table}, {'holds items' if name in holding else 'empty'}")
    lines += [f"  bucket  {name:<16} {bucket}" for name, bucket in sorted(remains.buckets.items())]
    return "\n".join([*lines, ""])


def kept(deployment: Target, remains: Remains) -> str:
    """What is still there, and what can be done with it."""
    stage = f"STAGE={deployment.stage} REGION={deployment.region}"
    tables = "\n".join(f"    {name:<16} {table}" for name, table in sorted(remains.tables.items()))
    return f"""
  Kept, protected against deletion, and paid for as before:

{tables}
    secrets          below /quietzone/{deployment.stack} in SSM's parameter store

  To delete them:  make destroy {stage} DELETE_DATA={deployment.stack}
                   (within 90 days, and before another deploy of that stage; later in the DynamoDB console)
  To use them:     "A new deployment on old tables" in docs/operations.md"""


if __name__ == "__main__":
    sys.exit(run(main))
