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
    return sum(it.get("Type") == "AWS::CloudWatch::Alarm" for it in _template()["Resources"].values())


def window_seconds() -> float:
    """How long scans gather before they are counted."""
    return float(_template()["Parameters"]["FoldWindowSeconds"]["Default"])
