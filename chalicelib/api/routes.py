"""Every API's blueprint, in one list: what `app.py` registers, and what describes itself."""

from functools import lru_cache
from typing import Any, Final

from chalicelib.api import (
    accounts,
    docs,
    dynamic,
    dynamic_bulk,
    dynamic_images,
    dynamic_qr,
    health,
    history,
    integrity,
    mcp,
    openapi,
    pictures,
    qpr,
    qr_codes,
    qr_tokens,
    qr_urls,
    qr_usage,
    qr_webhooks,
    qr_webhooks_log,
    qrcodes,
    qrcodes_analytics,
    qrcodes_exports,
    reporting,
    summaries,
    thresholds,
    unknown,
    webhooks,
    webhooks_log,
)
from chalicelib.api.http import Api
from chalicelib.api.operations import Operation

_APIS: Final = (
    dynamic.bp,
    dynamic_bulk.bp,
    dynamic_images.bp,
    dynamic_qr.bp,
    qrcodes.bp,
    qrcodes_analytics.bp,
    qrcodes_exports.bp,
    qpr.bp,
    reporting.bp,
    qr_tokens.bp,
    qr_urls.bp,
    qr_codes.bp,
    qr_usage.bp,
    webhooks.bp,
    webhooks_log.bp,
    qr_webhooks.bp,
    qr_webhooks_log.bp,
    pictures.bp,
    pictures.pages,
    accounts.bp,
    history.bp,
    integrity.bp,
    summaries.bp,
    thresholds.bp,
    health.bp,
    mcp.bp,
)


@lru_cache(maxsize=4)  # half a second each; an installation has one address, or two while it moves
def document(base: str) -> dict[str, Any]:
    """The OpenAPI document for an installation at an address."""
    return openapi.document(OPERATIONS, base)


_DOCS: Final = docs.describing(document)

OPERATIONS: Final[list[Operation]] = [operation for bp in (*_APIS, _DOCS) for operation in bp.operations]
BLUEPRINTS: Final[tuple[Api, ...]] = (*_APIS, _DOCS, unknown.answering(OPERATIONS))
