"""The tools that tell of scans: of one link, of a few side by side, and which links have most."""

from chalicelib.api import mcp_shapes as shapes
from chalicelib.api.dynamic_scans import DIRECT, UNKNOWN, excluded, leading, tops
from chalicelib.api.mcp_bodies import Compare, GetScans, TopLinks
from chalicelib.api.requests import Call
from chalicelib.core import rollups as r
from chalicelib.core import windows
from chalicelib.core.days import day_of, iso_day
from chalicelib.core.links import Link
from chalicelib.core.windows import Days, Window
from chalicelib.services import analytics, assignments, rankings
from chalicelib.services.analytics import Report


def get_scans(call: Call, asked: GetScans) -> shapes.Scans:
    link, _ = assignments.around(call.who, asked.link)
    window = Window.ending(day_of(call.now_ms), asked.days)
    report = analytics.link_report(link.organization, link.number, window, call.now_ms)
    inside = windows.within(report.days, window)
    answer: shapes.Scans = {
        "link": shapes.name(link, call.base),
        "total_ever": link.ever(report.total),
        "period": _period(window),
        "scans": r.amount(inside, r.TOTAL),
        "unique_visitors": windows.uniques(report.days, window, r.VISITORS),
        "daily": [_day(report.days, day) for day in window.days],
        "countries": tops(r.table(inside, r.COUNTRY), UNKNOWN),
        "cities": tops(r.table(inside, r.CITY), UNKNOWN),
        "devices": tops(r.table(inside, r.DEVICE), UNKNOWN),
        "operating_systems": tops(r.table(inside, r.OS), UNKNOWN),
        "browsers": tops(r.table(inside, r.BROWSER), UNKNOWN),
        "referrers": tops(r.table(inside, r.REFERRER), DIRECT),
        **excluded(r.table(inside, r.BOTS)),  # type: ignore[typeddict-item]  # the bots are always among them
    }
    if report.pending:
        answer["pending"] = report.pending
    if report.recounting:
        answer["recounting"] = True
    return answer


def compare(call: Call, asked: Compare) -> shapes.Comparison:
    window = Window.ending(day_of(call.now_ms), asked.days)
    before = Window.ending(window.first - 1, asked.days)
    found = {link.number: link for link, _ in (assignments.around(call.who, each) for each in asked.links)}
    reports = {number: _both(link, before, window, call.now_ms) for number, link in found.items()}
    rows = [_compared(call, found[number], report, before, window) for number, report in reports.items()]
    most = max(rows, key=lambda row: row["scans"])
    answer: shapes.Comparison = {
        "period": _period(window),
        "before": _period(before),
        "rows": rows,
        "leader": most["link"]["id"] if most["scans"] else None,
    }
    if pending := sum(report.pending for report in reports.values()):
        answer["pending"] = pending
    if any(report.recounting for report in reports.values()):
        answer["recounting"] = True
    return answer


def top_links(call: Call, asked: TopLinks) -> shapes.Ranking:
    seen = assignments.everything(call.who)
    campaign = assignments.campaign(seen, asked.campaign).number if asked.campaign else 0
    window = Window.ending(day_of(call.now_ms), asked.days)

    def wanted(link: Link) -> bool:
        return seen.shows(link) and (not campaign or seen.campaign_of(link) == campaign)

    found = rankings.top(call.who, wanted, window, asked.limit, call.now_ms)
    answer: shapes.Ranking = {
        "period": _period(window),
        "rows": [
            {"rank": rank, "link": shapes.name(it.link, call.base), "scans": it.scans, "unique_visitors": it.visitors}
            for rank, it in enumerate(found.rows, 1)
        ],
        "links_looked_at": found.looked_at,
        "complete": found.complete,
    }
    if found.pending:
        answer["pending"] = found.pending
    return answer


def _both(link: Link, before: Window, window: Window, now_ms: int) -> Report:
    return analytics.link_report(link.organization, link.number, Window(before.first, window.last), now_ms)


def _compared(call: Call, link: Link, report: Report, before: Window, window: Window) -> shapes.Compared:
    inside = windows.within(report.days, window)
    scans, earlier = r.amount(inside, r.TOTAL), report.scans(before)
    return {
        "link": shapes.name(link, call.base),
        "scans": scans,
        "unique_visitors": windows.uniques(report.days, window, r.VISITORS),
        "scans_before": earlier,
        "unique_visitors_before": windows.uniques(report.days, before, r.VISITORS),
        "change_percent": round((scans - earlier) * 100 / earlier, 1) if earlier else None,
        "top_country": leading(inside, r.COUNTRY),
        "top_device": leading(inside, r.DEVICE),
    }


def _day(days: Days, day: int) -> shapes.Day:
    return {
        "day": iso_day(day),
        "scans": r.amount(days.get(day, {}), r.TOTAL),
        "unique_visitors": windows.uniques(days, Window(day, day), r.VISITORS),
    }


def _period(window: Window) -> shapes.Period:
    return {"first": iso_day(window.first), "last": iso_day(window.last), "days": len(window.days)}
