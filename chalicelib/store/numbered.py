"""Sort keys that end in a number, so that a query finds things in the order in which they were made."""

from typing import Any


def sort_key(kind: str, number: int) -> str:
    """Where the thing of a kind with that number lies in its organization's partition."""
    return f"{kind}#{number:016}"


def below(kind: str, attribute: Any, before: int | None) -> Any:
    """The condition for things of a kind with numbers below `before`; `~` sorts behind every digit."""
    return attribute.between(f"{kind}#", f"{kind}#~" if before is None else sort_key(kind, before - 1))
