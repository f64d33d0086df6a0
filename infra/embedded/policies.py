"""What the policies of a role allow. Of IAM's language it knows what ours say: actions allowed on resources."""

import json
import re
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from infra.embedded.actions import Asked


class Permission(NamedTuple):
    """An action on what a pattern names, as a policy has them."""

    action: str
    resource: str


_UNDERSTOOD: Final = {"Sid", "Effect", "Action", "Resource"}


@lru_cache(maxsize=10_000)
def allowing(documents: tuple[str, ...], asked: Asked) -> frozenset[Permission]:
    """The permissions in a role's policies, JSON texts, that allow what is asked for; none when it is refused.

    Raises ValueError for a policy that says more than what is allowed.
    """
    return frozenset(
        permission
        for permission in permissions(documents)
        # Actions are the same in whatever case, resources are not.
        if _matches(permission.action.lower(), asked.action.lower()) and _matches(permission.resource, asked.resource)
    )


@cache
def permissions(documents: tuple[str, ...]) -> frozenset[Permission]:
    """Every permission in a role's policies. Raises as `allowing` does."""
    return frozenset(
        Permission(action, resource)
        for document in documents
        for statement in _many(json.loads(document)["Statement"])
        for action in _many(_understood(statement)["Action"])
        for resource in _many(statement["Resource"])
    )


def _understood(statement: dict[str, Any]) -> dict[str, Any]:
    if statement["Effect"] != "Allow" or statement.keys() - _UNDERSTOOD:
        raise ValueError(f"the embedded AWS does not know what this policy means: {statement}")
    return statement


def _many(one_or_many: Any) -> Collection[Any]:
    return one_or_many if isinstance(one_or_many, list) else [one_or_many]


def _matches(pattern: str, text: str) -> bool:
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """`*` stands for any letters, `?` for one."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
