"""The organization that a command works on."""

import os
from typing import TYPE_CHECKING

from infra.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.core.accounts import Organization


def organization() -> int:
    """The number of the one that ORGANIZATION=org_... names, or else of the only one that there is.

    Test twins are not counted, but may be named. Call it after `attach`. Raises StackError, which lists what there is
    to choose from.
    """
    from chalicelib import ids
    from chalicelib.store import accounts

    wanted = os.environ.get("ORGANIZATION", "")
    numbers = accounts.organizations()
    if wanted:
        number = ids.parse(wanted)
        if number in numbers:
            return number
    known = [found for number in sorted(numbers) if (found := accounts.find_organization(number))]
    live = [found for found in known if found.test_of is None]
    if not wanted and len(live) == 1:
        return live[0].number
    problem = f"ORGANIZATION={wanted}: is not there" if wanted else "ORGANIZATION= must say which"
    raise StackError(f"{problem}; there are: {_listed(known if wanted else live)}")


def _listed(known: "Iterable[Organization]") -> str:
    from chalicelib import ids

    return ", ".join(f"{ids.spell('org', each.number)} ({each.name})" for each in known) or "none"
