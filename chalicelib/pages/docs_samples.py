"""An answer as it may look, where none is declared: made of the examples of its fields."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.pages.docs_fields import DEEPEST, Schema, Schemas

_TEXTS: Final[Mapping[str, str]] = {
    "date-time": "2026-11-21T09:25:00Z",
    "date": "2026-11-21",
    "uri": "https://example.com/",
    "email": "ada@example.com",
}
# Of fields that are called so, where nothing else is said.
_NAMED: Final[Mapping[str, Any]] = {
    "name": "Spring poster",
    "label": "Spring poster",
    "title": "Spring poster",
    "slug": "spring",
    "email": "ada@example.com",
    "destination": "https://example.com/spring",
    "short_url": "https://qz.example/spring",
    "shortUrl": "https://qz.example/spring",
    "plan": "enterprise",
    "version": "1",
    "next_cursor": "c8f1Zk0Q",
    "nextCursor": "c8f1Zk0Q",
    "code": "invalid_request",
    "error": "days: must be a whole number",
    "message": "days: must be a whole number",
    "field": "days",
    "score": 97,
    "reasons": [],
    "failed": [],
}
_PERSON: Final = "Ada Lovelace"
_EMPTY: Final = ("reasons", "failed")  # what a success has none of
_PLAIN: Final[Mapping[str, Any]] = {"integer": 12, "number": 1.5, "boolean": True, "null": None, "string": "text"}


def sample(schema: Schema, schemas: Schemas, name: str = "", depth: int = 0) -> Any:
    """A value that a schema describes: of an object every field. The field's `name` tells where nothing else does."""
    whole = schemas.resolved(schema)
    for declared in (whole, *schemas.variants(whole)):
        if "examples" in declared and name not in _EMPTY:
            return declared["examples"][0]
    variant = next(iter(schemas.variants(whole)), {"type": "null"})
    if name in _NAMED and _is(_NAMED[name], variant):
        return _NAMED[name]
    if "const" in variant or "enum" in variant:
        return variant.get("const", next(iter(variant.get("enum", [])), None))
    if whole.get("default") is not None:
        return whole["default"]
    return _made(variant, schemas, name, depth)


def _made(schema: Schema, schemas: Schemas, name: str, depth: int) -> Any:
    kind = schema.get("type", "null")
    if kind == "object":
        inside = schema.get("properties", {}) if depth < DEEPEST else {}
        made = {field: sample(of, schemas, field, depth + 1) for field, of in inside.items()}
        return {**made, "name": _PERSON} if {"name", "email"} <= made.keys() else made
    if kind == "array":
        return [sample(schema.get("items", {}), schemas, name, depth + 1)] if depth < DEEPEST else []
    if kind == "string":
        return _TEXTS.get(schema.get("format", ""), _TEXTS["date-time"] if name.endswith("_at") else "text")
    return max(_PLAIN[kind], schema["minimum"]) if kind == "integer" and "minimum" in schema else _PLAIN[kind]


def _is(value: Any, schema: Schema) -> bool:
    kinds: Mapping[str, Any] = {"string": str, "integer": int, "array": list}
    return isinstance(value, kinds.get(schema.get("type", ""), ()))
