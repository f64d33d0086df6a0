"""`make export TO=acme.zip`: everything of an organization in open formats, with a static redirect map.

FROM and UNTIL cut raw scans and days; IMAGES says in which formats pictures are drawn, `none` for none.
"""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra import chosen
from infra.attached import Attached, attach
from infra.begun import begun
from infra.command import run, say
from infra.errors import StackError
from infra.serve import FOLDER

if TYPE_CHECKING:
    from chalicelib.core.places import Span
    from chalicelib.core.styles import Format

IMAGES: Final = "svg,png"
NONE: Final = "none"


def main() -> None:
    """Export. Raises StackError."""
    export(attach(FOLDER), os.environ.get("TO", ""))


def export(stack: Attached, path: str) -> Path:
    """Write the archive to a file, and say so. It gets its name when it is whole. Raises StackError and Unavailable."""
    from chalicelib.services import archiving
    from chalicelib.store import accounts
    from chalicelib.version import VERSION

    if not path.endswith(".zip"):
        raise StackError("TO= must name a zip, like TO=acme.zip")
    target = Path(path).expanduser()
    span, images = _span(), _images()
    wanted = archiving.Wanted(
        organization=accounts.read_organization(chosen.organization()),
        base=base_of(stack),
        version=VERSION,
        now_ms=time.time_ns() // 1_000_000,
        span=span,
        images=images,
    )
    try:
        with begun(target) as file:
            archiving.write(file, wanted, lambda step: say(f"  {step} ..."))
    except OSError as error:
        raise StackError(f"TO={path}: {error.strerror}") from error
    say(f"  {target}: {target.stat().st_size:,} bytes; its README.txt says what is what")
    return target


def base_of(stack: Attached) -> str:
    """Where short links start."""
    from chalicelib.config import settings

    return settings().public_url or stack.url


def _span() -> "Span":
    from chalicelib.core.days import parse_time
    from chalicelib.core.places import Span
    from chalicelib.services.archiving import ALWAYS

    ends: list[int] = []
    for name, otherwise in (("FROM", ALWAYS.first_ms), ("UNTIL", ALWAYS.end_ms)):
        text = os.environ.get(name, "")
        ms = parse_time(text) if text else otherwise
        if ms is None:
            raise StackError(f"{name}={text}: must be a date, like {name}=2026-11-01")
        ends.append(ms)
    return Span(*ends)


def _images() -> "list[Format]":
    from chalicelib.core.styles import FORMATS

    text = os.environ.get("IMAGES", "") or IMAGES
    names = [] if text == NONE else text.split(",")
    if not set(names) <= set(FORMATS):
        raise StackError(f"IMAGES={text}: must be some of {','.join(FORMATS)}, or {NONE}")
    return [form for form in FORMATS if form in names]


if __name__ == "__main__":
    sys.exit(run(main))
