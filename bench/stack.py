"""What the template says that costs depend on: the memory of functions, the alarms, the window of streams."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from infra.template import whole

ROOT: Final = Path(__file__).resolve().parent.parent


@cache
def _template() -> dict[str, Any]:
    return whole(ROOT)


def megabytes(function: str) -> int:
    """A function's memory. Raises KeyError for one that the template does not size."""
    return int(_template()["Resources"][function]["Properties"]["MemorySize"])


def alarms() -> int:
    """The metrics that alarms look at: CloudWatch bills each of them."""
    return sum(_looked_at(properties) for properties in _of_type("AWS::CloudWatch::Alarm"))


def dashboards() -> int:
    return len(_of_type("AWS::CloudWatch::Dashboard"))


def _of_type(kind: str) -> list[dict[str, Any]]:
    return [it["Properties"] for it in _template()["Resources"].values() if it.get("Type") == kind]


def _looked_at(alarm: dict[str, Any]) -> int:
    return sum("MetricStat" in it for it in alarm["Metrics"]) if "Metrics" in alarm else 1


def window_seconds() -> float:
    """How long scans gather before they are counted."""
    return float(_template()["Parameters"]["FoldWindowSeconds"]["Default"])
