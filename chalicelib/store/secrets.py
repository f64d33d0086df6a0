"""Secrets, in SSM's parameter store, encrypted: what signs webhooks, and URLs that are secrets themselves.

A secret has a name of its own and is never changed, so whoever read it once may keep it.
"""

import secrets
from collections.abc import Collection
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import settings
from chalicelib.core.batches import batches
from chalicelib.errors import Unavailable
from chalicelib.store.aws_clients import client, once

_AT_ONCE: Final = 10  # as many as one request reads
_MOST_HELD: Final = 10_000

_held: dict[str, str] = {}


def put(organization: int, text: str) -> str:
    """Keep a secret; return its name. Raises Unavailable."""
    name = f"{organization}/{secrets.token_hex(16)}"
    try:
        _client().put_parameter(Name=_path(name), Value=text, Type="SecureString")
    except (BotoCoreError, ClientError) as error:
        raise Unavailable.storage() from error
    return name


def read(names: Collection[str]) -> dict[str, str]:
    """Secrets by their names; those that are gone are missing. Raises Unavailable."""
    if len(_held) > _MOST_HELD:
        _held.clear()
    for wanted in batches(sorted(set(names) - _held.keys()), _AT_ONCE):
        _held.update(_read(wanted))
    return {name: _held[name] for name in names if name in _held}


def delete(names: Collection[str]) -> None:
    """Forget secrets, if there are any. Raises Unavailable."""
    for name in names:
        _held.pop(name, None)
    for paths in batches(map(_path, names), _AT_ONCE):
        try:
            _client().delete_parameters(Names=paths)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable.storage() from error


def _read(names: list[str]) -> dict[str, str]:
    try:
        answer = _client().get_parameters(Names=[_path(name) for name in names], WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable.storage() from error
    prefix = _path("")
    return {found["Name"].removeprefix(prefix): found["Value"] for found in answer["Parameters"]}


def _path(name: str) -> str:
    return f"{settings().secrets_path}/{name}"


@once
def _client() -> Any:
    return client("ssm", connect_seconds=1, read_seconds=3)
