"""Looking into the translated template: what it holds of a type, and what is left of it for given parameters."""

from typing import Any

from tests.infra.conftest import Resources

NOTHING = {"Ref": "AWS::NoValue"}


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by name."""
    return {name: found["Properties"] for name, found in resources.items() if found["Type"] == kind}


def readers(resources: Resources, function: str) -> list[dict[str, Any]]:
    """The event source mappings of a function."""
    found = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    return [it for it in found if it["FunctionName"] == {"Ref": function}]


def named(value: Any, intrinsic: str) -> set[str]:
    """Everything that a part of a template names with an intrinsic, such as `Ref`, or its key `Condition`."""
    if isinstance(value, list):
        return {name for each in value for name in named(each, intrinsic)}
    if not isinstance(value, dict):
        return set()
    found = value.get(intrinsic)
    first = found[0] if isinstance(found, list) and found else found
    here = {first} if isinstance(first, str) else set()
    return here | {name for each in value.values() for name in named(each, intrinsic)}


class Variant:
    """A template as CloudFormation would make it of parameters, its defaults included: without conditions."""

    def __init__(self, template: dict[str, Any], **parameters: str) -> None:
        defaults = {name: str(it.get("Default", "")) for name, it in template["Parameters"].items()}
        self._parameters = defaults | parameters
        self._conditions: dict[str, Any] = template["Conditions"]
        self.resources: Resources = self._kept(template["Resources"])
        self.outputs: dict[str, Any] = self._kept(template["Outputs"])

    def _kept(self, parts: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._chosen({key: value for key, value in it.items() if key != "Condition"})
            for name, it in parts.items()
            if "Condition" not in it or self.holds({"Condition": it["Condition"]})
        }

    def _chosen(self, value: Any) -> Any:
        """A part of the template with each `Fn::If` decided, and without what is no value."""
        if isinstance(value, list):
            return [it for it in map(self._chosen, value) if it != NOTHING]
        if not isinstance(value, dict):
            return value
        if "Fn::If" in value:
            condition, then, otherwise = value["Fn::If"]
            return self._chosen(then if self.holds({"Condition": condition}) else otherwise)
        chosen = {key: self._chosen(it) for key, it in value.items()}
        return {key: it for key, it in chosen.items() if it != NOTHING}

    def holds(self, condition: dict[str, Any]) -> bool:
        """Whether a condition, or a rule's, is true."""
        ((kind, asked),) = condition.items()
        if kind == "Condition":
            return self.holds(self._conditions[asked])
        if kind == "Fn::Equals":
            one, other = (self._parameters[it["Ref"]] if isinstance(it, dict) else it for it in asked)
            return bool(one == other)
        results = [self.holds(it) for it in asked]
        return {"Fn::Not": not results[0], "Fn::And": all(results), "Fn::Or": any(results)}[kind]
