"""What the documents print as answers of `/v1/webhooks`, and bodies that are like it."""

from collections.abc import Mapping
from typing import Any, Final

ASKED: Final = {"url": "https://example.com/hooks", "events": ["scan.created", "conversation.completed"]}
CHANGE: Final = {"description": "Orders", "active": False}
ROTATE: Final = {"overlap_seconds": 3600}
TEST: Final = {"type": "scan.created"}
REPLAY: Final = {"since": "2026-01-15T00:00:00Z", "until": "2026-01-16T00:00:00Z", "states": ["failed", "held"]}

WEBHOOK: Final[Mapping[str, Any]] = {
    "id": "wh_akn2ybt1za",
    "url": "https://example.com/hooks",
    "events": ["scan.created", "conversation.completed"],
    "format": "qpr",
    "description": "",
    "filters": {"link_ids": [], "qr_code_ids": [], "campaign_ids": []},
    "active": True,
    "status": "active",
    "created_at": "2026-01-15T14:30:00Z",
    "updated_at": "2026-01-15T14:30:00Z",
    "disabled_at": None,
    "disabled_reason": None,
    "health": {
        "state": "failing",
        "consecutive_failures": 1,
        "failing_since": "2026-01-15T14:32:18Z",
        "last_failure": {"at": "2026-01-15T14:32:18Z", "status": 503, "reason": "It answered 503"},
        "next_attempt_at": None,
    },
}
_WELL: Final = {
    "state": "ok",
    "consecutive_failures": 0,
    "failing_since": None,
    "last_failure": None,
    "next_attempt_at": None,
}
_SECRET: Final = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
NEW: Final = {**WEBHOOK, "health": _WELL, **_SECRET}
ROTATED: Final = {**WEBHOOK, **_SECRET, "previous_secret_until": "2026-01-15T15:35:00Z"}
LIST: Final = {"webhooks": [WEBHOOK], "total": 1}
TESTED: Final = {
    "delivered": True,
    "event_id": "evt_test_akn2ybt1zc",
    "type": "scan.created",
    "delivery_id": "dlv_1768487400000_evt_test_akn2ybt1zc",
    "status": 200,
    "duration_ms": 84,
    "reason": None,
    "answer": "ok",
}

DELIVERY: Final[Mapping[str, Any]] = {
    "id": "dlv_1768487538000_evt_scan_01HABC",
    "event_id": "evt_scan_01HABC",
    "type": "scan.created",
    "state": "waiting",
    "happened_at": "2026-01-15T14:32:18Z",
    "attempts": 1,
    "redelivered": 0,
    "last_attempt_at": "2026-01-15T14:32:19Z",
    "last_status": 503,
    "last_reason": "It answered 503",
    "next_attempt_at": None,
}
DELIVERIES: Final = {"deliveries": [DELIVERY], "next_cursor": "8UPh84Ebl9QwYWtycHYwM2hxeTA"}
FULL: Final = {
    **DELIVERY,
    "body": '{"type":"scan.created"}',
    "attempt_log": [
        {
            "at": "2026-01-15T14:32:19Z",
            "duration_ms": 212,
            "status": 503,
            "reason": "It answered 503",
            "answer": "upstream unavailable",
        }
    ],
}
REDELIVERED: Final = {**DELIVERY, "attempts": 0, "redelivered": 1, "next_attempt_at": "2026-01-15T14:41:00Z"}
REPLAYING: Final = {
    "id": "rpl_akn2ybt1zb",
    "webhook_id": "wh_akn2ybt1za",
    "status": "running",
    "since": "2026-01-15T00:00:00Z",
    "until": "2026-01-16T00:00:00Z",
    "states": ["failed", "held"],
    "seen": 0,
    "sent": 0,
    "created_at": "2026-01-16T08:00:00Z",
}
