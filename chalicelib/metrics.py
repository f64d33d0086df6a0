"""Metrics of our own (`core.metric_names`), by Powertools: lines of the log that CloudWatch makes numbers of."""

from collections import Counter
from threading import Lock
from typing import Final

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.core.metric_names import NAMESPACE

_counted: Final[Counter[str]] = Counter()
_lock: Final = Lock()  # webhooks are posted by many threads


def count(name: str, number: int = 1) -> None:
    """Count so many for a metric; it is told at the end of the invocation."""
    with _lock:
        _counted[name] += number


def flush(function_request_id: str) -> None:
    """Tell what was counted by an invocation in one line, or in none if that is nothing."""
    with _lock:
        told = {name: number for name, number in _counted.items() if number}
        _counted.clear()
    if not told:
        return
    metrics = Metrics(namespace=NAMESPACE)
    for name, number in told.items():
        metrics.add_metric(name, MetricUnit.Count, number)
    metrics.add_metadata("function_request_id", function_request_id)
    metrics.flush_metrics()
