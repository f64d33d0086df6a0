"""A job that is killed: at one of its calls, before it or after it took effect."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest


class Killed(BaseException):
    """No code of ours may catch it, as none hears of its process's end."""


@contextmanager
def killed_at(at: int, calls: dict[ModuleType, tuple[str, ...]]) -> Iterator[None]:
    """While it is open, these functions of modules kill whoever calls them: at the moment of that number, of which each
    call has two, one before it and one after it."""
    moments = itertools.count(1)

    def killing(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            if next(moments) == at:
                raise Killed
            answer = call(*arguments, **named)
            if next(moments) == at:
                raise Killed
            return answer

        return called

    with pytest.MonkeyPatch.context() as patch:
        for module, names in calls.items():
            for name in names:
                patch.setattr(module, name, killing(getattr(module, name)))
        yield
