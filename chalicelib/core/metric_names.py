"""The metrics that we emit where AWS has none: their names in CloudWatch. Each is a count.

CloudWatch bills a metric by the hours in which it comes, so nothing is emitted of what did not happen. What has no
place in an alarm or on the dashboard has no name here (`tests/infra/test_observing.py`).
"""

from typing import Final

NAMESPACE: Final = "Quietzone"
DIMENSION: Final = "service"  # the stack's name, and nothing beside it: each further value is another metric to pay for

REDIRECTS_UNAVAILABLE: Final = "RedirectsUnavailable"  # requests for a link that could not be read: answered 503
REDIRECTS_FAILED: Final = "RedirectsFailed"  # met an error that nobody foresaw: answered 503 as well
SCANS_SPILLED: Final = "ScansSpilled"  # written to the spill queue, since the table did not take them
SCANS_LOST: Final = "ScansLost"  # not even that: the redirect's log has a line for each
SCANS_PENDING: Final = "ScansPending"  # met by the sweep more than a minute after they came
SCANS_POISONED: Final = "ScansPoisoned"  # set aside, since they cannot be counted
DRIFT_FOUND: Final = "DriftFound"  # rollups and visitors that were not as the scans say
EVENTS_UNTOLD: Final = "EventsUntold"  # set aside, since no body could be made of them
WEBHOOK_ATTEMPTS: Final = "WebhookAttempts"
WEBHOOK_FAILURES: Final = "WebhookFailures"  # those of the attempts that the receiver did not take
