"""UTM parameters: what a link adds to its destination's query, so that the page behind it knows where visitors come
from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NAMES: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@dataclass(frozen=True, slots=True)
class Utm:
    """Parameters to set: some of NAMES, of which None takes one away, and others, which replace all others.

    Without `custom` those stay. A name that is in both has the value of `standard`.
    """

    standard: Mapping[str, str | None] = field(default_factory=dict)
    custom: Mapping[str, str] | None = None

    def added_to(self, present: Mapping[str, str]) -> dict[str, str]:
        """A link's parameters after this: those of NAMES first, each in its place."""
        others = custom(present) if self.custom is None else self.custom
        known = {**{name: present[name] for name in NAMES if name in present}, **others, **self.standard}
        order = [*(name for name in NAMES if name in known), *(name for name in known if name not in NAMES)]
        return {name: value for name in order if (value := known[name]) is not None}


def custom(present: Mapping[str, str]) -> dict[str, str]:
    """The parameters that are none of NAMES."""
    return {name: value for name, value in present.items() if name not in NAMES}
