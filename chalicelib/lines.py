"""The redirect's log: the same lines as Powertools writes for all other functions (`logs`, `metrics`), without it.

To import it would double what a cold redirect imports.
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.core.metric_names import DIMENSION, NAMESPACE

_encode: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode  # `dumps` would make one each time
_common: Final[dict[str, str]] = {}


def begin(event: Mapping[str, Any], context: object) -> None:
    """What is written from here on is of this invocation: by Lambda's id of it, and API Gateway's of the request, which
    the visitor is told as well (`x-amzn-RequestId`). `context` is Lambda's; elsewhere there is none."""
    _common["service"] = os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined")
    _common["function_request_id"] = getattr(context, "aws_request_id", "")
    _common["request_id"] = event["requestContext"].get("requestId", "")


def log(level: str, message: str, **facts: object) -> None:
    """One line. Facts are nobody's secret and of JSON's types; TypeError otherwise."""
    _write({"level": level, "message": message, **_common, **facts})


def described(failure: BaseException) -> dict[str, object]:
    """An error as facts: its type and the places that it came through. Its words may repeat what it was given."""
    at, trace = list[str](), failure.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        at.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return {"error": type(failure).__name__, "at": at}


def count(name: str) -> None:
    """Count one for a metric: a line in CloudWatch's embedded metric format, which Lambda's log is searched for."""
    metric = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    about = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [metric]}
    _write({"_aws": about, **_common, name: [1.0]})


def _write(line: Mapping[str, object]) -> None:
    print(_encode(line))
