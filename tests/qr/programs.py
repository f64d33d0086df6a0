"""Programs beside the Python packages: they read pictures, and draw files, independently of what is tested.

A test that needs one that is missing is skipped, and the summary says once what to install. With QUIETZONE_CI set,
as `.ci/run` does, it fails.
"""

import importlib
import os
import shutil
from functools import cache
from typing import Final

import pytest

# Program -> the package of Debian and Ubuntu that has it.
PACKAGES: Final = {
    "zbar": "libzbar0",
    "rsvg-convert": "librsvg2-bin",
    "pdftoppm": "poppler-utils",
    "gs": "ghostscript",
}
missed: Final[set[str]] = set()


def need(program: str) -> None:
    """Skips the test that asks when a program is missing; fails it where none may be."""
    if _is_there(program):
        return
    missed.add(program)
    if os.environ.get("QUIETZONE_CI"):
        pytest.fail(to_install())
    pytest.skip(to_install())


def to_install() -> str:
    packages = " ".join(sorted(PACKAGES[program] for program in missed))
    return f"install what reads and draws pictures: {packages} (Debian, Ubuntu: apt install {packages})"


@cache
def _is_there(program: str) -> bool:
    if program != "zbar":
        return shutil.which(program) is not None
    try:
        importlib.import_module("pyzbar.pyzbar")
    except ImportError:  # pyzbar is the wrapper alone
        return False
    return True
