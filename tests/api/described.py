"""Holds answers against the OpenAPI document."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from chalicelib.api import openapi, routes

DOCUMENT: Mapping[str, Any] = json.loads(json.dumps(openapi.document(routes.OPERATIONS, "https://qz.example")))
_VERBS = ("get", "head", "post", "put", "patch", "delete")


def described(method: str, path: str) -> tuple[str, Mapping[str, Any]]:
    """The template and the operation that answer a request. Raises LookupError."""
    given = path.split("?")[0].split("/")
    fitting = [
        template
        for template, item in DOCUMENT["paths"].items()
        if method.lower() in item and _fits(template.split("/"), given)
    ]
    if not fitting:
        raise LookupError(f"{method} {path}")
    template = min(fitting, key=lambda template: template.count("{"))
    return template, DOCUMENT["paths"][template][method.lower()]


def check(method: str, path: str, status: int, body: Any, media: str = "application/json") -> None:
    """An answer has a status that is described, and a body that is what the document says of it."""
    template, operation = described(method, path)
    assert str(status) in operation["responses"], f"{method} {template} answers {status}: {body}"
    errors = [
        f"{error.instance_path}: {error.message}"
        for error in _validator(method, template, status, media).iter_errors(body)
    ]
    assert not errors, f"{method} {template} {status}: {errors}"


def operations() -> list[tuple[str, str, Mapping[str, Any]]]:
    """Every method and path with its description."""
    return [
        (verb.upper(), path, item[verb]) for path, item in DOCUMENT["paths"].items() for verb in _VERBS if verb in item
    ]


def validator(schema: Any) -> jsonschema_rs.Draft202012Validator:
    """Checks values against a schema of the document."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@cache
def _validator(method: str, template: str, status: int, media: str) -> jsonschema_rs.Draft202012Validator:
    response = DOCUMENT["paths"][template][method.lower()]["responses"][str(status)]
    return validator(response.get("content", {}).get(media, {}).get("schema", {}))


def _fits(template: list[str], given: list[str]) -> bool:
    return len(template) == len(given) and all(
        t.startswith("{") or t == g for t, g in zip(template, given, strict=True)
    )
