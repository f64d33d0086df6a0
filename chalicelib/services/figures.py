"""The figures of a link, of several or of all of them: one reading for a range and for what it is compared with.

Nothing here is counted: `analytics` reads, `core.figures` adds up.
"""

from dataclasses import dataclass

from chalicelib.core import figures as core
from chalicelib.core import rollups as r
from chalicelib.core.campaigns import Assignments, Campaign, Client
from chalicelib.core.figures import Figures
from chalicelib.core.links import Link
from chalicelib.core.ranges import Range
from chalicelib.core.slots import Spread
from chalicelib.core.windows import Window
from chalicelib.services import analytics, reports
from chalicelib.services.accounts import Caller
from chalicelib.services.analytics import Report
from chalicelib.services.reports import Sum


@dataclass(frozen=True, slots=True)
class Scanned:
    """A link and its scans in the range."""

    link: Link
    scans: int


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of several links, and these with their scans, most scans first; none of an organization."""

    figures: Figures
    ranked: tuple[Scanned, ...]

    @property
    def links(self) -> int:
        return len(self.ranked)


@dataclass(frozen=True, slots=True)
class _Read:
    """A range, with the days to read of it and of what it is compared with."""

    first_ms: int
    end_ms: int
    touched: Window

    @classmethod
    def of(cls, asked: Range) -> "_Read":
        return cls(asked.first_ms, asked.end_ms, asked.both)


def of_link(organization: int, link: int, asked: Range, known: Spread | None = None) -> Figures:
    """The figures of a link. What is pending of it is folded first. Raises Unavailable.

    `known` is how its scans are spread, of whoever has just read that.
    """
    return _figures(analytics.link_report(organization, link, asked.both, asked.now_ms, known), asked)


def of_campaign(caller: Caller, seen: Assignments, campaign: Campaign, asked: Range) -> Group:
    """The sum of a campaign's links; whoever scanned two of them is two visitors. Raises Unavailable."""
    return _group(reports.of_campaign(caller, seen, campaign, _Read.of(asked), asked.now_ms), asked)


def of_client(caller: Caller, seen: Assignments, client: Client, asked: Range) -> Group:
    """The same of a client's. Raises Unavailable."""
    return _group(reports.of_client(caller, seen, client, _Read.of(asked), asked.now_ms), asked)


def of_everything(caller: Caller, asked: Range) -> Group:
    """The figures of all that the caller sees. An organization's have the few rankings that are kept of it.

    Raises Unavailable, and Forbidden for the key of a client that is not active.
    """
    found = reports.of_everything(caller, _Read.of(asked), asked.now_ms)
    return _group(found, asked, r.DIMENSIONS if caller.client else r.ORGANIZATION_DIMENSIONS)


def _group(found: Sum, asked: Range, dimensions: tuple[str, ...] = r.DIMENSIONS) -> Group:
    ranked = [Scanned(link, found.scans.get(link.number, 0)) for link in found.links]
    ranked.sort(key=lambda it: (-it.scans, it.link.number))
    return Group(_figures(found.report, asked, dimensions, found.exact), tuple(ranked))


def _figures(report: Report, asked: Range, dimensions: tuple[str, ...] = r.DIMENSIONS, exact: bool = True) -> Figures:
    return core.figures(report.days, report.lifetime, asked, dimensions, report.pending, report.recounting, exact=exact)
