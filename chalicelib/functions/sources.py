"""What wakes the event functions: the stack's own streams and queues, named as the template names them."""

from typing import Any


def arn(resource: str, attribute: str = "Arn") -> Any:
    """One of them, for Chalice's decorators, whose types know only strings."""
    return {"Fn::GetAtt": [resource, attribute]}
