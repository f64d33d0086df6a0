"""Every page there is: where it lies, and what says that it is the right one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.e2e.browser.things import Things


@dataclass(frozen=True)
class Shown:
    """A page: its path, what its heading matches, and the status that it has."""

    path: Callable[[Things], str]
    heading: str
    status: int = 200

    def matches(self, heading: str) -> bool:
        return re.search(self.heading, heading) is not None


PUBLIC: Final = {
    "a picture": Shown(lambda made: f"/qr/{made.link}", "A good link"),
}
