"""The tools that find and make links."""

import json
from functools import partial

from chalicelib.api import dialects, problems
from chalicelib.api import mcp_shapes as shapes
from chalicelib.api.mcp_bodies import Arguments, BulkCreateLinks, CreateLink, GetLink, ListLinks, NewLink
from chalicelib.api.requests import Call
from chalicelib.core.links import Details, Link
from chalicelib.core.plans import Meter
from chalicelib.errors import InvalidRequest
from chalicelib.services import assignments, bulk, links
from chalicelib.services.bulk import Rules
from chalicelib.services.creating import OnceKey

RULES = Rules("links", Meter.URL_CREATED, hourly=False)
LISTING = "mcp links"


def list_links(call: Call, asked: ListLinks) -> shapes.Links:
    campaign = assignments.campaign_number(call.who, asked.campaign, "campaign")

    def wanted(link: Link) -> bool:
        in_state = asked.status is None or link.state(call.now_ms) == asked.status
        return in_state and (not campaign or link.campaign == campaign)

    filtered = wanted if campaign or asked.status else None
    before = call.number_before(asked.cursor, LISTING)
    page = links.page(call.who, asked.limit, before, asked.search, filtered)
    return {
        "links": [shapes.link(link, call.base, call.now_ms) for link in page.links],
        "next_cursor": None if page.next_before is None else call.cursor_before(LISTING, page.next_before),
    }


def get_link(call: Call, asked: GetLink) -> shapes.Link:
    return shapes.link(links.get(call.who, asked.link), call.base, call.now_ms)


def create_link(call: Call, asked: CreateLink) -> shapes.Link:
    once = _once(call, asked.idempotency_key, asked)
    new = _new(call, asked)
    made = links.create(call.who, new, call.now_ms, partial(_text, call=call), once, meter=Meter.URL_CREATED)
    answer: shapes.Link = json.loads(made.answer)
    return answer


def bulk_create_links(call: Call, asked: BulkCreateLinks) -> shapes.Bulk:
    once = _once(call, asked.idempotency_key, asked)
    new = [_row(call, row, index) for index, row in enumerate(asked.links)]
    made = bulk.create(call.who, new, call.now_ms, partial(_text, call=call), RULES, once)
    error = made.error and problems.failure(made.error, dialects.MCP)
    return {
        "created": [json.loads(row) for row in made.rows],
        "failed": [
            {"index": index, "code": error["code"], "error": error["message"]}
            for index in range(len(made.rows), len(new))
            if error
        ],
    }


def _new(call: Call, asked: NewLink) -> links.NewLink:
    return links.NewLink(
        destination=asked.destination,
        own_hosts=call.own_hosts,
        label=asked.label,
        slug=asked.slug,
        expires_ms=asked.expires_at,
        campaign=assignments.campaign_number(call.who, asked.campaign, "campaign"),
        details=Details(tags=tuple(asked.tags)),
    )


def _row(call: Call, asked: NewLink, index: int) -> links.NewLink:
    try:
        return _new(call, asked)
    except InvalidRequest as error:
        raise error.within(f"links.{index}") from error


def _once(call: Call, key: str | None, asked: Arguments) -> OnceKey | None:
    """The key of a create, good for this member and tool."""
    if key is None:
        return None
    where = f"{call.who.member} {asked.__class__.__name__}"
    return OnceKey(f"mcp {where} {key}", asked.model_dump_json())


def _text(link: Link, call: Call) -> str:
    return json.dumps(shapes.link(link, call.base, call.now_ms), ensure_ascii=False)
