"""Where the routes are at home: which module answers a path, without importing any.

A path that is not listed belongs to the longest listed one that it begins with. Nothing depends on a line being here
but the time of the first answer; `tests/functions/test_api.py` finds lines that are missing or wrong.
"""

from typing import Final

_API: Final = {
    "dynamic": ("/v1", "/v1/codes", "/v1/dynamic", "/v1/me"),
    "dynamic_bulk": ("/v1/dynamic/bulk",),
    "dynamic_images": ("/v1/dynamic/images",),
    "dynamic_qr": ("/v1/qr",),
    "qrcodes": ("/v1/qrcodes",),
    "qrcodes_analytics": ("/v1/qrcodes/{code_id}/analytics",),
    "qrcodes_exports": ("/v1/qrcodes/exports", "/v1/qrcodes/{code_id}/analytics/export"),
    "qpr": ("/v1/qpr-codes", "/v1/scans"),
    "reporting": ("/api/v1/external/reporting",),
    "qr_tokens": ("/api/v1/auth/token",),
    "qr_urls": ("/api/v1/urls",),
    "qr_codes": ("/api/v1/qr", "/api/v1/urls/{url_id}/qr"),
    "qr_usage": ("/api/v1/usage",),
    "webhooks": ("/v1/webhooks",),
    "webhooks_log": (
        "/v1/webhooks/{webhook_id}/deliveries",
        "/v1/webhooks/{webhook_id}/replay",
        "/v1/webhooks/{webhook_id}/replays",
    ),
    "qr_webhooks": ("/api/v1/webhooks",),
    "qr_webhooks_log": (
        "/api/v1/webhooks/{webhook_id}/deliveries",
        "/api/v1/webhooks/{webhook_id}/replay",
        "/api/v1/webhooks/{webhook_id}/replays",
    ),
    "pictures": ("/api/qr", "/qr"),
    "accounts": ("/v1/api-keys", "/v1/members", "/v1/organization"),
    "history": ("/v1/dynamic/{code_id}/left-out", "/v1/retention"),
    "integrity": ("/v1/integrity",),
    "summaries": ("/v1/summaries",),
    "thresholds": ("/v1/thresholds",),
    "health": ("/healthz", "/readyz"),
    "mcp": ("/mcp",),
}
_PAGES: Final = {
    "root": ("/", "/favicon.ico", "/robots.txt"),
    "docs": ("/docs",),
    "sign_in": ("/sign-in", "/sign-out", "/dashboard/switch"),
    "account": ("/dashboard/account",),
    "bulk_files": ("/dashboard/links/bulk/images", "/dashboard/links/bulk/table"),
    "bulk_links": ("/dashboard/links/bulk",),
    "campaigns": ("/dashboard/campaigns",),
    "client_keys": ("/dashboard/clients/{client_id}/keys",),
    "clients": ("/dashboard/clients",),
    "deliveries": ("/dashboard/webhooks/{webhook}/deliveries",),
    "designer": ("/dashboard/links/{link}/qr",),
    "designer_files": ("/dashboard/links/{link}/qr/file", "/dashboard/links/{link}/qr/print"),
    "integrity": ("/dashboard/integrity",),
    "keys": ("/dashboard/keys",),
    "link_changes": tuple(
        f"/dashboard/links/{{link}}/{act}" for act in ("archive", "edit", "erase", "pause", "resume")
    ),
    "link_figures": ("/dashboard/exports", "/dashboard/links/{link}"),
    "links": ("/dashboard", "/dashboard/links/new"),
    "lost": ("/dashboard/{proxy+}",),
    "replays": ("/dashboard/webhooks/{webhook}/replays",),
    "reports": ("/report",),
    "settings": ("/dashboard/settings",),
    "shares": (
        "/dashboard/campaigns/{campaign_id}/shares",
        "/dashboard/clients/{client_id}/shares",
        "/dashboard/links/{link}/shares",
    ),
    "static_files": ("/static",),
    "summaries": ("/dashboard/summaries",),
    "usage": ("/dashboard/usage",),
    "webhook_acts": tuple(
        f"/dashboard/webhooks/{{webhook}}/{act}" for act in ("delete", "pause", "resume", "secret", "test")
    ),
    "webhooks": ("/dashboard/webhooks",),
}
HOMES: Final = {
    path: f"chalicelib.{room}.{module}"
    for room, homes in (("api", _API), ("pages", _PAGES))
    for module, paths in homes.items()
    for path in paths
}


def home_of(path: str) -> str | None:
    """The name of the module at home at a route's path, None for one that no line says anything of."""
    while path and path not in HOMES:
        path = path.rpartition("/")[0]
    return HOMES.get(path)
