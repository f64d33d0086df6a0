"""Follows what CloudFormation does to a stack, event by event, to its end."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from infra.errors import StackError

MOST_SECONDS = 2 * 3600
GOOD_ENDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE")
NO_REASON = "CloudFormation gives no reason"


class Event(NamedTuple):
    """What became of a resource; `is_stack` when it is the stack itself."""

    id: str
    resource: str
    type: str
    status: str
    reason: str
    is_stack: bool

    @property
    def ends(self) -> bool:
        """Whether the stack is done with it, for better or worse."""
        return self.is_stack and self.status.endswith(("_COMPLETE", "_FAILED"))


Report = Callable[[Event], None]


def silent(_: Event) -> None:
    """Reports nothing."""


class Progress:
    """What happens to a stack (its name or id) from now on; `pause` is seconds between two looks."""

    def __init__(self, cloudformation: Any, stack: str, pause: float) -> None:
        self._cloudformation, self._stack, self._pause = cloudformation, stack, pause
        self._past = list(self._newest_first())
        self._seen = {event.id for event in self._past}

    def past(self) -> list[Event]:
        """What had happened before, newest first."""
        return self._past

    def follow(self, report: Report) -> None:
        """Report each event as it happens, until the end. Raises StackError with the first reason when it fails."""
        failures = list[Event]()
        deadline = time.monotonic() + MOST_SECONDS
        while time.monotonic() < deadline:
            fresh = self._fresh()
            for event in fresh:
                report(event)
            failures += [event for event in fresh if event.status.endswith("_FAILED")]
            if end := next((event for event in fresh if event.ends), None):
                if end.status in GOOD_ENDS:
                    return
                raise StackError(f"the stack {end.resource} failed: {_reason(failures)}")
            time.sleep(self._pause)
        raise StackError(f"the stack {self._stack} is still being changed after {MOST_SECONDS // 3600} hours")

    def _fresh(self) -> list[Event]:
        """The events that were not seen yet, oldest first."""
        fresh = list[Event]()
        for event in self._newest_first():
            if event.id in self._seen:
                break
            fresh.append(event)
        self._seen |= {event.id for event in fresh}
        return fresh[::-1]

    def _newest_first(self) -> Iterator[Event]:
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self._stack):
            yield from (_event(it) for it in page["StackEvents"])


def _event(told: dict[str, Any]) -> Event:
    return Event(
        told["EventId"],
        told["LogicalResourceId"],
        told.get("ResourceType", ""),
        told["ResourceStatus"],
        told.get("ResourceStatusReason", ""),
        told["LogicalResourceId"] == told["StackName"],
    )


def _reason(failures: list[Event]) -> str:
    """That of the first failure: later ones are its consequences."""
    first = next(iter(failures), None)
    return f"{first.resource}: {first.reason or 'no reason given'}" if first else NO_REASON
