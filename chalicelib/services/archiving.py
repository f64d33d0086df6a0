"""The archive of an organization: a zip of open formats that needs nothing of this product to be read.

It is written as it is read, table after table: memory is taken by objects, and by the days of `LINKS_AT_ONCE` links.
What is pending of the links is folded first, and each link's rollups are read once, consistently, but item by item: a
scan that is folded just then may be in some of them and not in others. One that comes later may be among the raw ones
alone.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from chalicelib import ids
from chalicelib.core import archives, static_redirects
from chalicelib.core import rollups as r
from chalicelib.core.accounts import Organization
from chalicelib.core.archives import Columns
from chalicelib.core.batches import batches
from chalicelib.core.campaigns import Assignments
from chalicelib.core.codes import QrCode
from chalicelib.core.days import DAY_MS, day_of, iso_time, month_of
from chalicelib.core.endpoints import Endpoint
from chalicelib.core.links import Link
from chalicelib.core.pictures import Picture
from chalicelib.core.places import Span
from chalicelib.core.rollups import LIFETIME, ORGANIZATION_SCOPE, Rollup, link_scope, marker_scope
from chalicelib.core.scan_keys import partition
from chalicelib.core.scans import Scan
from chalicelib.core.slots import Spread, homes
from chalicelib.core.styles import Format
from chalicelib.core.summaries import LINK, Subscription
from chalicelib.errors import InvalidRequest
from chalicelib.services import counting, pictures, redirect_maps
from chalicelib.services.analytics import FEW_SLOTS
from chalicelib.store import (
    campaigns,
    census,
    clients,
    codes,
    endpoints,
    links,
    members,
    rollups,
    scans,
    spreads,
    subscriptions,
)
from chalicelib.store.slots import each

AT_ONCE: Final = 100  # partitions that are read together
LINKS_AT_ONCE: Final = 16  # whose days are held together; a busy link's year is tens of megabytes
PAGE: Final = 250  # scans that one request reads, of each of so many partitions
ALWAYS: Final = Span(0, 1 << 62)

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an archive is of. `base` is where short links start, `version` the product's own; `span` cuts raw scans, and
    days as whole ones. `images` are formats of pictures."""

    organization: Organization
    base: str
    version: str
    now_ms: int
    span: Span = ALWAYS
    images: Sequence[Format] = ()


def write(file: IO[bytes], wanted: Wanted, report: Report = lambda _: None) -> None:
    """Write the archive; `report` gets a line before each step. Raises Unavailable."""
    with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True) as zipped:
        archive = _Archive(zipped, wanted, report)
        archive.objects()
        archive.counted()
        archive.links_table()
        archive.scans()
        archive.images()
        archive.redirects()
        archive.readme()


@dataclass
class _Archive:
    """An archive that is being written, and what of it is known so far."""

    zipped: ZipFile
    wanted: Wanted
    report: Report
    links: list[Link] = field(default_factory=list)
    lifetimes: dict[int, Rollup] = field(default_factory=dict)
    months: dict[str, list[Link]] = field(default_factory=dict)  # in which links were scanned
    spread: Mapping[int, Spread] = field(default_factory=dict)  # read anew at each step: links spread meanwhile
    notes: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.wanted.organization.number

    def objects(self) -> None:
        """What is not counted: the organization, campaigns, clients, QR codes, receivers."""
        self.report("what is made: links, codes, campaigns, clients")
        self.links = list(reversed(list(links.newest_first(self.number, None))))
        self._json("organization.json", _organization(self.wanted.organization))
        self._json("webhooks.json", [_endpoint(it) for it in endpoints.newest_first(self.number)])
        self._json("summaries.json", [_subscription(it) for it in subscriptions.newest_first(self.number)])
        self._table("campaigns.csv", archives.CAMPAIGNS, map(archives.campaign, campaigns.newest_first(self.number)))
        self._table("clients.csv", archives.CLIENTS, map(archives.client, clients.newest_first(self.number)))
        self._table("qr_codes.csv", archives.QR_CODES, map(archives.qr_code, self._codes()))

    def counted(self) -> None:
        """The days of links, of their QR codes and of all together. What is pending is folded first."""
        self.report(f"what is counted, of {len(self.links):,} links")
        if pending := self._settled():
            self.notes.append(f"{pending} scans were not counted yet: they are in no rollup.")
        self.spread = census.spreads(self.number)
        with TemporaryFile("w+", encoding="utf-8", newline="") as aside:
            self._table("rollups/daily.csv", archives.DAILY, self._days(aside))
            aside.seek(0)
            rest = iter(lambda: aside.read(1 << 16), "")
            self._texts("rollups/dimensions.csv", [archives.head(archives.DIMENSIONS)], rest)
        self._table("rollups/qr_codes.csv", archives.QR_CODES_DAILY, self._marked_days())
        self._table("rollups/organization.csv", archives.ORGANIZATION_DAILY, self._days_of_all())

    def links_table(self) -> None:
        """The links, with what was counted of them ever."""
        seen = Assignments.among(campaigns.newest_first(self.number), clients.newest_first(self.number), None)
        of = self.wanted

        def rows() -> Iterator[dict[str, Any]]:
            return (archives.link(it, seen, self.lifetimes[it.number], of.base, of.now_ms) for it in self.links)

        self._table("links.csv", archives.LINKS, rows())
        texts = (f"{',' if n else ''}\n{json.dumps(row, ensure_ascii=False)}" for n, row in enumerate(rows()))
        self._texts("links.json", ["["], texts, ["\n]\n"])

    def scans(self) -> None:
        """Raw scans, a file for each month of the span in which any were counted."""
        span = self.wanted.span
        # Some come while this is written, perhaps in a month that has only just begun.
        end_ms = min(span.end_ms, self.wanted.now_ms + DAY_MS)
        touched = (month_of(span.first_ms), month_of(end_ms - 1))
        for month in sorted(month for month in self.months if touched[0] <= month <= touched[1]):
            name = f"scans/{month[:4]}-{month[4:]}.csv"
            self.report(name)
            self.spread = census.spreads(self.number)
            self._table(name, archives.SCANS, self._scans_of(month))

    def images(self) -> None:
        """The pictures of links and QR codes."""
        of, by_number = self.wanted, {link.number: link for link in self.links}
        if not of.images:
            return
        self.report("pictures")
        for link in self.links:
            self._picture(f"images/links/{link.slug}", Picture.of_link(link, of.base))
        for code in self._codes():
            found = by_number.get(code.link or 0)
            self._picture(f"images/qr-codes/{ids.spell('qr', code.number)}", Picture.of_code(code, found))

    def redirects(self) -> None:
        """The static redirect map."""
        self.report("the static redirect map")
        hops = [redirect_maps.hop(link, self.wanted.now_ms) for link in self.links]
        for name, text in static_redirects.files(hops):
            self._texts(f"redirects/{name}", [text])

    def readme(self) -> None:
        of = self.wanted
        span = "" if of.span == ALWAYS else f"It holds scans and days {_said(of.span)} only.\n"
        text = archives.readme(of.version, of.organization.name, of.now_ms, span, self.notes)
        self._texts("README.txt", [text])

    def _codes(self) -> Iterator[QrCode]:
        return codes.newest_first(self.number, (codes.STANDALONE, codes.BOUND), None)

    def _settled(self) -> int:
        """Fold what is pending; return how many scans could not be folded in time. Of many links the index is asked,
        which lags a little."""
        self.spread = census.spreads(self.number)
        places = [(link.number, slot) for link in self.links for slot in self._slots(link)]
        if len(places) > FEW_SLOTS:
            return counting.settle_recent_of_all(self.number, self._homes(), self.wanted.now_ms)
        return counting.settle_recent_of_links(self.number, places, self.wanted.now_ms)

    def _homes(self) -> range:
        return homes(spreads.most_slots(self.number))

    def _slots(self, link: Link) -> range:
        return range(self.spread.get(link.number, Spread()).slots)

    def _days(self, aside: IO[str]) -> Iterator[dict[str, Any]]:
        """The rows of links' days. What is counted by dimension goes aside: it is a table of its own."""
        for part in batches(self.links, LINKS_AT_ONCE):
            read = each(part, lambda link: self._read(link_scope(link.number), self._slots(link)))
            for link, held in zip(part, read, strict=True):
                self._note(link, held)
                for day in self._inside(held):
                    aside.writelines(map(archives.line, archives.dimensions(_spelled(link), day, held[day])))
                    yield {"link_id": _spelled(link), "slug": link.slug, **archives.day(day, held[day])}

    def _note(self, link: Link, held: Mapping[int, Rollup]) -> None:
        """What is to be known of a link later: its lifetime, and in which months it was scanned."""
        self.lifetimes[link.number] = held.get(LIFETIME, {})
        for month in sorted({month_of(day * DAY_MS) for day in held if day != LIFETIME}):
            self.months.setdefault(month, []).append(link)

    def _marked_days(self) -> Iterator[dict[str, Any]]:
        for link in self.links:
            for marker in range(1, link.markers + 1):
                held = self._read(marker_scope(link.number, marker), self._slots(link))
                for day in self._inside(held):
                    yield {"link_id": _spelled(link), "qr_marker": marker, **archives.day(day, held[day])}

    def _days_of_all(self) -> Iterator[dict[str, Any]]:
        held = self._read(ORGANIZATION_SCOPE, self._homes())
        for day in self._inside(held):
            row = archives.day(day, held[day])
            yield {name: row[name] for name in archives.ORGANIZATION_DAILY}

    def _read(self, scope: str, slots: range) -> dict[int, Rollup]:
        """The rollups of a scope by their days, and the lifetime, slots added up."""
        found: dict[int, Rollup] = {}
        for slot in slots:
            for key, held in rollups.read_scope(self.number, scope, slot):
                found[key.period] = r.merged([found.get(key.period, {}), held.value])
        return dict(sorted(found.items()))

    def _inside(self, held: Iterable[int]) -> list[int]:
        """The days that the span touches."""
        first, last = day_of(self.wanted.span.first_ms), day_of(self.wanted.span.end_ms - 1)
        return [day for day in held if day != LIFETIME and first <= day <= last]

    def _scans_of(self, month: str) -> Iterator[dict[str, Any]]:
        places = [
            (link, partition(self.number, link.number, month, slot))
            for link in self.months[month]
            for slot in self._slots(link)
        ]
        span = self.wanted.span
        for part in batches(places, AT_ONCE):
            begun = each(part, lambda place: scans.first_in(place[1], PAGE))
            for (link, place), page in zip(part, begun, strict=True):
                for scan in _all_in(place, page):
                    if not scan.damaged and span.first_ms <= scan.key.ms < span.end_ms:
                        yield archives.scan(scan, link.slug)

    def _picture(self, name: str, picture: Picture) -> None:
        for form in self.wanted.images:
            try:
                content = pictures.draw(picture.shown(form, None))
            except InvalidRequest as error:  # it was made under another rule
                self.notes.append(f"{name}.{form} cannot be drawn: {error.message}")
                continue
            self.zipped.writestr(f"{name}.{form}", content, ZIP_DEFLATED if form == "svg" else ZIP_STORED)

    def _json(self, name: str, value: object) -> None:
        self._texts(name, [json.dumps(value, ensure_ascii=False, indent=2), "\n"])

    def _table(self, name: str, columns: Columns, rows: Iterable[Mapping[str, Any]]) -> None:
        self._texts(name, [archives.head(columns)], map(archives.line, rows))

    def _texts(self, name: str, *texts: Iterable[str]) -> None:
        """A file of some texts; it may be larger than 4 GB."""
        with self.zipped.open(name, "w", force_zip64=True) as member:
            for text in chain.from_iterable(texts):
                member.write(text.encode())


def _all_in(place: str, page: list[Scan]) -> Iterator[Scan]:
    """The scans of a partition, of which the first page is read, oldest first, read as they are asked for."""
    while page:
        yield from page
        page = scans.first_in(place, PAGE, page[-1].key.sort)


def _organization(of: Organization) -> dict[str, Any]:
    return {
        "id": ids.spell("org", of.number),
        "name": of.name,
        "plan": of.plan,
        "created_at": iso_time(of.created_ms),
        "scans_are_kept_days": of.keep_days,
        "thresholds": None if of.thresholds is None else list(of.thresholds),
        "members": [
            {"name": it.name, "email": it.email, "role": it.role, "created_at": iso_time(it.created_ms)}
            for it in members.everyone(of.number)
        ],
    }


def _endpoint(of: Endpoint) -> dict[str, Any]:
    return {
        "id": ids.spell("wh", of.number),
        "url": of.url,
        "events": sorted(of.events),
        "format": of.format,
        "status": of.status,
        "description": of.description,
        "created_at": iso_time(of.created_ms),
    }


def _subscription(of: Subscription) -> dict[str, Any]:
    return {
        "id": ids.spell("sum", of.number),
        "name": of.name,
        "scope": of.scope,
        "of": _about(of),
        "schedule": of.schedule._asdict(),
        "tells_of_thresholds": of.thresholds,
        "status": of.status,
        "created_at": iso_time(of.created_ms),
    }


def _about(of: Subscription) -> str | None:
    """The id of the link or campaign that a summary is about."""
    if not of.of:
        return None
    return ids.spell("dc" if of.scope == LINK else "camp", of.of)


def _spelled(link: Link) -> str:
    return ids.spell("dc", link.number)


def _said(span: Span) -> str:
    since = f"from {iso_time(span.first_ms)}" if span.first_ms else ""
    until = f"before {iso_time(span.end_ms)}" if span.end_ms != ALWAYS.end_ms else ""
    return " and ".join(filter(None, (since, until)))
