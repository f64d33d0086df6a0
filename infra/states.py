"""In which state a stack is, and whether it can be changed."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.errors import StackError

# Of stacks that were never made: their name is free.
FREE = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
# A first deploy failed, or a removal: nothing of these works, and CloudFormation changes them no more.
NEVER_MADE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
ADVICE = {
    "ROLLBACK_COMPLETE": "its first deploy failed and was undone: clear it away with make destroy, then deploy again",
    "ROLLBACK_FAILED": "its first deploy failed half undone: clear it away with make destroy, then deploy again",
    "CREATE_FAILED": "its first deploy failed: clear it away with make destroy, then deploy again",
    "DELETE_FAILED": "it is half deleted: run make destroy again, then deploy",
    "UPDATE_ROLLBACK_FAILED": (
        "an update failed half undone: aws cloudformation continue-update-rollback --stack-name {stack}, then deploy"
    ),
}


@dataclass(frozen=True)
class Stack:
    """A stack as CloudFormation describes it; of a parameter with NoEcho the value is asterisks."""

    id: str
    name: str
    status: str
    parameters: dict[str, str]
    outputs: dict[str, str]


def find(cloudformation: Any, stack: str) -> Stack | None:
    """The stack of a name or id; None when there is none, or one that was never made."""
    try:
        told = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    if told["StackStatus"] in FREE:
        return None
    return Stack(
        told["StackId"],
        told["StackName"],
        told["StackStatus"],
        {it["ParameterKey"]: it.get("ParameterValue", "") for it in told.get("Parameters", [])},
        {it["OutputKey"]: it["OutputValue"] for it in told.get("Outputs", [])},
    )


def check_changeable(stack: str, found: Stack | None) -> None:
    """Raises StackError that says what to do for a stack which nothing can be deployed to now."""
    if found is None:
        return
    if advice := ADVICE.get(found.status):
        raise StackError(f"the stack {stack} is in {found.status}: {advice.format(stack=stack)}")
    if found.status.endswith("_IN_PROGRESS"):
        raise StackError(f"the stack {stack} is being changed just now ({found.status}): try again when that is over")
