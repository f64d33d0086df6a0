"""Every page's blueprint, in one list: what `app.py` registers."""

from typing import Final

from chalicelib.pages import (
    account,
    campaigns,
    client_keys,
    clients,
    docs,
    keys,
    link_figures,
    lost,
    reports,
    root,
    settings,
    shares,
    sign_in,
    static_files,
)
from chalicelib.pages.http import Pages

BLUEPRINTS: Final[tuple[Pages, ...]] = (
    root.bp,
    docs.bp,
    sign_in.bp,
    account.bp,
    keys.bp,
    link_figures.bp,
    campaigns.bp,
    clients.bp,
    client_keys.bp,
    shares.bp,
    reports.bp,
    settings.bp,
    static_files.bp,
    lost.bp,
)
