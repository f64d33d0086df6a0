"""What no benchmark on one machine can tell about AWS, and how much traffic is reckoned with: all of it in tables.

Each is a number with its reason. `bench.cost` prints them beside its results: whoever knows better can put in theirs.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from bench.outcome import Cell

MONTH_HOURS: Final = 730
MONTH_SECONDS: Final = MONTH_HOURS * 3600

# What Lambda itself writes for every invocation, in its plain format, with the values that a redirect would have.
_ID: Final = "8f5a1c3e-2b44-4d0f-9a51-6c2f0e7d9b13"
_LINES: Final = (
    f"START RequestId: {_ID} Version: $LATEST\n",
    f"END RequestId: {_ID}\n",
    f"REPORT RequestId: {_ID}\tDuration: 2.3 ms\tBilled Duration: 3 ms\tMemory Size: 512 MB\tMax Memory Used: 9 MB",
)
OWN_LINE: Final = (
    f'{{"level":"INFO","message":"redirect","service":"quietzone-prod","function_request_id":"{_ID}",'
    f'"request_id":"{_ID}","status":302,"counted":true}}\n'
)
_ACCESS_LINE: Final = (
    f'{{"request":"{_ID}","method":"GET","route":"/{{slug}}","status":"302","refused":"-","ms":"14",'
    '"function_ms":"9","bytes":"0"}'
)
_EVENT_BYTES: Final = 26  # that CloudWatch Logs counts with every line


@dataclass(frozen=True)
class Given:
    """A number that is taken for granted."""

    what: str
    value: float
    why: str

    @property
    def cells(self) -> list[Cell]:
        return [self.what, self.value, self.why]


CORE = Given(
    "CPU of a Lambda core, x this machine's",
    1.0,
    "CPU is measured on one machine; a faster core is cheaper, also while a cold start imports",
)
CALL_MS = Given("one call of DynamoDB, ms", 5.0, "from a warm function of the same region; Lambda bills waiting too")
TRANSACTION_MS = Given("one transaction of DynamoDB, ms", 20.0, "two phases over up to 100 items")
STREAM_SHARDS = Given(
    "shards of a table's stream", 4, "a table on demand begins with four partitions; each is read by itself"
)
PLATFORM_LOG = Given(
    "log bytes that Lambda writes an invocation",
    sum(map(len, _LINES)) + len(_LINES) * _EVENT_BYTES,
    "START, END and REPORT, 26 bytes of metadata with each",
)
OWN_LOG = Given("log bytes of our own an invocation", len(OWN_LINE) + _EVENT_BYTES, "one line of JSON")
ACCESS_LOG = Given(
    "log bytes of a request's line", len(_ACCESS_LINE) + _EVENT_BYTES, "API Gateway's, with `AccessLogs`"
)
LOGS_COMPRESSED = Given("logs kept, of those taken in", 0.15, "AWS's own example; kept for a month (`LogDays`)")
REDIRECT_BYTES = Given("bytes out a redirect", 900, "status, headers and TLS records of one answer")
HEAD_BYTES = Given("bytes out a read beside its body", 900, "the same")
READ_BYTES = Given("bytes of a read's body", 20_000, "a year by day; a summary has a tenth of it")
MONTHS_KEPT = Given("months that scans are kept", 12, "raw scans stay for ever unless `/v1/retention` says otherwise")
VISITOR_MONTHS = Given("months that visitors are kept", 13, "400 days after their last scan")
VISITORS = Given("visitors a scan", 1.0, "the most there can be: everybody is new")
KEY_MINUTES = Given("minutes that DynamoDB keeps a table's key", 5, "then it asks KMS again, for each role")
IDLE_KEYS = Given("pairs of a table and a role, idle", 7, "Tick, Sweep, and the readers of streams")
BUSY_KEYS = Given("pairs of a table and a role, busy", 16, "and Redirect, Fold, Events and APIHandler")
POLLED_QUEUES = Given("queues that Lambda polls", 3, "of spilled scans, jobs and deliveries")
POLLS = Given("polls a minute and queue", 15, "five pollers, each of which waits for 20 s")
OWN_METRICS = Given(
    "metrics of our own that come all month",
    0,
    "nothing is emitted of what does not happen; who posts webhooks all the time has two",
)
UTILISED = Given("use of provisioned capacity", 0.7, "the target of auto scaling, of even traffic")

GIVEN: Final = (
    CORE,
    CALL_MS,
    TRANSACTION_MS,
    STREAM_SHARDS,
    PLATFORM_LOG,
    OWN_LOG,
    ACCESS_LOG,
    LOGS_COMPRESSED,
    REDIRECT_BYTES,
    HEAD_BYTES,
    READ_BYTES,
    MONTHS_KEPT,
    VISITOR_MONTHS,
    VISITORS,
    KEY_MINUTES,
    IDLE_KEYS,
    BUSY_KEYS,
    POLLED_QUEUES,
    POLLS,
    OWN_METRICS,
    UTILISED,
)


@dataclass(frozen=True)
class Traffic:
    """So many scans in a month, evenly spread over it: peaks gather in larger batches, which are cheaper.

    `fold` names the measured traffic whose units a scan takes. `slug_reads` is the share of scans for which the slug is
    read, `cold` that of invocations which begin in a new environment, `codes` how many codes are scanned on a day.
    """

    name: str
    scans: float
    fold: str
    slug_reads: float
    cold: float
    codes: int

    @property
    def a_second(self) -> float:
        return self.scans / MONTH_SECONDS


def gathered(a_second: float, window_seconds: float, most: float = inf) -> float:
    """How many records a batch of one shard holds on average: the first opens a window, the others come within it."""
    return min(most, 1 + a_second / STREAM_SHARDS.value * window_seconds)
