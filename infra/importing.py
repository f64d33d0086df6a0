"""`make import FROM=links.csv`: links that Bitly, Shlink, YOURLS or Kutt exported, with their slugs and visit counts.

FORMAT says whose export it is where the names of its columns do not; DRY=1 looks and writes nothing. The same command
again writes what is missing.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from infra import chosen
from infra.attached import Attached, attach
from infra.command import asked, run, say
from infra.errors import StackError
from infra.serve import FOLDER

if TYPE_CHECKING:
    from chalicelib.core.foreign_links import ForeignLink
    from chalicelib.core.foreign_tables import Row
    from chalicelib.services.importing import Plan, Refused

SHOWN_SECONDS: Final = 5.0  # between lines that tell how far it is


def main() -> bool:
    """Import; False if any row was refused. Raises StackError."""
    return not bring(attach(FOLDER), os.environ.get("FROM", ""), dry=asked("DRY")).refused


def bring(stack: Attached, path: str, *, dry: bool) -> "Plan":
    """Import the links of a file, and say what became of its rows. Raises StackError."""
    from chalicelib.core import foreign_links, foreign_tables
    from chalicelib.errors import InvalidRequest, Unavailable
    from chalicelib.services import importing
    from chalicelib.store import accounts

    now_ms = time.time_ns() // 1_000_000
    try:
        content = _content(path)
        rows = foreign_tables.rows(content)
        format = foreign_links.recognised(rows, os.environ.get("FORMAT", "").lower())
        organization = accounts.read_organization(chosen.organization())
        say(f"  {path}: {len(rows):,} links, as {format} exports them, for {organization.name}")
        if (total := foreign_tables.said_total(content)) > len(rows):
            say(f"  it is a page of {total:,} links: the others are in other answers")
        plan = importing.plan(organization, _read(rows, format), _own_hosts(stack), now_ms)
        if not dry:
            _follow(importing.write(organization, plan.new, now_ms), len(plan.new))
            importing.credit(plan.credited, now_ms)
    except InvalidRequest as error:
        raise StackError(error.message) from error
    except Unavailable as error:
        raise StackError("the tables are busy, or a slug was taken meanwhile: the same again goes on") from error
    _report(plan, dry)
    return plan


def _content(path: str) -> bytes:
    if not path:
        raise StackError("FROM= must name a file, like FROM=links.csv")
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise StackError(f"FROM={path}: {error.strerror}") from error


def _read(rows: "list[Row]", format: str) -> "Iterator[ForeignLink | Refused]":
    from chalicelib.core import foreign_links
    from chalicelib.errors import InvalidRequest
    from chalicelib.services.importing import Refused

    for row in rows:
        try:
            yield foreign_links.read(row, format)
        except InvalidRequest as error:
            yield Refused(row.place, error.message)


def _own_hosts(stack: Attached) -> set[str]:
    from chalicelib.config import settings

    hosts = (urlsplit(url).hostname for url in (stack.url, settings().public_url))
    return {host for host in hosts if host}


def _follow(written: Iterator[int], total: int) -> None:
    shown = time.monotonic()
    for done in written:
        if time.monotonic() - shown > SHOWN_SECONDS:
            shown = time.monotonic()
            say(f"    {done:,} of {total:,}")


def _report(plan: "Plan", dry: bool) -> None:
    for refused in plan.refused:
        say(f"  {refused.place}: {refused.problem}")
    for what, rows in plan.left.items():
        say(f"  not kept, of {rows:,}: {what}")
    visits = sum(link.imported or 0 for link in plan.new)
    done = "would be imported" if dry else "imported"
    say(f"  {len(plan.new):,} {done}, with {visits:,} visits; {plan.there:,} there already")
    if plan.joined:
        say(f"  {plan.joined:,} have slug and destination of another row: they are one link, with the visits of both")
    if plan.credited:
        say(f"  {len(plan.credited):,} of those had no imported visits: they {'would get' if dry else 'got'} them")
    say(f"  {len(plan.refused):,} refused")


if __name__ == "__main__":
    sys.exit(run(main))
