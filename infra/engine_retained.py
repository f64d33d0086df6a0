"""`DeletionPolicy: Retain` in the embedded AWS: MiniStack (1.4.21) deletes what CloudFormation would keep."""

from typing import Any

from ministack.services.cloudformation import _stacks, stacks


def retain() -> None:
    """Teach MiniStack's CloudFormation to keep what a stack's template says is kept."""
    delete = stacks._delete_resource

    def delete_unless_retained(kind: str, physical: str, properties: Any, stack: str, name: str) -> Any:
        resources = _stacks[stack]["_template"].get("Resources", {})
        if resources.get(name, {}).get("DeletionPolicy") == "Retain":
            return None
        return delete(kind, physical, properties, stack, name)

    stacks._delete_resource = delete_unless_retained
