"""The hot path: resolve a slug, record the scan, respond. A function of its own, which imports as little as it can:
what of `core` it needs, and `wire`, which asks AWS without an SDK.

A visitor is redirected whatever happens to the analytics: a scan that cannot be written goes to the spill queue,
and if that fails too, into one log line. An error that nobody foresaw costs the scan, and not the visitor their way.
"""

import hmac
import json
import os
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from chalicelib import lines
from chalicelib.core import handover, notices, targets
from chalicelib.core.arrivals import Arrival
from chalicelib.core.metric_names import REDIRECTS_FAILED, REDIRECTS_UNAVAILABLE, SCANS_LOST, SCANS_SPILLED
from chalicelib.core.paths import parts
from chalicelib.core.queries import with_parameters
from chalicelib.core.states import ACTIVE, EXPIRED
from chalicelib.core.targets import Target
from chalicelib.core.viewers import arrival, is_counted, viewer
from chalicelib.wire.client import DYNAMODB, SQS
from chalicelib.wire.failed import Failed

# Edits, pauses and deletions take effect everywhere within this.
CACHED_SECONDS: Final = 5.0
MOST_CACHED: Final = 10_000

_cache: dict[str, tuple[float, Target]] = {}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request for a slug, as API Gateway's Lambda proxy integration hands it over."""
    lines.begin(event, context)
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    accept = headers.get("accept", "")
    try:
        return _answer(event, headers, accept)
    except Failed as failed:
        lines.count(REDIRECTS_UNAVAILABLE)
        return _logged(notices.answer(notices.UNAVAILABLE, accept), error=failed.code)
    except Exception as error:  # noqa: BLE001 - Lambda would print its words, which may tell of the visitor
        lines.count(REDIRECTS_FAILED)
        lines.log("ERROR", "failed", **lines.described(error))
        return _logged(notices.answer(notices.UNAVAILABLE, accept))


def _answer(event: Mapping[str, Any], headers: Mapping[str, str], accept: str) -> dict[str, Any]:
    slug, marker = parts(unquote(event["pathParameters"]["slug"]))
    target = _resolve(slug, marker)
    now_ms = time.time_ns() // 1_000_000
    state = target.state(now_ms) if target else None
    if target is None or state != ACTIVE:
        return _logged(notices.answer(notices.EXPIRED if state == EXPIRED else notices.UNKNOWN, accept))
    if not is_counted(event["httpMethod"], headers):
        return _logged(_to(target, target.location), counted=False)
    try:
        arrived = _scan(event, headers, target, target.marker(marker), now_ms)
        location = _onward(target, arrived)
        _record(arrived)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not the visitor's trouble
        lines.count(SCANS_LOST)
        lines.log("ERROR", "scan lost", **lines.described(error))
        return _logged(_to(target, target.location), counted=False)
    return _logged(_to(target, location), counted=True)


def _resolve(slug: str, marker: str) -> Target | None:
    """The slug's target: cached for 5 seconds, read otherwise, and when a QR code is named that the cached one does not
    know: it may be new. A stale target is better than none while reads fail."""
    if not slug:
        return None
    since, cached = _cache.get(slug, (0.0, None))
    if cached and time.monotonic() - since < CACHED_SECONDS and cached.knows(marker):
        return cached
    try:
        key = {"pk": {"S": targets.partition(slug)}, "sk": {"S": targets.SORT}}
        item = DYNAMODB.call("GetItem", {"TableName": os.environ["OBJECTS_TABLE"], "Key": key}).get("Item")
    except Failed:
        if not cached:
            raise
        _cache[slug] = time.monotonic(), cached  # nobody else waits for the same failure
        return cached
    _cache.pop(slug, None)
    if not item:
        return None
    if len(_cache) >= MOST_CACHED:
        _cache.pop(next(iter(_cache)))
    _cache[slug] = time.monotonic(), (target := Target.of(item))
    return target


def _scan(event: Mapping[str, Any], headers: Mapping[str, str], target: Target, marker: int, now_ms: int) -> Arrival:
    secret = os.environ.get("ORIGIN_SECRET", "")
    trusted = bool(secret) and hmac.compare_digest(headers.get("x-origin-secret", "").encode(), secret.encode())
    seen = viewer(headers, event["requestContext"]["identity"]["sourceIp"], trusted)
    slot = int.from_bytes(os.urandom(4), "big") % target.slots
    parameters = event.get("queryStringParameters") or {}
    return arrival(target, seen, parameters, marker, slot, now_ms, os.urandom(8).hex())


def _record(arrived: Arrival) -> None:
    """One write. A retry after a lost answer may find its scan there, even folded already: that is a success."""
    item = {name: {"N": str(v)} if isinstance(v, int) else {"S": v} for name, v in arrived.attributes().items()}
    write = {
        "TableName": os.environ["SCANS_TABLE"],
        "Item": item,
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    try:
        DYNAMODB.call("PutItem", write)
    except Failed as failed:
        if failed.code != "ConditionalCheckFailedException":
            _spill(arrived, failed.code)


def _spill(arrived: Arrival, why: str) -> None:
    try:
        body = json.dumps({"scan": arrived.attributes(), "error": why})
        SQS.call("SendMessage", {"QueueUrl": os.environ["SPILL_QUEUE_URL"], "MessageBody": body})
        lines.count(SCANS_SPILLED)
    except Failed as failed:
        kept = {name: v for name, v in arrived.attributes().items() if name != "user_agent"}
        lines.log("ERROR", "scan lost", error=failed.code, scan=kept)
        lines.count(SCANS_LOST)


def _onward(target: Target, arrived: Arrival) -> str:
    """Where the visitor goes; a destination that asks for it is told which scan this is."""
    if not target.hands_over:
        return target.location
    scan_id = arrived.key.id
    token = handover.token(target.hashing_key, target.organization, scan_id, arrived.key.ms)
    return with_parameters(target.location, {"scan_id": scan_id, "scan_token": token})


def _to(target: Target, location: str) -> dict[str, Any]:
    headers = {
        "Location": location,
        "Cache-Control": "private, no-store",
        "Content-Type": "text/plain",  # of an empty body; API Gateway would call it JSON
    }
    return {"statusCode": target.redirect_type, "headers": headers, "body": ""}


def _logged(answer: dict[str, Any], **facts: object) -> dict[str, Any]:
    lines.log("INFO", "redirect", status=answer["statusCode"], **facts)
    return answer
