"""Migrations: what a release makes of stored items that earlier ones left. `docs/upgrades.md` has the rules.

A name is never used twice, and one that was released stays here for two releases.
"""

from typing import Final

# Members from before people signed in get what finds them by their mail address.
ADDRESSES: Final = "addresses"

# In the order in which they begin.
ALL: Final = (ADDRESSES,)
