"""Every page's blueprint, in one list: what `app.py` registers."""

from typing import Final

from chalicelib.pages import (
    account,
    deliveries,
    docs,
    integrity,
    keys,
    link_figures,
    lost,
    replays,
    root,
    settings,
    sign_in,
    static_files,
    summaries,
    usage,
    webhook_acts,
    webhooks,
)
from chalicelib.pages.http import Pages

BLUEPRINTS: Final[tuple[Pages, ...]] = (
    root.bp,
    docs.bp,
    sign_in.bp,
    account.bp,
    integrity.bp,
    keys.bp,
    link_figures.bp,
    settings.bp,
    webhooks.bp,
    webhook_acts.bp,
    deliveries.bp,
    replays.bp,
    summaries.bp,
    usage.bp,
    static_files.bp,
    lost.bp,
)
