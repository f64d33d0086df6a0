"""The docs as data: each API with its operations, ready to be drawn, out of the OpenAPI document."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core.endpoints import FORMATS
from chalicelib.pages.docs_examples import Example, examples
from chalicelib.pages.docs_fields import Field, Schema, Schemas
from chalicelib.pages.docs_requests import request
from chalicelib.pages.docs_samples import sample
from chalicelib.pages.docs_words import EVENTS, SENTENCES

_PLACES: Final = {"path": "Path parameters", "query": "Query parameters", "header": "Headers"}
_CODES: Final = re.compile(r"`([^`]+)`")
_HIDDEN: Final = {"500"}  # any may; said once a page


@dataclass(frozen=True)
class Group:
    """Fields under a heading; `sent` tells whether a reader sends them, `description` what they are fields of."""

    title: str
    fields: tuple[Field, ...]
    sent: bool
    description: str = ""


@dataclass(frozen=True)
class Failure:
    """A status with which an operation may fail, and the codes of the errors."""

    status: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """JSON under a heading."""

    title: str
    text: str


@dataclass(frozen=True)
class Operation:
    """An operation, or an event that is posted: then `method` and `examples` are empty."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    groups: tuple[Group, ...]
    statuses: tuple[tuple[str, str], ...]
    failures: tuple[Failure, ...]
    examples: tuple[Example, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Api:
    """A page of the docs; `errors` are the shapes of what may go wrong."""

    name: str
    description: str
    operations: tuple[Operation, ...]
    errors: tuple[Sample, ...]


def apis(document: Mapping[str, Any]) -> dict[str, Api]:
    """Every page by its name, in the order of the document's tags; events come last."""
    schemas, base = Schemas(document["components"]["schemas"]), document["servers"][0]["url"]
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    shapes: dict[str, dict[str, Sample]] = {name: {} for name in found}
    for path, item in document["paths"].items():
        for method, described in item.items():
            tag = described["tags"][0]
            found[tag].append(_operation(method.upper(), path, described, schemas, base))
            shapes[tag] |= _shape(described, schemas)
    pages = {
        name: Api(name, SENTENCES.get(name, ""), tuple(operations), tuple(shapes[name].values()))
        for name, operations in found.items()
    }
    posted = tuple(_event(type, item["post"], schemas) for type, item in document["webhooks"].items())
    return {**pages, EVENTS: Api(EVENTS, SENTENCES[EVENTS], posted, ())}


def _operation(method: str, path: str, described: Mapping[str, Any], schemas: Schemas, base: str) -> Operation:
    successes = {status: it for status, it in described["responses"].items() if status[0] in "23"}
    return Operation(
        described["operationId"],
        method,
        path,
        described["summary"],
        described["description"],
        (*_parameters(described, schemas), *_body(described, schemas), *_answers(successes, schemas)),
        tuple((status, _said(it)) for status, it in successes.items()),
        tuple(_failures(described)),
        tuple(examples(request(method, path, described, base))),
        tuple(_samples(successes, schemas)),
    )


def _event(type: str, described: Mapping[str, Any], schemas: Schemas) -> Operation:
    """An event, whose bodies are of the formats of endpoints, in their order."""
    bodies = described["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    formats = list(zip(FORMATS, bodies, strict=True))
    groups = (Group(f"Body in the format {name}", schemas.fields(body), sent=False) for name, body in formats)
    return Operation(
        described["operationId"],
        "",
        type,
        described["summary"],
        described["description"],
        (*_parameters(described, schemas), *groups),
        tuple((status, it["description"]) for status, it in described["responses"].items()),
        (),
        (),
        tuple(Sample(name, _json(sample(body, schemas))) for name, body in formats),
    )


def _parameters(described: Mapping[str, Any], schemas: Schemas) -> Iterator[Group]:
    for place, title in _PLACES.items():
        given = [it for it in described["parameters"] if it["in"] == place]
        if given:
            yield Group(title, tuple(_parameter(it, schemas) for it in given), sent=True)


def _parameter(described: Mapping[str, Any], schemas: Schemas) -> Field:
    schema = {"description": described["description"], **described["schema"]}
    return schemas.field(described["name"], schema, described["required"])


def _body(described: Mapping[str, Any], schemas: Schemas) -> Iterator[Group]:
    if body := described.get("requestBody"):
        schema = body["content"]["application/json"]["schema"]
        yield Group("Body", schemas.fields(schema), True, body.get("description", ""))


def _answers(successes: Mapping[str, Any], schemas: Schemas) -> Iterator[Group]:
    """The fields of the first answer in JSON: the others are like it."""
    for answer in successes.values():
        if fields := schemas.fields(_schema_of(answer)):
            yield Group("Answer", fields, sent=False)
            return


def _samples(successes: Mapping[str, Any], schemas: Schemas) -> Iterator[Sample]:
    for status, answer in successes.items():
        content = answer.get("content", {}).get("application/json")
        if content and status != "207":
            value = content["example"] if "example" in content else sample(content["schema"], schemas)
            yield Sample(status, _json(_with_status(value, status)))


def _failures(described: Mapping[str, Any]) -> Iterator[Failure]:
    for status, answer in described["responses"].items():
        codes = tuple(_CODES.findall(answer["description"]))
        if status[0] in "45" and status not in _HIDDEN:
            yield Failure(status, codes)


def _shape(described: Mapping[str, Any], schemas: Schemas) -> dict[str, Sample]:
    """An error of an operation's API, by its schema."""
    schema = _schema_of(described["responses"].get("500", {}))
    if "$ref" not in schema:
        return {}
    return {schema["$ref"]: Sample("Error", _json(_with_status(sample(schema, schemas), "400")))}


def _schema_of(answer: Mapping[str, Any]) -> Schema:
    schema: Schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _with_status(value: Any, status: str) -> Any:
    """A value whose own field for the HTTP status, where its API has one, agrees with the answer's."""
    own = isinstance(value, dict) and isinstance(value.get("status"), int)
    return {**value, "status": int(status)} if own else value


def _said(answer: Mapping[str, Any]) -> str:
    media = [name for name in answer.get("content", {}) if name != "application/json"]
    return " ".join([answer["description"], *([f"As {', '.join(media)}."] if media else [])])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
