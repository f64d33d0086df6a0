"""How long a redirect takes through the door, beside bare requests to the same embedded AWS in the same run.

    .venv/bin/python -m bench.redirect

One client, one request at a time, on one kept connection, as an idle machine would see it. A redirect is two hops
(door, API Gateway), a Lambda invocation and one `PutItem`; the last row is that `PutItem` alone.
"""

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from infra import aws
from infra.local import LocalStack

WARM_UP = 30
REQUESTS = 400
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def milliseconds(request: Callable[[int], None]) -> list[float]:
    """The time of each of many requests, sorted."""
    for n in range(WARM_UP):
        request(n)
    times: list[float] = []
    for n in range(REQUESTS):
        started = time.perf_counter()
        request(WARM_UP + n)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def get(connection: http.client.HTTPConnection, path: str, status: int) -> None:
    """One GET on a kept connection. Raises RuntimeError for another status."""
    connection.request("GET", path, headers={"User-Agent": IPHONE})
    response = connection.getresponse()
    response.read()
    if response.status != status:
        raise RuntimeError(f"{path} answered {response.status}")


def measure(stack: LocalStack) -> dict[str, list[float]]:
    """Redirects, an answer of the API function, and bare writes, against one running stack."""
    door = http.client.HTTPConnection(urlsplit(stack.url).netloc)
    slug = urlsplit(stack.demo_link).path
    tables = aws.clients(stack.aws_endpoint)("dynamodb")

    def put(n: int) -> None:
        key = {"pk": {"S": f"bench#{n}"}, "sk": {"S": str(n)}}
        tables.put_item(TableName=stack.environment["SCANS_TABLE"], Item=key)

    return {
        "redirect through the door": milliseconds(lambda _: get(door, slug, 302)),
        "GET /v1 through the door": milliseconds(lambda _: get(door, "/v1", 200)),
        "bare PutItem": milliseconds(put),
    }


def main() -> None:
    """Print the table, and the same as one line of JSON."""
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder) / "state", fresh=True) as stack:
        measured = measure(stack)
    bare = statistics.median(measured["bare PutItem"])
    print(f"{'':28}{'median':>9}{'p95':>9}{'x bare PutItem':>16}")
    results = {}
    for name, times in measured.items():
        median, p95 = statistics.median(times), times[int(len(times) * 0.95)]
        results[name] = {"median_ms": round(median, 2), "p95_ms": round(p95, 2), "ratio": round(median / bare, 2)}
        print(f"{name:28}{median:>6.1f} ms{p95:>6.1f} ms{median / bare:>16.1f}")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
