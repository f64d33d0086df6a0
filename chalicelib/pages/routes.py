"""Every page's blueprint, in one list: what `app.py` registers."""

from typing import Final

from chalicelib.pages import (
    account,
    designer,
    designer_files,
    docs,
    integrity,
    keys,
    link_figures,
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
    designer.bp,
    designer_files.bp,
    integrity.bp,
    keys.bp,
    link_figures.bp,
    settings.bp,
    usage.bp,
    static_files.bp,
    lost.bp,
)
