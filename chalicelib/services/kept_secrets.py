"""Secrets of those that we post to, of which they have the names alone.

A secret is kept before anything names it, so that nobody is without; it is forgotten again when it does not come to be
named:

    keep the secret ... write who names it ... answer
    keep the secret ... the write fails ...... is it named after all? no: forget it
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from chalicelib.core.endpoints import Secret
from chalicelib.store import secrets
from chalicelib.store.versions import Held


class Naming(Protocol):
    """What names secrets."""

    @property
    def organization(self) -> int: ...

    @property
    def number(self) -> int: ...

    @property
    def secrets(self) -> tuple[Secret, ...]: ...


T = TypeVar("T", bound=Naming)

# Reads by an organization's number and its own what is stored now, consistently.
Read = Callable[[int, int], Held[T] | None]


def kept(naming: T, text: str, write: Callable[[str], T], read: Read[T]) -> T:
    """Keep a secret, and do what makes it named; when that fails, forget the secret again."""
    name = secrets.put(naming.organization, text)
    try:
        return write(name)
    except Exception:  # whatever it was, nobody would ever find the secret to forget it; and it is raised on
        if not is_named(naming, name, read):
            secrets.delete([name])
        raise


def is_named(naming: T, secret: str, read: Read[T]) -> bool:
    """Whether a secret is named in what is stored: a write that failed may have been done all the same."""
    found = read(naming.organization, naming.number)
    return found is not None and any(each.name == secret for each in found.value.secrets)
