"""How well a QR code's picture can be read, as it was found by reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, get_args

Cause = Literal["contrast", "quiet_zone", "density", "logo", "shapes"]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)


@dataclass(frozen=True, slots=True)
class Reason:
    """What makes a picture harder to read, for programs and for people."""

    cause: Cause
    message: str


@dataclass(frozen=True, slots=True)
class Scannability:
    """`score` goes from 0, which nobody reads, to 100; `reasons` say what it lost by, the worst first."""

    score: int
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Self:
        """What `dataclasses.asdict` made a mapping of."""
        return cls(stored["score"], tuple(Reason(**reason) for reason in stored["reasons"]))
