"""What a change set would change, for people to read before they say yes."""

from collections.abc import Iterable
from typing import Any, NamedTuple

# What of a replaced or removed resource of these is gone with it.
HOLDING = {"AWS::DynamoDB::Table": "its items", "AWS::S3::Bucket": "its files"}
HEADINGS = ("action", "resource", "type", "replacement")


class Change(NamedTuple):
    """One resource's. `replacement` is `True`, `False` or `Conditional`, and empty for what is new or goes."""

    action: str
    resource: str
    type: str
    replacement: str


def read(cloudformation: Any, change_set: str) -> list[Change]:
    """All changes of a change set, those that take something away first."""
    pages = cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
    found = [
        _change(it["ResourceChange"]) for page in pages for it in page.get("Changes", []) if "ResourceChange" in it
    ]
    return sorted(found, key=lambda it: (not takes_away(it), it.action, it.type, it.resource))


def _change(told: dict[str, Any]) -> Change:
    replacement = told.get("Replacement", "") if told["Action"] == "Modify" else ""
    return Change(told["Action"], told["LogicalResourceId"], told["ResourceType"], replacement)


def takes_away(change: Change) -> bool:
    """Whether a resource goes, or may be another one afterwards."""
    return change.action == "Remove" or change.replacement in ("True", "Conditional")


def is_loss(change: Change) -> bool:
    """Whether what a resource holds is out of reach afterwards, for sure."""
    return change.type in HOLDING and (change.action == "Remove" or change.replacement == "True")


def table(changes: Iterable[Change]) -> str:
    """The changes in columns."""
    rows = [HEADINGS, *((it.action, it.resource, it.type.removeprefix("AWS::"), _said(it)) for it in changes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _said(change: Change) -> str:
    return {"True": "REPLACED", "Conditional": "maybe", "False": "no"}.get(change.replacement, "")


def warnings(changes: Iterable[Change]) -> list[str]:
    """A line for each table or bucket that would go, or begin anew, empty."""
    verbs = {"": "is removed", "True": "is replaced by an empty one", "Conditional": "may be replaced by an empty one"}
    return [
        f"WARNING: {it.resource} {verbs[it.replacement]}: {HOLDING[it.type]} would be out of reach"
        for it in changes
        if it.type in HOLDING and takes_away(it)
    ]


def summary(changes: Iterable[Change]) -> str:
    """How many of each action, such as `3 to add, 1 to modify`."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.action] = counts.get(change.action, 0) + 1
    return ", ".join(f"{number} to {action.lower()}" for action, number in sorted(counts.items()))
