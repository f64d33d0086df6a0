"""What the template says that costs depend on: the memory of functions, the alarms, the window of streams."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

TEMPLATE: Final = Path(__file__).resolve().parent.parent / "infra" / "template.yaml"


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # PyYAML has no types
    """Takes CloudFormation's short functions for what is written in them."""


def _written(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    raise TypeError(node)


_Loader.add_multi_constructor("!", _written)


@cache
def _template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - a safe loader with tags
    return found


def megabytes(function: str) -> int:
    """A function's memory. Raises KeyError for one that the template does not size."""
    return int(_template()["Resources"][function]["Properties"]["MemorySize"])


def alarms() -> int:
    return sum(it.get("Type") == "AWS::CloudWatch::Alarm" for it in _template()["Resources"].values())


def window_seconds() -> float:
    """How long scans gather before they are counted."""
    return float(_template()["Parameters"]["FoldWindowSeconds"]["Default"])
