"""A stack moved onto other tables, told by templates alone.

Tables have generated names, and CloudFormation exchanges none. But it leaves behind what is retained, and takes in what
is there already:

    as deployed    the tables, and what refers to them
    without        no tables: what referred to one names another outright        UPDATE, the old ones stay
    with_imported  the same, and the other tables in the old ones' places        IMPORT, which may change nothing else
    as deployed    what names a table refers to it again, which says the same    UPDATE
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from infra.errors import StackError

TABLE: Final = "AWS::DynamoDB::Table"

Template = dict[str, Any]

# `${Name}` or `${Name.Attribute}` of Fn::Sub; `${!Name}` is a text.
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


class Table(NamedTuple):
    """A table to be used; `stream` is the ARN of its stream, '' without one."""

    name: str
    arn: str
    stream: str = ""

    def said(self, attribute: str) -> str:
        """What Fn::GetAtt says of it. Raises StackError for what is not known here."""
        known = {"Arn": self.arn, "StreamArn": self.stream}
        if not known.get(attribute):
            raise StackError(f"something of the stack needs {attribute} of the table {self.name}, which is not known")
        return known[attribute]


def tables(template: Template) -> dict[str, Any]:
    """The tables of a template, as it defines them, by the names that it has for them."""
    return {name: it for name, it in template["Resources"].items() if it["Type"] == TABLE}


def without(template: Template, others: Mapping[str, Table]) -> Template:
    """The template without some of its tables; whatever refers to one of these names the other instead.

    Raises StackError when a table would be deleted by this, or when more is asked of it than is known of the other.
    """
    for name in others:
        if template["Resources"][name].get("DeletionPolicy") != "Retain":
            raise StackError(f"the table {name} is not retained: CloudFormation would delete it")
    left = {name: _independent(it, others) for name, it in template["Resources"].items() if name not in others}
    rest: Template = _naming({**template, "Resources": left}, others)
    return rest


def with_imported(rest: Template, template: Template, others: Mapping[str, Table]) -> Template:
    """What `without` made of a template, and the tables that it took away."""
    return {**rest, "Resources": rest["Resources"] | {name: template["Resources"][name] for name in others}}


def imports(others: Mapping[str, Table]) -> list[dict[str, Any]]:
    """The `ResourcesToImport` of a change set: which table becomes which."""
    return [
        {"ResourceType": TABLE, "LogicalResourceId": name, "ResourceIdentifier": {"TableName": it.name}}
        for name, it in others.items()
    ]


def _independent(resource: dict[str, Any], others: Mapping[str, Table]) -> dict[str, Any]:
    """A resource that waits for none of these."""
    waits = resource.get("DependsOn", [])
    left = [name for name in ([waits] if isinstance(waits, str) else waits) if name not in others]
    rest = {key: value for key, value in resource.items() if key != "DependsOn"}
    return {**rest, "DependsOn": left} if left else rest


def _naming(part: Any, others: Mapping[str, Table]) -> Any:
    """A part of a template in which names stand in place of what refers to these tables."""
    match part:
        case {"Ref": str(name)} if name in others:
            return others[name].name
        case {"Fn::GetAtt": [str(name), str(attribute)]} if name in others:
            return others[name].said(attribute)
        case {"Fn::GetAtt": str(place)} if place.partition(".")[0] in others:
            name, _, attribute = place.partition(".")
            return others[name].said(attribute)
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _written_out(text, others)}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            mine = {name: it for name, it in others.items() if name not in variables}
            return {"Fn::Sub": [_written_out(text, mine), _naming(variables, others)]}
        case dict():
            return {key: _naming(value, others) for key, value in part.items()}
        case list():
            return [_naming(each, others) for each in part]
    return part


def _written_out(text: str, others: Mapping[str, Table]) -> str:
    def said(found: re.Match[str]) -> str:
        name, attribute = found.groups()
        if name not in others:
            return found[0]
        return others[name].said(attribute) if attribute else others[name].name

    return _VARIABLE.sub(said, text)
