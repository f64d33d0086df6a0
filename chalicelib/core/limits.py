"""How often a key may call: so many requests in each calendar minute."""

from typing import NamedTuple


class Limit(NamedTuple):
    """`name` is what is counted together."""

    name: str
    per_minute: int
