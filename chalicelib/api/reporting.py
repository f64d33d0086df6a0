"""The `reporting` API: `/api/v1/external/reporting`."""

import json
from itertools import accumulate
from typing import Any, Final

from chalicelib import ids
from chalicelib.api import dialects
from chalicelib.api import reporting_answers as answers
from chalicelib.api import reporting_shapes as shapes
from chalicelib.api.http import Api
from chalicelib.api.parameters import Choice, Text, Whole
from chalicelib.api.reporting_bodies import (
    AssignQr,
    CreateCampaign,
    CreateClient,
    EditCampaign,
    EditClient,
    assigned,
    campaign_edit,
    client_edit,
)
from chalicelib.api.reporting_shapes import Envelope
from chalicelib.api.requests import Call
from chalicelib.core import limits, periods
from chalicelib.core.campaigns import Campaign, Client
from chalicelib.core.days import parse_time
from chalicelib.core.periods import MOST_OFFSET, Local
from chalicelib.services import assignments, campaigns, clients, reports

bp = Api(__name__, dialects.REPORTING, tag="reporting")

BASE: Final = "/api/v1/external/reporting"
LARGEST_PAGE: Final = 10_000
MOST_CARRIED_BYTES: Final = 5_500_000  # of the rows within a JSON string: Lambda carries answers as such, up to 6 MiB

PERIOD: Final = Choice(
    "period", "The calendar day, week (from Monday), month or year to report.", periods.PERIODS, periods.MONTH
)
DATE: Final = Text("timeLineDate", "A date (or time) that lies in the period. Today where the offset holds by default.")
OFFSET: Final = Whole(
    "timezoneOffset",
    "Minutes to be added to local time for UTC, as JavaScript's getTimezoneOffset() has it; a multiple of 15.",
    0,
    -MOST_OFFSET,
    MOST_OFFSET,
)
PERIODS: Final = (PERIOD, DATE, OFFSET)
LIMIT: Final = Whole("limit", "Codes a page.", LARGEST_PAGE, 1, LARGEST_PAGE)
CURSOR: Final = Text("cursor", "The nextCursor of the page before.")

_READ: Final[dict[str, Any]] = {"scope": "analytics:read", "clients": True, "limit": limits.REPORTING}
_WRITE: Final[dict[str, Any]] = {"scope": "accounts:write", "limit": limits.REPORTING}


def _example(data: Any) -> Any:
    return {"status": 200, "message": answers.SUCCESS, "data": data}


@bp.operation(
    "GET",
    f"{BASE}/summary",
    parameters=PERIODS,
    answer=Envelope[shapes.Summary],
    example=_example(shapes.SUMMARY),
    **_READ,
)
def summary(call: Call) -> Envelope[shapes.Summary]:
    """Read what all codes come to in a period."""
    local = _local(call)
    return answers.enveloped(answers.summary(reports.of_everything(call.who, local, call.now_ms), local))


@bp.operation(
    "GET", f"{BASE}/qrs", parameters=(LIMIT, CURSOR), answer=shapes.Qrs, example=_example([shapes.QR_ROW]), **_READ
)
def list_qrs(call: Call) -> shapes.Qrs:
    """List codes with their lifetime totals, newest first.

    Where destinations are long, a page ends before its limit: an answer has 6 MB at most.
    """
    seen = assignments.everything(call.who)
    page = reports.page(call.who, seen, call.read(LIMIT), call.before(CURSOR, "qrs"))
    rows = [answers.qr(link, page.scans[link.number], seen, call.base, call.now_ms) for link in page.links]
    fitting = _fitting(rows)
    next_before = page.next_before if fitting == len(rows) else page.links[fitting - 1].number
    answer: shapes.Qrs = {"status": 200, "message": answers.SUCCESS, "data": rows[:fitting]}
    if next_before is not None:
        answer["nextCursor"] = call.cursor_before("qrs", next_before)
    return answer


@bp.operation(
    "GET",
    f"{BASE}/qr/{{qr_id}}",
    parameters=PERIODS,
    answer=Envelope[shapes.QrReport],
    example=_example(shapes.QR_REPORT),
    **_READ,
)
def report_qr(call: Call, qr_id: str) -> Envelope[shapes.QrReport]:
    """Read what a code comes to in a period: a timeline, places, devices, referrers."""
    local = _local(call)
    link, seen = assignments.around(call.who, qr_id)
    return answers.enveloped(answers.qr_report(link, reports.of_link(call.who, link, local, call.now_ms), seen, local))


@bp.operation(
    "PATCH",
    f"{BASE}/qr/{{qr_id}}",
    scope="qr:write",
    limit=limits.REPORTING,
    body=AssignQr,
    answer=Envelope[shapes.Qr],
    asked={"campaignId": None, "clientId": None},
)
def assign_qr(call: Call, qr_id: str) -> Envelope[shapes.Qr]:
    """Assign a code to a campaign, a client or both; null takes it away. It counts there with its whole past."""
    assignments.around(call.who, qr_id)  # it is looked for before its campaign and client are
    assignments.assign(call.who, qr_id, assigned(call, call.body(AssignQr)), call.now_ms)
    link, seen = assignments.around(call.who, qr_id)
    return answers.enveloped(answers.qr(link, reports.scans_ever(call.who, link), seen, call.base, call.now_ms))


@bp.operation(
    "GET",
    f"{BASE}/campaigns",
    answer=Envelope[list[shapes.Campaign]],
    example=_example([shapes.CAMPAIGN_ROW]),
    **_READ,
)
def list_campaigns(call: Call) -> Envelope[list[shapes.Campaign]]:
    """List campaigns with their lifetime totals, newest first."""
    seen = assignments.everything(call.who)
    groups = reports.by_campaign(call.who, seen, seen.campaigns)
    return answers.enveloped([answers.campaign(it, groups[it.number], seen) for it in seen.campaigns.values()])


@bp.operation(
    "POST",
    f"{BASE}/campaigns",
    body=CreateCampaign,
    answer=Envelope[shapes.Campaign],
    status=201,
    asked={"name": "Q3 Billboards"},
    **_WRITE,
)
def create_campaign(call: Call) -> Envelope[shapes.Campaign]:
    """Make a campaign.

    With `qrIds` it also assigns codes to it, for which the key needs the scope `qr:write` too.
    """
    new = campaign_edit(call, call.body(CreateCampaign))
    return answers.enveloped(_shown(call, campaigns.create(call.who, new, call.now_ms)), 201)


@bp.operation(
    "GET",
    f"{BASE}/campaign/{{campaign_id}}",
    parameters=PERIODS,
    answer=Envelope[shapes.CampaignReport],
    example=_example(shapes.CAMPAIGN_REPORT),
    **_READ,
)
def report_campaign(call: Call, campaign_id: str) -> Envelope[shapes.CampaignReport]:
    """Read what a campaign's codes come to in a period, and which of them was scanned most."""
    local, seen = _local(call), assignments.everything(call.who)
    found = assignments.campaign(seen, campaign_id)
    of_it = reports.of_campaign(call.who, seen, found, local, call.now_ms)
    return answers.enveloped(answers.campaign_report(found, of_it, of_it.best, seen, local))


@bp.operation(
    "PATCH",
    f"{BASE}/campaigns/{{campaign_id}}",
    body=EditCampaign,
    answer=Envelope[shapes.Campaign],
    asked={"name": "Q4 Billboards"},
    **_WRITE,
)
def edit_campaign(call: Call, campaign_id: str) -> Envelope[shapes.Campaign]:
    """Change a campaign; what is not given stays as it is.

    With `qrIds` it also assigns codes to it, for which the key needs the scope `qr:write` too; others stay assigned.
    """
    change = campaign_edit(call, call.body(EditCampaign))
    return answers.enveloped(_shown(call, campaigns.edit(call.who, campaign_id, change, call.now_ms)))


@bp.operation("DELETE", f"{BASE}/campaigns/{{campaign_id}}", answer=Envelope[shapes.Removed], **_WRITE)
def delete_campaign(call: Call, campaign_id: str) -> Envelope[shapes.Removed]:
    """Delete a campaign; its codes stay."""
    return answers.enveloped({"id": ids.spell("camp", campaigns.delete(call.who, campaign_id)), "deleted": True})


@bp.operation(
    "GET", f"{BASE}/clients", answer=Envelope[list[shapes.Client]], example=_example([shapes.CLIENT_ROW]), **_READ
)
def list_clients(call: Call) -> Envelope[list[shapes.Client]]:
    """List clients with their lifetime totals, newest first."""
    seen = assignments.everything(call.who)
    groups = reports.by_client(call.who, seen, seen.clients)
    return answers.enveloped([answers.client(it, groups[it.number], call.now_ms) for it in seen.clients.values()])


@bp.operation(
    "POST",
    f"{BASE}/clients",
    body=CreateClient,
    answer=Envelope[shapes.Client],
    status=201,
    asked={"name": "Acme Corp"},
    **_WRITE,
)
def create_client(call: Call) -> Envelope[shapes.Client]:
    """Make a client.

    With `qrIds` it also assigns codes to it, for which the key needs the scope `qr:write` too.
    """
    new = client_edit(call, call.body(CreateClient))
    return answers.enveloped(_drawn(call, clients.create(call.who, new, call.now_ms)), 201)


@bp.operation(
    "GET",
    f"{BASE}/client/{{client_id}}",
    parameters=PERIODS,
    answer=Envelope[shapes.ClientReport],
    example=_example(shapes.CLIENT_REPORT),
    **_READ,
)
def report_client(call: Call, client_id: str) -> Envelope[shapes.ClientReport]:
    """Read what a client's codes come to in a period."""
    local, seen = _local(call), assignments.everything(call.who)
    found = assignments.client(seen, client_id)
    of_it = reports.of_client(call.who, seen, found, local, call.now_ms)
    return answers.enveloped(answers.client_report(found, of_it, local, call.now_ms))


@bp.operation(
    "PATCH",
    f"{BASE}/clients/{{client_id}}",
    body=EditClient,
    answer=Envelope[shapes.Client],
    asked={"status": "INACTIVE"},
    **_WRITE,
)
def edit_client(call: Call, client_id: str) -> Envelope[shapes.Client]:
    """Change a client; what is not given stays as it is. While it is INACTIVE its own keys see nothing.

    With `qrIds` it also assigns codes to it, for which the key needs the scope `qr:write` too; others stay assigned.
    """
    change = client_edit(call, call.body(EditClient))
    return answers.enveloped(_drawn(call, clients.edit(call.who, client_id, change, call.now_ms)))


@bp.operation("DELETE", f"{BASE}/clients/{{client_id}}", answer=Envelope[shapes.Removed], **_WRITE)
def delete_client(call: Call, client_id: str) -> Envelope[shapes.Removed]:
    """Delete a client and end its own keys; its codes and campaigns stay."""
    number = clients.delete(call.who, client_id, call.now_ms)
    return answers.enveloped({"id": ids.spell("client", number), "deleted": True})


def _local(call: Call) -> Local:
    """The period that is asked for."""
    offset = periods.checked_offset(call.read(OFFSET), OFFSET.name)
    return periods.containing(call.read(PERIOD), _day(call.read(DATE), offset, call.now_ms), offset)


def _day(text: str, offset: int, now_ms: int) -> int:
    """The local day: of a date itself, of a time the day that it is then where the offset holds."""
    if not text:
        return periods.local_day(now_ms, offset)
    spelled = text.replace(" ", "+") if "T" in text else text  # what a bare plus sign has become
    day = periods.parse_date(spelled, DATE.name)
    moment = parse_time(spelled) if "T" in text else None
    return day if moment is None else periods.local_day(moment, offset)


def _fitting(rows: list[shapes.Qr]) -> int:
    """How many rows an answer can carry; one at least."""
    sizes = accumulate(len(json.dumps(json.dumps(row))) for row in rows)
    return max(sum(size <= MOST_CARRIED_BYTES for size in sizes), min(len(rows), 1))


def _shown(call: Call, campaign: Campaign) -> shapes.Campaign:
    seen = assignments.everything(call.who)
    group = reports.by_campaign(call.who, seen, [campaign.number])[campaign.number]
    return answers.campaign(campaign, group, seen)


def _drawn(call: Call, client: Client) -> shapes.Client:
    seen = assignments.everything(call.who)
    group = reports.by_client(call.who, seen, [client.number])[client.number]
    return answers.client(client, group, call.now_ms)
