"""What the `qpr` API's document prints as answers, and bodies that are like it."""

from collections.abc import Mapping
from typing import Any, Final

ASKED: Final = {
    "name": "Window sticker",
    "prompt": "You help visitors of our shop.",
    "destination": "https://example.com/chat",
    "metadata": {"shop": 7},
    "report_conversations": True,
}
CHANGE: Final = {"name": "Door sticker", "status": "paused"}
REPORT: Final = {"conversation_started": True, "conversation_messages": 6, "ended": True}
CODE: Final[Mapping[str, Any]] = {
    "id": "qpr_01HXYZ789ABC",
    "short_id": "hc9m3r",
    "name": "Window sticker",
    "prompt": "You help visitors of our shop.",
    "destination": "https://example.com/chat",
    "welcome_message": None,
    "template": None,
    "metadata": {},
    "report_conversations": True,
    "scan_url": "https://qz.example/s/hc9m3r",
    "qr_image_url": "https://qz.example/api/qr/qpr_01HXYZ789ABC/download?format=png",
    "qr_svg_url": "https://qz.example/api/qr/qpr_01HXYZ789ABC/download?format=svg",
    "status": "active",
    "scans_total": 142,
    "created_at": "2026-03-01T09:00:00Z",
    "updated_at": "2026-03-01T09:00:00Z",
}
SCAN: Final[Mapping[str, Any]] = {
    "id": "scan_01HABC",
    "qpr_code_id": "qpr_01HXYZ789ABC",
    "short_id": "hc9m3r",
    "scanned_at": "2026-03-20T15:30:00Z",
    "country": "US",
    "region": "CA",
    "city": "San Francisco",
    "device": "mobile",
    "conversation_started": True,
    "conversation_messages": 6,
    "metadata": {},
}
ANALYTICS: Final[Mapping[str, Any]] = {
    "qpr_code_id": "qpr_01HXYZ789ABC",
    "period": "30d",
    "scans_total": 142,
    "scans_unique_devices": 138,
    "conversation_rate": 0.74,
    "avg_messages_per_conversation": 5.2,
    "top_countries": [
        {"country": "US", "scans": 89},
        {"country": "GB", "scans": 21},
        {"country": "CA", "scans": 14},
    ],
    "timeseries": [
        {"date": "2026-03-01", "scans": 8, "conversations": 6},
        {"date": "2026-03-02", "scans": 5, "conversations": 4},
    ],
}
CODES: Final = {"qpr_codes": [CODE], "total": 1, "limit": 50, "offset": 0}
SCANS: Final = {"scans": [SCAN], "total": 142, "limit": 20, "offset": 0}
