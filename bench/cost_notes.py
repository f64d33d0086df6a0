"""The notes below the tables of `bench.cost`: how their figures came about, and what they leave out."""

from typing import Final

SCANS: Final = """\
us-east-1, list prices, no taxes, no free tier, one organization. A scan is paid for from the call of the API to the
rollups: the redirect, its write, the fold, the events function that looks whether anybody wants to be told, the sweep
and the recount, a year's storage of raw scans and 400 days' of visitors with their recovery copies, logs, transfer.
Everybody is new, so each scan writes a visitor, the dearest case. Left out: webhooks that are sent, reads, pictures,
mails, a domain's zone and certificate, support."""

READS: Final = """\
us-east-1, a link with scans over a year, nothing pending, a warm function: as `reading` measured it. A read that finds
scans pending also folds them, which the stream is then spared."""

IDLE: Final = """\
us-east-1, one organization. DynamoDB, API Gateway, the bucket and the streams cost nothing while nobody asks; schedules
are rules of EventBridge, which are free. `AlarmEmail` adds a key of KMS, a dollar. AWS's standing allowances, such as
three dashboards, are an account's, not a stack's: the last row takes them off as if nothing else used them."""

SAVINGS: Final = """\
us-east-1, a whole month each, everything else as it is. An HTTP API knows no throttles of single routes, no gateway
responses and no edge of its own; a function URL needs CloudFront for a domain. Provisioned capacity is even traffic's:
what comes in bursts is throttled, and waits in the spill queue or the stream. CloudFront in front tells country, region
and city, which nothing else does."""

PRICES: Final = """\
As of the lists named, of AWS's public price list service and pricing pages; "2025" is of no dated copy. Tiers end at so
many a month of one account and region. CloudFront's are those of North America and Europe. "always free" is what AWS
gives every account each month, and counts only where it is said; new accounts get credits besides."""
