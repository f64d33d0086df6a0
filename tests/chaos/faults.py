"""What goes wrong with a call: drawn by a seed, and counted by kind."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# The process dies: before its request leaves, while it is under way, after it took effect.
KILLED_BEFORE = "killed before a call"
KILLED_DURING = "killed during a call"
KILLED_AFTER = "killed after a call"
# The connection fails: before the engine has the request, after it took effect, or the request comes late.
REQUEST_LOST = "request lost"
ANSWER_LOST = "answer lost"
REQUEST_LATE = "request late"
# The engine refuses.
THROTTLED = "throttled"
CONFLICT = "transaction conflict"
INTERNAL_ERROR = "internal error"
# The engine does only a part.
PARTIAL = "partial batch or page"

KILLS = (KILLED_BEFORE, KILLED_DURING, KILLED_AFTER)
BROKEN = (REQUEST_LOST, ANSWER_LOST, REQUEST_LATE)
REFUSED = (THROTTLED, CONFLICT, INTERNAL_ERROR)

# What the harness does to the calls' makers, rather than to calls.
REPEATED = "batch delivered again"
BISECTED = "batch bisected"
RECORD_DROPPED = "record never arrives"
STALE_RECORD = "record of a scan that is gone"
MESSAGE_REPEATED = "message delivered again"
LATE_SCAN = "scan of an earlier day"
SLOTS_GREW = "slots grew"
ERASED = "link erased"
EDITED = "scan edited"
LEFT_OUT = "scans left out"
RETRIED_FOLDED = "write retried after its fold"
OUTAGE = "writes refused for a while"


@dataclass
class Faults:
    """How likely a call meets each fault. `seen` counts those that did."""

    chance: random.Random
    rates: Mapping[str, float] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    calm: bool = False

    @classmethod
    def drawn(cls, chance: random.Random) -> "Faults":
        """A mix of its own for each run: much of this, little of that."""
        kinds = (*KILLS, *BROKEN, *REFUSED, PARTIAL)
        overall = chance.choice((0.02, 0.05, 0.1, 0.2))
        weights = {kind: chance.random() ** 2 for kind in kinds}
        return cls(chance, {kind: overall * weight / sum(weights.values()) for kind, weight in weights.items()})

    def of_call(self) -> str | None:
        """The fault that the next call meets; None for none."""
        if self.calm:
            return None
        drawn = self.chance.random()
        for kind, rate in self.rates.items():
            drawn -= rate
            if drawn < 0:
                return kind
        return None

    def strikes(self, rate: float) -> bool:
        return not self.calm and self.chance.random() < rate

    def note(self, kind: str) -> None:
        self.seen[kind] += 1
