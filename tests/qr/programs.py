"""Programs beside the Python packages: they read pictures, draw files, run what others wrote in JavaScript, and show
pages, independently of what is tested.

A test that needs one that is missing is skipped, and the summary says once what to install. With QUIETZONE_CI set, as
`.ci/run` does, it fails.
"""

import importlib
import os
import shutil
from collections.abc import Iterable
from functools import cache
from typing import Final

import pytest

# Program -> the package of Debian and Ubuntu that has it.
PACKAGES: Final = {
    "zbar": "libzbar0",
    "rsvg-convert": "librsvg2-bin",
    "pdftoppm": "poppler-utils",
    "gs": "ghostscript",
    "node": "nodejs",
    "chromium": "chromium",
    "curl": "curl",
}
_ASKS: Final = "this test needs the package "


def need(program: str) -> None:
    """Skips the test that asks when a program is missing; fails it where none may be."""
    if _is_there(program):
        return
    reason = _ASKS + PACKAGES[program]
    if os.environ.get("QUIETZONE_CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def to_install(reasons: Iterable[str]) -> str:
    """What to do about tests that were skipped for some reasons; nothing when it were others."""
    packages = sorted({reason.partition(_ASKS)[2] for reason in reasons} - {""})
    if not packages:
        return ""
    return f"Tests were skipped, for want of {', '.join(packages)}: apt install {' '.join(packages)}"


@cache
def _is_there(program: str) -> bool:
    if program != "zbar":
        return shutil.which(program) is not None
    try:
        importlib.import_module("pyzbar.pyzbar")
    except ImportError:  # pyzbar is the wrapper alone
        return False
    return True
