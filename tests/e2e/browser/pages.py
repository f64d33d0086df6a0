"""Every page there is: where it lies, and what says that it is the right one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.e2e.browser.things import Things


@dataclass(frozen=True)
class Shown:
    """A page: its path, what its heading matches, and the status that it has. `public` ones want nobody signed in."""

    path: Callable[[Things], str]
    heading: str
    status: int = 200
    public: bool = False

    def matches(self, heading: str) -> bool:
        return re.search(self.heading, heading) is not None


PAGES: Final = {
    "a picture": Shown(lambda made: f"/qr/{made.link}", "."),
    "sign in": Shown(lambda _: "/sign-in", "Sign in", public=True),
    "a link that is used up": Shown(lambda _: "/sign-in/nothing", "This link is used up", public=True),
    "account": Shown(lambda _: "/dashboard/account", "Your account"),
    "no such page": Shown(lambda _: "/dashboard/nothing", "Nothing here", 404),
}
