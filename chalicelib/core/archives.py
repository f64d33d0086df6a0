"""The archive of an organization: which tables it has, what their columns mean, and a row of each.

No secret that we gave out is in it, and no hash of anybody: who has two archives cannot tell that a visitor is in both.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from chalicelib import ids
from chalicelib.core import csv_lines
from chalicelib.core import rollups as r
from chalicelib.core.campaigns import Assignments, Campaign, Client
from chalicelib.core.codes import QrCode
from chalicelib.core.days import iso_day, iso_time, iso_time_if_any
from chalicelib.core.links import Link
from chalicelib.core.rollups import Rollup
from chalicelib.core.scans import Scan

Columns = Mapping[str, str]  # by their names, in order, with what each means

LINKS: Final[Columns] = {
    "id": "as every API takes it",
    "slug": "what the short link ends with; case does not matter",
    "short_url": "the short link",
    "destination": "where it leads, before its UTM parameters are put in",
    "label": "its name",
    "status": "active, paused or draft, as it is set",
    "state": "the same as it was when this was written: active, paused, draft or expired",
    "redirect_type": "the status code that it answers with",
    "created_at": "when it was made, of an imported one where it came from",
    "updated_at": "when it was changed last",
    "expires_at": "from when on it leads nowhere",
    "pause_until": "when a pause ends by itself",
    "campaign_id": "its campaign, in campaigns.csv",
    "client_id": "its client, in clients.csv",
    "tags": "parted by |",
    "description": "",
    "category": "",
    "utm": "query parameters that go into the destination, as JSON",
    "metadata": "what its maker wanted kept, as JSON",
    "prompt": "of the qpr API",
    "welcome_message": "of the qpr API",
    "template": "of the qpr API",
    "style": "how its picture looks, as JSON",
    "compact": "whether its picture holds the short link in capitals",
    "hands_over": "whether its destination is told which scan led there",
    "thresholds": "numbers of scans that are told of, as JSON, if it has its own",
    "qr_codes": "how many QR codes were ever made for it",
    "imported_visits": "what another service had counted",
    "counted_scans": "scans of people that were counted here",
    "total_scans": "the two together",
    "unique_visitors": "of the counted ones",
}
QR_CODES: Final[Columns] = {
    "id": "as every API takes it",
    "link_id": "the link that it leads to, in links.csv; empty for a static one",
    "marker": "which of its link's QR codes it is, from 1 on; 0 for a static one",
    "kind": "what it holds",
    "payload": "that itself, to the letter",
    "label": "its name",
    "created_at": "",
    "style": "how it looks, as JSON",
}
CAMPAIGNS: Final[Columns] = {
    "id": "",
    "name": "",
    "description": "",
    "client_id": "in clients.csv",
    "first_day": "when it runs, as somebody noted",
    "last_day": "the same",
    "created_at": "",
}
CLIENTS: Final[Columns] = {"id": "", "name": "", "status": "", "created_at": ""}
SCANS: Final[Columns] = {
    "id": "",
    "link_id": "in links.csv",
    "slug": "the link's present one",
    "scanned_at": "UTC, with milliseconds",
    "verdict": "human, bot, pending (not counted yet) or poison (could not be counted)",
    "bot_reason": "why it is one; own_test is one that was left out by its owner",
    "qr_marker": "which of the link's QR codes, from 1 on; 0 for none",
    "country": "",
    "region": "",
    "region_name": "",
    "city": "",
    "referrer": "the host that led there",
    "language": "",
    "device": "",
    "os": "",
    "browser": "",
    "method": "how it was scanned",
    "app": "with which app",
    "is_first": "whether this visitor had not scanned this link before, as it was counted",
    "conversation": "of the qpr API",
    "messages": "of the qpr API",
}
DAILY: Final[Columns] = {
    "link_id": "in links.csv",
    "slug": "",
    "day": "UTC",
    "total": "scans of people",
    "unique_visitors": "of that day; days do not add up, for people come back",
    "unique_addresses": "the same by address alone",
    "bots": "in no total; own tests are among them",
    "conversations": "",
    "messages": "",
}
QR_CODES_DAILY: Final[Columns] = {"link_id": "", "qr_marker": "", **{k: DAILY[k] for k in list(DAILY)[2:]}}
ORGANIZATION_DAILY: Final[Columns] = {k: DAILY[k] for k in list(DAILY)[2:7]}
DIMENSIONS: Final[Columns] = {
    "link_id": "in links.csv",
    "day": "UTC",
    "dimension": "country, region (country|code|name), city (country|code|name|city), device, os, browser, referrer, "
    "method, app, language, bots (by reason), or quarters (of the day, 0 to 95)",
    "value": "empty where it is unknown",
    "count": "scans",
    "is_rest": "true for what lies beyond the hundred values that are named on a day",
}
TABLES: Final[Mapping[str, Columns]] = {
    "links.csv": LINKS,
    "qr_codes.csv": QR_CODES,
    "campaigns.csv": CAMPAIGNS,
    "clients.csv": CLIENTS,
    "scans/<month>.csv": SCANS,
    "rollups/daily.csv": DAILY,
    "rollups/qr_codes.csv": QR_CODES_DAILY,
    "rollups/organization.csv": ORGANIZATION_DAILY,
    "rollups/dimensions.csv": DIMENSIONS,
}

_COUNTED_DIMENSIONS: Final = (*r.DIMENSIONS, r.BOTS, r.QUARTERS)


def line(row: Mapping[str, Any]) -> str:
    """A row as a line of CSV; what is a table itself as JSON."""
    return csv_lines.line(csv_lines.cell(_cell(name, value)) for name, value in row.items())


def head(columns: Columns) -> str:
    return csv_lines.line(columns)


def link(of: Link, seen: Assignments, lifetime: Rollup, base: str, now_ms: int) -> dict[str, Any]:
    """A row of LINKS; `lifetime` is what was counted of it ever."""
    details, counted = of.details, r.amount(lifetime, r.TOTAL)
    return {
        "id": ids.spell("dc", of.number),
        "slug": of.slug,
        "short_url": f"{base}/{of.slug}",
        "destination": of.destination,
        "label": of.label,
        "status": of.status,
        "state": of.state(now_ms),
        "redirect_type": of.redirect_type,
        "created_at": iso_time(of.created_ms),
        "updated_at": iso_time(of.updated_ms or of.created_ms),
        "expires_at": iso_time_if_any(of.expires_ms),
        "pause_until": iso_time_if_any(of.pause_until_ms),
        "campaign_id": _spelled("camp", seen.campaign_of(of)),
        "client_id": _spelled("client", seen.client_of(of)),
        "tags": list(details.tags),
        "description": details.description,
        "category": details.category,
        "utm": dict(details.utm),
        "metadata": dict(details.metadata),
        "prompt": details.prompt,
        "welcome_message": details.welcome_message,
        "template": details.template,
        "style": dict(details.style),
        "compact": details.compact,
        "hands_over": details.hands_over,
        "thresholds": None if details.thresholds is None else list(details.thresholds),
        "qr_codes": of.markers,
        "imported_visits": of.imported or 0,
        "counted_scans": counted,
        "total_scans": of.ever(counted),
        "unique_visitors": r.amount(lifetime, r.VISITORS),
    }


def qr_code(of: QrCode) -> dict[str, Any]:
    """A row of QR_CODES."""
    return {
        "id": ids.spell("qr", of.number),
        "link_id": _spelled("dc", of.link or 0),
        "marker": of.marker,
        "kind": of.kind,
        "payload": of.payload,
        "label": of.label,
        "created_at": iso_time(of.created_ms),
        "style": {name: value for name, value in asdict(of.style).items() if value is not None},
    }


def campaign(of: Campaign) -> dict[str, Any]:
    """A row of CAMPAIGNS."""
    first, last = (iso_day(day) if day else None for day in (of.first_day, of.last_day))
    return {
        "id": ids.spell("camp", of.number),
        "name": of.name,
        "description": of.description,
        "client_id": _spelled("client", of.client),
        "first_day": first,
        "last_day": last,
        "created_at": iso_time(of.created_ms),
    }


def client(of: Client) -> dict[str, Any]:
    """A row of CLIENTS."""
    return {
        "id": ids.spell("client", of.number),
        "name": of.name,
        "status": of.status,
        "created_at": iso_time(of.created_ms),
    }


def scan(of: Scan, slug: str) -> dict[str, Any]:
    """A row of SCANS: what was counted of it, or else what is known of it. Its hashes are left out."""
    facts = of.counted or of.facts
    return {
        "id": of.key.id,
        "link_id": ids.spell("dc", of.key.link),
        "slug": slug,
        "scanned_at": f"{iso_time(of.key.ms)[:-1]}.{of.key.ms % 1000:03}Z",
        "verdict": _verdict(of),
        "bot_reason": facts.bot,
        "qr_marker": facts.marker,
        "country": facts.country,
        "region": facts.region,
        "region_name": facts.region_name,
        "city": facts.city,
        "referrer": facts.referrer,
        "language": facts.language,
        "device": facts.device,
        "os": facts.os,
        "browser": facts.browser,
        "method": facts.method,
        "app": facts.app,
        "is_first": of.first,
        "conversation": facts.conversation,
        "messages": facts.messages,
    }


def day(of: int, rollup: Rollup) -> dict[str, Any]:
    """The columns of a day that every table of days begins with its own before."""
    return {
        "day": iso_day(of),
        "total": r.amount(rollup, r.TOTAL),
        "unique_visitors": r.amount(rollup, r.VISITORS),
        "unique_addresses": r.amount(rollup, r.ADDRESSES),
        "bots": r.amount(rollup, r.BOTS),
        "conversations": r.amount(rollup, r.CONVERSATIONS),
        "messages": r.amount(rollup, r.MESSAGES),
    }


def dimensions(spelled: str, of: int, rollup: Rollup) -> Iterator[dict[str, Any]]:
    """The rows of DIMENSIONS of a link's day."""
    for name in _COUNTED_DIMENSIONS:
        for value, count in sorted(r.table(rollup, name).items()):
            rest = value == r.OTHER
            yield {
                "link_id": spelled,
                "day": iso_day(of),
                "dimension": name,
                "value": "" if rest else value,
                "count": count,
                "is_rest": rest,
            }


def _verdict(of: Scan) -> str:
    if of.counted is not None:
        return "bot" if of.counted.bot else "human"
    return "poison" if of.poisoned else "pending"


def _cell(name: str, value: Any) -> object:
    if name == "tags":
        return "|".join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _spelled(prefix: str, number: int) -> str | None:
    return ids.spell(prefix, number) if number else None


README: Final = """Everything that Quietzone {version} held of {organization} at {time}.

Tables are CSV in UTF-8 (RFC 4180) with a line of names; true and false are written so, what is unknown is empty. In a
cell that would be a formula to a spreadsheet an apostrophe stands first; links.json has links to the letter. Times are
UTC. Deleted links are in no table of links; what was scanned of them is in rollups/organization.csv until it is erased.
Raw scans may have been kept for a limited time; rollups are kept.

There are no keys in it, no secrets of webhooks and summaries, no links to sign in with. But the URL of a webhook may be
a secret itself, and members have their mail addresses in it: keep it to yourself. There are no hashes of visitors: they
told people apart by a key of this organization, and nobody else needs to.

{span}
{notes}
organization.json   its name, plan, retention, thresholds and members
links.json          the same as links.csv
webhooks.json       endpoints, without their secrets
summaries.json      subscriptions to Slack summaries, without their URLs
images/             pictures of links (by slug) and QR codes (by id)
redirects/          a static redirect map: redirects/README.txt

{tables}"""


def readme(version: str, organization: str, time_ms: int, span: str, notes: Iterable[str]) -> str:
    """What is what in an archive, and what is missing of it."""
    tables = "\n\n".join("\n".join([name, *_described(columns)]) for name, columns in TABLES.items())
    return README.format(
        version=version,
        organization=organization,
        time=iso_time(time_ms),
        span=span,
        notes="".join(f"{note}\n" for note in notes),
        tables=f"{tables}\n",
    )


def _described(columns: Columns) -> Iterator[str]:
    for name, meaning in columns.items():
        yield f"    {name}: {meaning}" if meaning else f"    {name}"
