"""AWS's list prices of what the stack uses, in US dollars without tax, by region; `bench.cost` reckons with them.

Sources: AWS's public price lists (the files of its Price List service) of eu-west-1, published from 2026-09-11 to
2026-10-02, and AWS's pricing pages and price lists of us-east-1, as far as dated copies of them could be had; `listed`
says from when each is. Compare it with https://aws.amazon.com/pricing before you rely on it.

Tiers are those of one account and region in a month. Allowances that AWS gives every account for ever are in `free`,
and left out of every reckoning but the one that says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final, NamedTuple


class Item(StrEnum):
    """What is paid for. A gigabyte is 2^30 bytes, as AWS bills it."""

    API_CALLS = "API Gateway, REST calls"
    HTTP_API_CALLS = "API Gateway, HTTP calls"
    EDGE_CALLS = "CloudFront, HTTPS requests"
    EDGE_GB = "CloudFront, GB out"
    INVOCATIONS = "Lambda, invocations"
    GB_SECONDS = "Lambda on arm64, GB-seconds"
    WRITES = "DynamoDB, write request units"
    READS = "DynamoDB, read request units"
    WRITE_HOURS = "DynamoDB, write capacity unit-hours"
    READ_HOURS = "DynamoDB, read capacity unit-hours"
    STORED_GB = "DynamoDB, GB-months stored"
    RECOVERY_GB = "DynamoDB, GB-months that can be recovered"
    QUEUE_CALLS = "SQS, requests to standard queues"
    LOGS_GB = "CloudWatch, GB of Lambda's logs taken in"
    LOGS_KEPT_GB = "CloudWatch, GB-months of logs kept"
    ALARMS = "CloudWatch, metrics that alarms look at"
    METRICS = "CloudWatch, metrics of our own"
    DASHBOARDS = "CloudWatch, dashboards"
    KEY_CALLS = "KMS, requests"
    TRANSFER_GB = "Transfer to the internet, GB"


class Tier(NamedTuple):
    """Up to so many a month, these dollars."""

    up_to: float
    dollars: float


@dataclass(frozen=True)
class Price:
    """`per` so many, a tier's dollars; `listed` is the year, month or day of the list."""

    service: str
    per: float
    tiers: Sequence[Tier]
    listed: str
    free: float = 0.0

    def dollars(self, amount: float) -> float:
        """What so many in a month cost, each part of them by its tier."""
        total, below = 0.0, 0.0
        for up_to, dollars in self.tiers:
            total += max(0.0, min(amount, up_to) - below) / self.per * dollars
            below = up_to
        return total


Prices = Mapping[Item, Price]

MILLION: Final = 1e6
TB: Final = 1024.0  # gigabytes

API_GATEWAY: Final = "API Gateway"
LAMBDA: Final = "Lambda"
WRITES: Final = "DynamoDB writes"
READS: Final = "DynamoDB reads"
STORAGE: Final = "DynamoDB storage"
RECOVERY: Final = "DynamoDB point-in-time recovery"
SQS: Final = "SQS"
LOGS: Final = "CloudWatch Logs"
WATCHING: Final = "CloudWatch alarms and dashboards"
KMS: Final = "KMS"
TRANSFER: Final = "Transfer out"
CLOUDFRONT: Final = "CloudFront"
# In the order of tables. DynamoDB streams that Lambda reads, scheduled rules and standard SSM parameters cost nothing.
SERVICES: Final = (
    API_GATEWAY,
    CLOUDFRONT,
    LAMBDA,
    WRITES,
    READS,
    STORAGE,
    RECOVERY,
    SQS,
    LOGS,
    WATCHING,
    KMS,
    TRANSFER,
)


def _flat(dollars: float) -> Sequence[Tier]:
    return (Tier(inf, dollars),)


def _tiers(*tiers: tuple[float, float]) -> Sequence[Tier]:
    return [Tier(*tier) for tier in tiers]


# The same in both regions.
_LAMBDA_TIERS: Final = _tiers((7.5e9, 0.0000133334), (18.75e9, 0.0000120001), (inf, 0.0000106667))
_OUT_TIERS: Final = _tiers((10 * TB, 0.09), (50 * TB, 0.085), (150 * TB, 0.07), (inf, 0.05))
_EDGE_TIERS: Final = _tiers((10 * TB, 0.085), (50 * TB, 0.08), (150 * TB, 0.06), (500 * TB, 0.04), (inf, 0.03))

US_EAST_1: Final[Prices] = {
    Item.API_CALLS: Price(
        API_GATEWAY, MILLION, _tiers((333e6, 3.50), (1e9, 2.80), (20e9, 2.38), (inf, 1.51)), "2026-08-10"
    ),
    Item.HTTP_API_CALLS: Price(API_GATEWAY, MILLION, _tiers((300e6, 1.00), (inf, 0.90)), "2026-08-10"),
    Item.EDGE_CALLS: Price(CLOUDFRONT, 10_000, _flat(0.0100), "2026-03", 10e6),
    Item.EDGE_GB: Price(CLOUDFRONT, 1, _EDGE_TIERS, "2026-03", TB),
    Item.INVOCATIONS: Price(LAMBDA, MILLION, _flat(0.20), "2025-12", 1e6),
    Item.GB_SECONDS: Price(LAMBDA, 1, _LAMBDA_TIERS, "2025-12", 400_000),
    Item.WRITES: Price(WRITES, MILLION, _flat(0.625), "2026-05-13"),
    Item.READS: Price(READS, MILLION, _flat(0.125), "2026-05-13"),
    Item.WRITE_HOURS: Price(WRITES, 1, _flat(0.00065), "2025-08"),
    Item.READ_HOURS: Price(READS, 1, _flat(0.00013), "2025-08"),
    Item.STORED_GB: Price(STORAGE, 1, _flat(0.25), "2026-05-13", 25),
    Item.RECOVERY_GB: Price(RECOVERY, 1, _flat(0.20), "2025"),
    Item.QUEUE_CALLS: Price(SQS, MILLION, _flat(0.40), "2025", 1e6),
    Item.LOGS_GB: Price(LOGS, 1, _tiers((10 * TB, 0.50), (30 * TB, 0.25), (50 * TB, 0.10), (inf, 0.05)), "2025-05", 5),
    Item.LOGS_KEPT_GB: Price(LOGS, 1, _flat(0.03), "2025-05"),
    Item.ALARMS: Price(WATCHING, 1, _flat(0.10), "2025", 10),
    Item.METRICS: Price(WATCHING, 1, _flat(0.30), "2025", 10),  # of the first 10,000
    Item.DASHBOARDS: Price(WATCHING, 1, _flat(3.00), "2025", 3),
    Item.KEY_CALLS: Price(KMS, 10_000, _flat(0.03), "2026-03", 20_000),
    Item.TRANSFER_GB: Price(TRANSFER, 1, _OUT_TIERS, "2026-06", 100),
}

EU_WEST_1: Final[Prices] = {
    Item.API_CALLS: Price(
        API_GATEWAY, MILLION, _tiers((333e6, 3.50), (1e9, 3.19), (20e9, 2.71), (inf, 1.72)), "2026-09-21"
    ),
    Item.HTTP_API_CALLS: Price(API_GATEWAY, MILLION, _tiers((300e6, 1.11), (inf, 1.00)), "2026-10-02"),
    Item.EDGE_CALLS: Price(CLOUDFRONT, 10_000, _flat(0.0120), "2025", 10e6),
    Item.EDGE_GB: Price(CLOUDFRONT, 1, _EDGE_TIERS, "2026-03", TB),
    Item.INVOCATIONS: Price(LAMBDA, MILLION, _flat(0.20), "2026-10-01", 1e6),
    Item.GB_SECONDS: Price(LAMBDA, 1, _LAMBDA_TIERS, "2026-10-01", 400_000),
    Item.WRITES: Price(WRITES, MILLION, _flat(0.705), "2026-09-11"),
    Item.READS: Price(READS, MILLION, _flat(0.1415), "2026-09-11"),
    Item.WRITE_HOURS: Price(WRITES, 1, _flat(0.000735), "2025-08-28"),
    Item.READ_HOURS: Price(READS, 1, _flat(0.000147), "2025-08-28"),
    Item.STORED_GB: Price(STORAGE, 1, _flat(0.283), "2026-09-11", 25),
    Item.RECOVERY_GB: Price(RECOVERY, 1, _flat(0.22), "2026-09-11"),
    Item.QUEUE_CALLS: Price(SQS, MILLION, _flat(0.40), "2026-09-11", 1e6),
    Item.LOGS_GB: Price(LOGS, 1, _flat(0.57), "2026-09-22", 5),  # of its first tier: nothing here reaches the next
    Item.LOGS_KEPT_GB: Price(LOGS, 1, _flat(0.03), "2026-09-22"),
    Item.ALARMS: Price(WATCHING, 1, _flat(0.10), "2026-09-22", 10),
    Item.METRICS: Price(WATCHING, 1, _flat(0.30), "2025", 10),
    Item.DASHBOARDS: Price(WATCHING, 1, _flat(3.00), "2025", 3),
    Item.KEY_CALLS: Price(KMS, 10_000, _flat(0.03), "2026-03", 20_000),
    Item.TRANSFER_GB: Price(TRANSFER, 1, _OUT_TIERS, "2026-09-16", 100),
}

REGIONS: Final[Mapping[str, Prices]] = {"us-east-1": US_EAST_1, "eu-west-1": EU_WEST_1}
