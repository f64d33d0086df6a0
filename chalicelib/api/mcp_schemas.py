"""JSON Schemas of what tools take and answer, written plainly and shortly: a model reads all of them at once.

Every definition stands in its place, since many clients read no references; what may be null says so in its type.
"""

from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

_REF: Final = "#/$defs/"
# The field's name again, what tells a model nothing, and a default that is said by leaving something out.
_LEFT_OUT: Final = frozenset({"title", "examples", "$defs"})
_NULL: Final = {"type": "null"}


def of_arguments(model: type[BaseModel]) -> dict[str, Any]:
    """What a tool takes."""
    schema = model.model_json_schema(mode="validation")
    return _plain(schema, schema.get("$defs", {}))


def of_answer(answer: Any) -> dict[str, Any]:
    """What a tool answers."""
    schema = TypeAdapter(answer).json_schema(mode="serialization")
    return _plain(schema, schema.get("$defs", {}))


def _plain(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A schema without references. None of ours holds itself."""
    plain = {name: _part(name, value, definitions) for name, value in schema.items() if name not in _LEFT_OUT}
    if "$ref" in plain:
        referred = _plain(definitions[plain.pop("$ref").removeprefix(_REF)], definitions)
        plain = {**referred, **plain}
    if plain.get("default", 0) is None:
        del plain["default"]
    return _nullable(plain)


def _part(name: str, value: Any, definitions: dict[str, Any]) -> Any:
    if name == "properties":
        return {field: _plain(of, definitions) for field, of in value.items()}
    if name == "anyOf":
        return [_plain(of, definitions) for of in value]
    return _plain(value, definitions) if name == "items" else value


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`anyOf` of one type and null, as one schema with both types."""
    choices = schema.get("anyOf", [])
    if len(choices) != 2 or choices[1] != _NULL:
        return schema
    one = {**choices[0], "type": [choices[0]["type"], "null"]}
    if "enum" in one:
        one["enum"] = [*one["enum"], None]
    return {**one, **{name: value for name, value in schema.items() if name != "anyOf"}}
