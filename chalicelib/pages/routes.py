"""Every page's blueprint, in one list: what `app.py` registers."""

from typing import Final

from chalicelib.pages import (
    account,
    bulk_files,
    bulk_links,
    docs,
    integrity,
    keys,
    link_changes,
    link_figures,
    links,
    lost,
    root,
    settings,
    sign_in,
    static_files,
    usage,
)
from chalicelib.pages.http import Pages

BLUEPRINTS: Final[tuple[Pages, ...]] = (
    root.bp,
    docs.bp,
    sign_in.bp,
    account.bp,
    integrity.bp,
    links.bp,
    link_changes.bp,
    bulk_links.bp,
    bulk_files.bp,
    keys.bp,
    link_figures.bp,
    settings.bp,
    usage.bp,
    static_files.bp,
    lost.bp,
)
