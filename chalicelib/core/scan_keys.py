"""Where a scan lies, and how that is spelled."""

from typing import Final, NamedTuple

from chalicelib.core.days import day_of, month_of
from chalicelib.core.slots import home
from chalicelib.ids import ScanId

END_MS: Final = 10**14  # sort keys have 14 digits of milliseconds: until the year 5138


class ScanKey(NamedTuple):
    """Where a scan lies. `ms` is its time; `random` makes it unique (16 hexadecimal digits)."""

    organization: int
    link: int
    slot: int
    ms: int
    random: str

    @property
    def partition(self) -> str:
        return partition(self.organization, self.link, month_of(self.ms), self.slot)

    @property
    def id(self) -> str:
        """How it is spelled to the outside."""
        return str(ScanId(self.link, self.slot, self.ms, int(self.random, 16)))

    @property
    def sort(self) -> str:
        return f"{sort_from(self.ms)}#{self.random}"

    @property
    def by_day(self) -> str:
        """The partition of the keys-only index: organization, day and home."""
        return index_partition(self.organization, day_of(self.ms), home(self.link, self.slot))

    @classmethod
    def parse(cls, organization: int, text: str) -> "ScanKey | None":
        """The key of an organization's scan behind its spelling; None for anything else."""
        known = ScanId.parse(text)
        if known is None or known.ms >= END_MS:
            return None
        return cls(organization, known.link, known.slot, known.ms, f"{known.random:016x}")

    @classmethod
    def of(cls, partition: str, sort: str) -> "ScanKey":
        """The key behind the two strings it is stored as."""
        organization, link, _month, slot = partition.split("#")
        ms, random = sort.split("#")
        return cls(int(organization), int(link), int(slot), int(ms), random)


def partition(organization: int, link: int, month: str, slot: int) -> str:
    """A partition of the scans table. Cut by month, so that none grows for ever."""
    return f"{organization}#{link}#{month}#{slot}"


def sort_from(ms: int) -> str:
    """The lowest sort key at a time; 14 digits keep text order and time order the same until the year 5138."""
    return f"{ms:014}"


def index_partition(organization: int, day: int, home_slot: int) -> str:
    return f"{organization}#{day}#{home_slot}"
