"""Every page's blueprint, in one list: what `app.py` registers."""

from typing import Final

from chalicelib.pages import (
    account,
    bulk_files,
    bulk_links,
    designer,
    designer_files,
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
    bulk_files.bp,
    bulk_links.bp,
    designer.bp,
    designer_files.bp,
    integrity.bp,
    keys.bp,
    link_changes.bp,
    link_figures.bp,
    links.bp,
    settings.bp,
    usage.bp,
    static_files.bp,
    lost.bp,
)
