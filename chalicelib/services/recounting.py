"""The recount: every night the rollups of the day before are compared with its scans, and mended.

Nothing should ever be wrong, and this is how one knows. It is also the last net for a scan whose stream record and
sweep were both missed. The order stays in the table with how far it came, so a run that is cut off is taken up again.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Final, TypeVar

from chalicelib import logs
from chalicelib.core.days import day_of, iso_day, parse_day
from chalicelib.core.integrity import EXPIRED, Drift, Progress, Report
from chalicelib.errors import InvalidRequest, Unavailable
from chalicelib.services import integrity, whole
from chalicelib.services.comparing import LinkDay
from chalicelib.services.runs import Expired, Run, TimeIsUp
from chalicelib.store import accounts, census, poisoned, queues, recounts, reports
from chalicelib.store.recounts import Overtaken

MISSED_DAYS: Final = 7
PASSES: Final = 3
SAVED_LINKS: Final = 100
ATTEMPTS: Final = 8

Checked = TypeVar("Checked")


def order_nightly(now_ms: int) -> None:
    """Order the recount of yesterday for every organization, and of the days before that were missed.

    Raises what stopped the order of one, after all others were ordered.
    """
    failure: Unavailable | None = None
    for organization in accounts.organizations():
        try:
            for day in _missed(organization, day_of(now_ms) - 1):
                order(organization, day, now_ms)
        except Unavailable as error:
            failure = error
    if failure:
        raise failure


def order(organization: int, day: int, now_ms: int) -> None:
    """Order the recount of a day, unless it is ordered already. Raises InvalidRequest, Unavailable."""
    if day > day_of(now_ms):
        raise InvalidRequest.for_field("day", "must not lie ahead")
    known = reports.read(organization, day)
    earlier = Progress(repaired=known.repaired, checks=known.checks) if known else Progress()
    if recounts.put(organization, day, earlier, now_ms):
        send(organization, day)


def send(organization: int, day: int) -> None:
    """Wake the recount of a day that is ordered. Raises Unavailable."""
    queues.send_job({"organization": organization, "recount": iso_day(day)})


def recount(organization: int, day: str, now_ms: int, out_of_time: Callable[[], bool]) -> bool:
    """Work on an order. False when time ran out; a message to go on is then on its way."""
    taken = recounts.take(organization, parse_day(day), now_ms)
    if taken is None:
        return True
    run = Run(taken, now_ms, out_of_time)
    try:
        return _Recount(run).go_on()
    except Overtaken:
        return True


class _Recount:
    """One run. What takes longer than a whole run is reported as unchecked: trying again would never end."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._fresh = True  # no link was checked yet

    def go_on(self) -> bool:
        """Check what is left. False when time ran out."""
        run = self._run
        try:
            run.check_retention()
            while not self._passed():
                run.progress = run.progress.again()
        except Expired:
            _finish(run, EXPIRED)
        except TimeIsUp:
            run.save()
            send(run.organization, run.day)
            return False
        else:
            _finish(run, "")
        return True

    def _passed(self) -> bool:
        """Go through all links, then compare the whole. False when what the links told of it is of no use any more."""
        run = self._run
        if not run.progress.begun:
            run.progress = replace(run.progress, begun=True, sample=whole.sample(run))
        links = frozenset(census.links_after(run.organization, 0))
        for link in sorted(link for link in links if link > run.progress.after):
            self._pass_link(link, links)
        if not run.progress.sample.complete:
            run.leave(Drift())  # a sum cannot be compared while a part of it is not
            return True
        if run.progress.passes + 1 < PASSES and not whole.is_still(run):
            return False
        run.check_time()
        self._check(lambda: whole.check_organization(run))
        return True

    def _pass_link(self, link: int, links: frozenset[int]) -> None:
        run = self._run
        run.check_time()
        look = self._check(lambda: LinkDay(run, link, links).check())
        if look is not None:
            self._check(lambda: whole.check_lifetimes(run, look.touched))
            sample = run.progress.sample.adding(look.whole.tables, look.whole.unsure)
        else:
            sample = replace(run.progress.sample, complete=False)
        progress = run.progress
        scans = progress.scans + (look.scans if look else 0)
        run.progress = replace(progress, after=link, links=progress.links + 1, scans=scans, sample=sample)
        self._fresh = False
        if run.progress.links % SAVED_LINKS == 0:
            run.save()

    def _check(self, check: Callable[[], Checked]) -> Checked | None:
        """Do a check; None when it cannot be done, which is noted."""
        try:
            return check()
        except TimeIsUp:
            if not self._fresh:
                raise
        except (Expired, Overtaken, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001 - one link's trouble must not keep the others from being checked
            logs.report("recount failed", error)
        self._run.leave(Drift())
        return None


def _missed(organization: int, yesterday: int) -> list[int]:
    """Yesterday, and the days before it without a report, oldest first; none from before the organization was made."""
    made = day_of(accounts.read_organization(organization).created_ms)
    reported = {report.day for report in reports.newest(organization, MISSED_DAYS)}
    first = min(max(yesterday - MISSED_DAYS + 1, made), yesterday)
    return [day for day in range(first, yesterday + 1) if day not in reported]


def _finish(run: Run, skipped: str) -> None:
    """Keep the report, and order the days that follow from what was mended. Raises Overtaken, Unavailable."""
    progress = run.progress
    for day in progress.followed:
        if day < run.today:  # today is recounted tomorrow
            order(run.organization, day, run.now_ms)
    report = Report(
        day=run.day,
        checked_ms=run.now_ms,
        links=progress.links,
        scans=progress.scans,
        repaired=progress.repaired,
        left=progress.left,
        unchecked=progress.unchecked,
        skipped=skipped,
        poison=poisoned.count(run.organization),
        oldest_pending_ms=integrity.oldest_pending(run.organization, run.now_ms),
        checks=progress.checks + 1,
    )
    if not any(recounts.finish(run.order, report) for _ in range(ATTEMPTS)):
        raise Unavailable.storage()
    logs.info("recounted", organization=run.organization, **{**asdict(report), "day": iso_day(run.day)})
