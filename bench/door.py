"""How long a redirect takes through the door, beside a bare write to the same embedded AWS in the same run.

One client, one request at a time, on one kept connection, as an idle machine would see it; one of each by turns. A
redirect is two hops (door, API Gateway), a Lambda invocation and one `PutItem`; the last row is that `PutItem` alone.
`bench/load.py` measures this on its own stack.
"""

import http.client
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from bench.crowd import percentile
from bench.outcome import Section
from infra import aws
from infra.local import LocalStack
from infra.people import IPHONE

WARM_UP: Final = 20
REQUESTS: Final = 150
BARE: Final = "a bare `PutItem`"

Times = Mapping[str, Sequence[float]]


def times(stack: LocalStack) -> Times:
    """Milliseconds of redirects, of an answer of the API function, and of bare writes, against a running stack."""
    door = http.client.HTTPConnection(urlsplit(stack.url).netloc)
    slug, tables = urlsplit(stack.demo_link).path, aws.clients(stack.aws_endpoint)("dynamodb")

    def put(n: int) -> None:
        key = {"pk": {"S": f"bench#{n}"}, "sk": {"S": str(n)}}
        tables.put_item(TableName=stack.environment["SCANS_TABLE"], Item=key)

    requests: dict[str, Callable[[int], None]] = {
        "a redirect through the door": lambda _: _get(door, slug, 302),
        "`GET /v1` through the door": lambda _: _get(door, "/v1", 200),
        BARE: put,
    }
    taken: dict[str, list[float]] = {name: [] for name in requests}
    for n in range(WARM_UP + REQUESTS):
        for name, request in requests.items():
            started = time.perf_counter()
            request(n)
            taken[name].append((time.perf_counter() - started) * 1000)
    door.close()
    return {name: each[WARM_UP:] for name, each in taken.items()}


def section(taken: Times) -> Section:
    """The table of it."""
    bare = statistics.median(taken[BARE])
    rows = [
        (name, statistics.median(each), percentile(each, 0.95), statistics.median(each) / bare)
        for name, each in taken.items()
    ]
    note = (
        f"{REQUESTS} of each, by turns, from one client on a kept connection. These are times of the embedded AWS and "
        "of the cores that everything shares: they show what `make serve` feels like, not what AWS takes."
    )
    title = "A redirect through the local stack's door"
    return Section("door", title, ("", "median, ms", "p95, ms", "median, x bare `PutItem`"), rows, (), note)


def _get(connection: http.client.HTTPConnection, path: str, status: int) -> None:
    """One GET on a kept connection. Raises RuntimeError for another status."""
    connection.request("GET", path, headers={"User-Agent": IPHONE})
    response = connection.getresponse()
    response.read()
    if response.status != status:
        raise RuntimeError(f"{path} answered {response.status}")
