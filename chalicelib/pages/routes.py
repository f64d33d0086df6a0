"""Every page's blueprint, in one list: what `app.py` registers."""

from typing import Final

from chalicelib.pages import account, designer, designer_files, keys, lost, settings, sign_in, static_files
from chalicelib.pages.http import Pages

BLUEPRINTS: Final[tuple[Pages, ...]] = (
    sign_in.bp,
    account.bp,
    keys.bp,
    settings.bp,
    designer.bp,
    designer_files.bp,
    static_files.bp,
    lost.bp,
)
