"""Two kinds of CloudFront's policies, for the embedded AWS: its CloudFormation knows distributions, and none of these.

Nothing is served through a distribution there, so a policy is no more than its name.
"""

from typing import Any, Final

KINDS: Final = ("AWS::CloudFront::CachePolicy", "AWS::CloudFront::ResponseHeadersPolicy")


def know_policies() -> None:
    """Have stacks with policies of CloudFront deployed."""
    from ministack.services.cloudformation import provisioners

    for kind in KINDS:
        provisioners._RESOURCE_HANDLERS[kind] = {"create": _create, "delete": _delete}


def _create(logical_id: str, _properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    policy = f"{stack}-{logical_id}"
    return policy, {"Id": policy}


def _delete(_physical_id: str, _properties: dict[str, Any]) -> None:
    """There is nothing to delete."""
