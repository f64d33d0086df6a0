"""`make status`: how a deployment is: its queues, streams, alarms and recounts. Exit code 1 when something is wrong.

Without STAGE it is the local stack, as far as the embedded AWS measures itself.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from infra import migrate
from infra.attached import Place, attach_place, locate
from infra.command import run, say
from infra.inventory import ALARM, FUNCTION, QUEUE, resources
from infra.serve import FOLDER

if TYPE_CHECKING:
    from chalicelib.core.accounts import Organization

READERS = ("Fold", "Events")
LATE_SECONDS = 300  # as the alarm of the fold has it
MINUTES = 15
RECOUNTED_DAYS = 2  # yesterday's recount is done by three in the morning, UTC
DAY_MS = 86_400_000


class Line(NamedTuple):
    """A line of the answer; `wrong` when somebody should look."""

    text: str
    wrong: bool = False


def main() -> bool:
    """Print how the deployment is; answer whether all is well."""
    place = locate(FOLDER)
    url = attach_place(place).url
    lines = [Line(f"{place.stack} at {url}"), *look(place)]
    for line in lines:
        say(f"{'!' if line.wrong else ' '} {line.text}")
    wrong = sum(line.wrong for line in lines)
    say(f"\n{f'{wrong} lines marked ! are not as they should be' if wrong else 'all is well'}")
    return not wrong


def look(place: Place) -> Iterator[Line]:
    """Everything there is to say of a stack that this process is attached to."""
    yield from deployed(place)
    found = resources(place.clients("cloudformation"), place.stack)
    yield from queues(place.clients("sqs"), found.get(QUEUE, {}))
    yield from streams(place.clients("cloudwatch"), found.get(FUNCTION, {}))
    yield from alarms(place.clients("cloudwatch"), found.get(ALARM, {}))
    yield from migrations()
    yield from recounts()


def deployed(place: Place) -> Iterator[Line]:
    """Which release, and what became of the last deploy."""
    told = place.clients("cloudformation").describe_stacks(StackName=place.stack)["Stacks"][0]
    version = place.outputs.get("Version", "0.9 or older")
    when = told.get("LastUpdatedTime", told["CreationTime"])
    status = told["StackStatus"]
    well = status.endswith("_COMPLETE") and "ROLLBACK" not in status
    yield Line(f"release     {version}, {status} since {when:%Y-%m-%d %H:%M}", not well)


def queues(sqs: Any, urls: dict[str, str]) -> Iterator[Line]:
    """What waits in each queue, and what ended in dead letters."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for name, url in sorted(urls.items(), key=lambda it: ("DeadLetters" in it[0], it[0])):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        waiting, held = (int(found.get(attribute, 0)) for attribute in names)
        dead = name.endswith("DeadLetters")
        yield Line(f"queue       {name:<20} {waiting:>6} waiting {held:>6} in work", dead and waiting + held > 0)


def streams(cloudwatch: Any, functions: dict[str, str]) -> Iterator[Line]:
    """How far the readers of streams are behind, at worst in the last minutes."""
    now = datetime.now(UTC)
    for name in READERS:
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="IteratorAge",
            Dimensions=[{"Name": "FunctionName", "Value": functions[name]}],
            StartTime=now - timedelta(minutes=MINUTES),
            EndTime=now,
            Period=60 * MINUTES,
            Statistics=["Maximum"],
        )
        seconds = max((point["Maximum"] / 1000 for point in answer["Datapoints"]), default=None)
        said = "nothing read" if seconds is None else f"{seconds:.0f} s behind at most"
        yield Line(f"stream      {name:<20} {said} in {MINUTES} minutes", (seconds or 0) > LATE_SECONDS)


def alarms(cloudwatch: Any, names: dict[str, str]) -> Iterator[Line]:
    """The alarms that ring."""
    ringing = dict[str, dict[str, Any]]()
    for page in cloudwatch.get_paginator("describe_alarms").paginate(StateValue="ALARM"):
        ringing |= {it["AlarmName"]: it for it in page.get("MetricAlarms", [])}
    mine = {name: ringing[physical] for name, physical in sorted(names.items()) if physical in ringing}
    yield Line(f"alarms      {len(mine)} of {len(names)} ring", bool(mine))
    for name, told in mine.items():
        yield Line(f"alarm       {name}: {told.get('AlarmDescription', '')}", wrong=True)


def migrations() -> Iterator[Line]:
    """Whether stored data is what this checkout's release needs."""
    well = migrate.done()
    yield from (Line(f"data        {line}", not well) for line in migrate.lines())


def recounts() -> Iterator[Line]:
    """What the last recount of each organization found."""
    from chalicelib.store import accounts

    now_ms = time.time_ns() // 1_000_000
    for number in sorted(accounts.organizations()):
        found = accounts.find_organization(number)
        if found and found.test_of is None:
            yield recount(found, now_ms)


def recount(organization: "Organization", now_ms: int) -> Line:
    """The last recount of an organization: wrong when it is missing, or left something as the scans do not say."""
    from chalicelib.core.days import day_of, iso_day
    from chalicelib.store import poisoned, reports

    newest = next(iter(reports.newest(organization.number, 1)), None)
    who, poison = f"recount     {organization.name[:20]:<20}", poisoned.count(organization.number)
    set_aside = f", {poison} scans set aside (make requeue)" if poison else ""
    if newest is None:
        young = now_ms - organization.created_ms < RECOUNTED_DAYS * DAY_MS
        return Line(f"{who} none yet{set_aside}", not young or poison > 0)
    late = newest.day < day_of(now_ms) - RECOUNTED_DAYS
    drift = newest.drift.items
    said = f"{iso_day(newest.day)}: {newest.scans} scans, drift {drift}, repaired {newest.repaired.items}"
    missed = f", {newest.unchecked} links unchecked" if newest.unchecked else ""
    wrong = late or poison > 0 or newest.unchecked > 0 or drift > 0
    return Line(f"{who} {said}{missed}{set_aside}", wrong)


if __name__ == "__main__":
    sys.exit(run(main))
