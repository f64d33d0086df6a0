"""A static code: a payload that is printed as it is. Nothing is between it and whoever scans it, so nothing counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaticCode:
    """`kind` is what the payload holds (`url`, `wifi`, ...)."""

    organization: int
    number: int
    kind: str
    payload: str
    created_ms: int
    label: str | None = None
