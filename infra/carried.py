"""What of a table an update of its stack carries over: everything, unless the table is replaced by a new one."""

from collections.abc import Mapping
from typing import Any, Final

Properties = Mapping[str, Any]
Template = Mapping[str, Any]

# A change of these replaces a table (AWS::DynamoDB::Table in the CloudFormation user guide).
REPLACING: Final = ("TableName", "KeySchema", "LocalSecondaryIndexes")


def emptied(kept: Template, wanted: Template) -> list[str]:
    """The tables of a template that are not in another one, or are so different there that they begin anew."""
    before, after = _tables(kept), _tables(wanted)
    return [name for name, properties in before.items() if name not in after or replacing(properties, after[name])]


def replacing(old: Properties, new: Properties) -> list[str]:
    """For which of its properties a table is replaced: those above, and attributes that have another type."""
    changed = [name for name in REPLACING if old.get(name) != new.get(name)]
    types = _types(old)
    return changed + [name for name, kind in _types(new).items() if types.get(name, kind) != kind]


def _tables(template: Template) -> dict[str, Properties]:
    resources = template["Resources"].items()
    return {name: it["Properties"] for name, it in resources if it["Type"] == "AWS::DynamoDB::Table"}


def _types(properties: Properties) -> dict[str, str]:
    return {it["AttributeName"]: it["AttributeType"] for it in properties.get("AttributeDefinitions", [])}
