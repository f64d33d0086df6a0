"""Fields of bodies and answers, as a tree to be drawn, out of the JSON Schemas of the OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]

DEEPEST: Final = 8  # levels; there are none so deep
_PREFIX: Final = "#/components/schemas/"
# What limits a value, by its key in JSON Schema (draft 2020-12, validation).
_LIMITS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "maxProperties": "at most {} fields",
    "pattern": "like `{}`",
}
_RANGES: Final = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " entries"),
)


@dataclass(frozen=True)
class Field:
    """A field or parameter: `limits` and `default` are in words, `fields` are those of the objects in it."""

    name: str
    type: str
    needed: bool
    description: str
    limits: tuple[str, ...] = ()
    default: str | None = None
    fields: tuple["Field", ...] = ()


class Schemas:
    """The schemas that a document's others refer to."""

    def __init__(self, components: Mapping[str, Schema]) -> None:
        self._components = components

    def resolved(self, schema: Schema) -> Schema:
        """A schema without a reference; what stands beside that wins."""
        if "$ref" not in schema:
            return schema
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {**self.resolved(self._components[schema["$ref"].removeprefix(_PREFIX)]), **beside}

    def variants(self, schema: Schema) -> list[Schema]:
        """What a value may be, other than null."""
        whole = self.resolved(schema)
        choices = whole.get("anyOf", whole.get("oneOf"))
        if choices is None:
            return [] if whole.get("type") == "null" else [whole]
        beside = {key: value for key, value in whole.items() if key not in ("anyOf", "oneOf")}
        single = len([choice for choice in choices if choice.get("type") != "null"]) == 1
        return [{**variant, **beside} if single else variant for choice in choices for variant in self.variants(choice)]

    def fields(self, schema: Schema, depth: int = 0) -> tuple[Field, ...]:
        """The fields of an object, or of the objects in an array or map; of several kinds of them, all."""
        found: dict[str, Field] = {}
        for variant in self.variants(schema) if depth < DEEPEST else []:
            for inner in (variant.get("items"), variant.get("additionalProperties")):
                if isinstance(inner, dict):
                    found |= {field.name: field for field in self.fields(inner, depth + 1)}
            needed = variant.get("required", ())
            for name, of in variant.get("properties", {}).items():
                found.setdefault(name, self.field(name, of, name in needed, depth + 1))
        return tuple(found.values())

    def field(self, name: str, schema: Schema, needed: bool, depth: int = 0) -> Field:
        """A field of this name and schema."""
        whole = self.resolved(schema)
        variants = self.variants(schema)
        said = whole.get("description") or next((it["description"] for it in variants if "description" in it), "")
        return Field(
            name,
            self.type_of(schema),
            needed,
            said,
            tuple(dict.fromkeys(limit for variant in variants for limit in _limits(variant))),
            _default(whole),
            self.fields(schema, depth),
        )

    def type_of(self, schema: Schema) -> str:
        """A type in words: `array of strings`, `integer or null`."""
        names = [self._name(variant) for variant in self.variants(schema)]
        whole = self.resolved(schema)
        choices = whole.get("anyOf", whole.get("oneOf", [whole]))
        if any(self.resolved(choice).get("type") == "null" for choice in choices):
            names.append("null")
        return " or ".join(dict.fromkeys(names))

    def _name(self, schema: Schema) -> str:
        kind = str(schema.get("type", "any"))
        if kind == "array":
            return f"array of {self.type_of(schema.get('items', {}))}"
        if kind == "object" and isinstance(of := schema.get("additionalProperties"), dict):
            return f"map of {self.type_of(of)}"
        return f"{kind} ({schema['format']})" if "format" in schema else kind


def _limits(schema: Schema) -> Iterator[str]:
    if words := schema.get("enum", [schema["const"]] if "const" in schema else []):
        yield ("one of " if len(words) > 1 else "always ") + ", ".join(f"`{_text(word)}`" for word in words)
    ranges = [(low, high, unit) for low, high, unit in _RANGES if low in schema and high in schema]
    for low, high, unit in ranges:
        yield f"{_amount(schema[low])} to {_amount(schema[high])}{unit}"
    told = {key for low, high, _ in ranges for key in (low, high)}
    for key, words in _LIMITS.items():
        if key in schema and key not in told:
            yield words.format(_amount(schema[key]))


def _amount(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _default(schema: Schema) -> str | None:
    value = schema.get("default")
    return None if value in (None, "", [], {}) and value is not False else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
