"""How the `reporting` API draws its answers."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from chalicelib import ids
from chalicelib.api import reporting_shapes as shapes
from chalicelib.api.reporting_shapes import DEVICES, UNKNOWN, Envelope, T
from chalicelib.core import campaigns, countries, geography, series, windows
from chalicelib.core import rollups as r
from chalicelib.core.campaigns import Assignments
from chalicelib.core.days import iso_time
from chalicelib.core.geography import Place
from chalicelib.core.judging import OWN_TEST
from chalicelib.core.links import ACTIVE, Link
from chalicelib.core.periods import Local
from chalicelib.core.rollups import Rollup
from chalicelib.services.analytics import Report
from chalicelib.services.reports import Best, Group, Sum

TOPS: Final = 10
DIRECT: Final = "Direct"
OTHER: Final = "other"
SUCCESS: Final = "Success"


def enveloped(data: T, status: int = 200) -> Envelope[T]:
    return {"status": status, "message": SUCCESS, "data": data}


def qr(link: Link, scans: int, seen: Assignments, base: str, now_ms: int) -> shapes.Qr:
    """A code with its lifetime total."""
    return {
        "id": ids.spell("qr", link.number),
        "title": _title(link),
        "shortUrl": f"{base}/{link.slug}",
        "destinationUrl": link.destination,
        "totalScans": scans,
        "createdAt": iso_time(link.created_ms),
        "status": link.state(now_ms),
        "campaignId": _spelled("camp", seen.campaign_of(link)),
        "clientId": _spelled("client", seen.client_of(link)),
    }


def campaign(found: campaigns.Campaign, group: Group, seen: Assignments) -> shapes.Campaign:
    """A campaign with its lifetime total."""
    return {
        "id": ids.spell("camp", found.number),
        "name": found.name,
        "qrCount": len(group.links),
        "totalScans": group.scans,
        "clientId": _spelled("client", seen.client_of(found)),
        "createdAt": iso_time(found.created_ms),
    }


def client(found: campaigns.Client, group: Group, now_ms: int) -> shapes.Client:
    """A client with its lifetime total."""
    return {
        "id": ids.spell("client", found.number),
        "name": found.name,
        "activeQrs": _active(group.links, now_ms),
        "status": found.status,
        "qrCount": len(group.links),
        "totalScans": group.scans,
        "createdAt": iso_time(found.created_ms),
    }


def summary(all_of_it: Sum, local: Local) -> shapes.Summary:
    """What all codes come to."""
    answer: shapes.Summary = {"totalScans": _total(all_of_it.report, local), **_numbers(all_of_it, local)}  # type: ignore[typeddict-item]  # those that are documented here are always among them
    return answer


def qr_report(link: Link, report: Report, seen: Assignments, local: Local) -> shapes.QrReport:
    """What a code comes to."""
    numbers = _numbers(Sum([link], report, exact=True), local)
    devices = numbers.pop("topDevices")
    inside = windows.within(report.days, local.begun)
    return {
        "qrId": ids.spell("qr", link.number),
        "title": _title(link),
        "totalScans": _total(report, local),
        "geolocation": _geolocation(inside),
        "devices": devices,
        "referrers": _referrers(inside),
        "campaignId": _spelled("camp", seen.campaign_of(link)),
        "clientId": _spelled("client", seen.client_of(link)),
        **numbers,  # type: ignore[typeddict-item]  # the timeline is always among them
    }


def campaign_report(
    found: campaigns.Campaign, of_it: Sum, best: Best | None, seen: Assignments, local: Local
) -> shapes.CampaignReport:
    """What a campaign's codes come to."""
    return {
        "campaignId": ids.spell("camp", found.number),
        "name": found.name,
        "aggregatedScans": _total(of_it.report, local),
        "topPerformingQr": _top(best) if best else None,
        "qrCount": len(of_it.links),
        "clientId": _spelled("client", seen.client_of(found)),
        **_numbers(of_it, local),
    }


def client_report(found: campaigns.Client, of_it: Sum, local: Local, now_ms: int) -> shapes.ClientReport:
    """What a client's codes come to."""
    return {
        "clientId": ids.spell("client", found.number),
        "clientName": found.name,
        "totalScans": _total(of_it.report, local),
        "activeQrs": _active(of_it.links, now_ms),
        "qrCount": len(of_it.links),
        "status": found.status,
        **_numbers(of_it, local),
    }


def _top(best: Best) -> shapes.TopQr:
    return {"id": ids.spell("qr", best.link.number), "scans": best.scans}


def _numbers(of_it: Sum, local: Local) -> shapes.Numbers:
    report = of_it.report
    inside = windows.within(report.days, local.begun)
    reasons = r.table(inside, r.BOTS)
    tests = reasons.get(OWN_TEST, 0)
    numbers: shapes.Numbers = {
        "uniqueVisitors": windows.uniques(report.days, local.begun, r.VISITORS),
        "timeline": [{"date": label, "scans": n} for label, n in series.timeline(report.days, local)],
        "topDevices": _devices(inside),
        "topCountries": _countries(inside),
        "botsExcluded": sum(reasons.values()) - tests,
    }
    if not of_it.exact:
        numbers["uniqueVisitorsSummed"] = True
    if tests:
        numbers["ownTestsExcluded"] = tests
    if report.pending:
        numbers["pending"] = report.pending
    if report.recounting:
        numbers["recounting"] = True
    return numbers


def _total(report: Report, local: Local) -> int:
    return series.total_between(report.days, local.first_ms, local.end_ms)


def _devices(rollup: Rollup) -> list[shapes.DeviceCount]:
    words = dict.fromkeys(r.table(rollup, r.DEVICE), UNKNOWN) | DEVICES
    return [{"device": device, "count": n} for device, n in _tops(r.table(rollup, r.DEVICE), words)]


def _countries(rollup: Rollup) -> list[shapes.CountryCount]:
    words = {**countries.NAMES, "": UNKNOWN, r.OTHER: OTHER}
    return [{"country": name, "scans": n} for name, n in _tops(r.table(rollup, r.COUNTRY), words)]


def _referrers(rollup: Rollup) -> list[shapes.ReferrerCount]:
    words = {"": DIRECT, r.OTHER: OTHER}
    return [{"referrer": host, "count": n} for host, n in _tops(r.table(rollup, r.REFERRER), words)]


def _tops(table: Mapping[str, int], words: Mapping[str, str]) -> list[windows.Top]:
    """The leading values by the words that are shown, so that ties fall by what is seen."""
    shown: Counter[str] = Counter()
    for value, n in table.items():
        shown[words.get(value, value)] += n
    return windows.tops(shown, TOPS)


def _geolocation(rollup: Rollup) -> list[shapes.PlaceCount]:
    shown: Counter[Place] = Counter()
    for place, n in geography.places(rollup).items():
        shown[Place(*(OTHER if part == r.OTHER else part or UNKNOWN for part in place))] += n
    ranked = sorted(shown.items(), key=lambda item: (-item[1], item[0]))[:TOPS]
    return [{"city": city, "region": region, "country": country, "scans": n} for (country, region, city), n in ranked]


def _active(links: list[Link], now_ms: int) -> int:
    return sum(link.state(now_ms) == ACTIVE for link in links)


def _title(link: Link) -> str:
    return link.name


def _spelled(prefix: str, number: int) -> str | None:
    return ids.spell(prefix, number) if number else None
