"""The OpenAPI 3.1 document, made of the operations that are registered and of the types that they declare."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from chalicelib import errors
from chalicelib.api import event_openapi, problems, redirects
from chalicelib.api.operations import HEAD, ONLY_SOME, Operation
from chalicelib.api.requests import LONGEST_IDEMPOTENCY_KEY, SCAN_TOKEN
from chalicelib.version import VERSION

TITLE: Final = "Quietzone"
DESCRIPTION: Final = (
    "Dynamic QR codes and short links with scan analytics, in the words of five APIs over one core: a link made by any "
    "of them is in every one's lists, and every one takes every spelling of an id. All times are UTC. Answers may gain "
    "fields; those described here keep their types. A page of any origin may call with a key that it was given (CORS)."
)
SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"apiKey": []}]
SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or a token got for one."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key."},
    "scanToken": {
        "type": "apiKey",
        "in": "query",
        "name": SCAN_TOKEN,
        "description": "The token that the redirect handed to the destination: good for that scan, for 24 hours. "
        f"It may also come as the bearer, or as `{SCAN_TOKEN}` in the body.",
    },
}
_REF: Final = "#/components/schemas/{model}"
_RATE_HEADERS: Final = {
    "X-RateLimit-Limit": "How many in the period.",
    "X-RateLimit-Remaining": "How many are left.",
    "X-RateLimit-Reset": "When there are more, in Unix seconds.",
}
_BYTES: Final = {"type": "string", "format": "binary"}
_ONCE: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_IDEMPOTENCY_KEY},
    "description": "For 24 hours the same key with the same request gets the first answer again.",
}

_ANSWER: Final = "serialization"  # pydantic's mode for what is written

Key = tuple[str, str]  # of a schema: an operation's id, and what of it


def document(operations: Iterable[Operation], base: str) -> dict[str, Any]:
    """The document for an installation at an address."""
    described = [operation for operation in operations if operation.described and "+}" not in operation.path]
    tags = dict.fromkeys([*(operation.tag for operation in described), redirects.TAG, event_openapi.TAG])
    schemas, components = _schemas(described)
    paths: dict[str, Any] = {}
    for operation in described:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": base}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths | redirects.paths(),
        "webhooks": event_openapi.webhooks(schemas),
        "components": {"securitySchemes": SCHEMES, "schemas": components},
    }


def operation_id(operation: Operation) -> str:
    """Unique over all operations: the view's module and name, in camel case."""
    named = f"{operation.view.__module__.rsplit('.', 1)[-1]}_{operation.view.__name__}"
    words = (f"{named}_head" if operation.method == HEAD else named).split("_")
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _schemas(operations: Iterable[Operation]) -> tuple[dict[Key, Any], dict[str, Any]]:
    """Every body, answer, error and webhook as JSON Schema, and the definitions that they share."""
    wanted: list[tuple[Key, Any, TypeAdapter[Any]]] = [
        (key, _ANSWER, TypeAdapter(of)) for key, of in event_openapi.wanted()
    ]
    for operation in operations:
        name = operation_id(operation)
        types = {"body": operation.body, "answer": operation.answer, "error": operation.dialect.shape}
        modes = {"body": "validation", "answer": _ANSWER, "error": _ANSWER}
        wanted += [((name, what), modes[what], TypeAdapter(of)) for what, of in types.items() if of is not None]
    found, definitions = TypeAdapter.json_schemas(wanted, ref_template=_REF)
    return {key: schema for (key, _), schema in found.items()}, definitions.get("$defs", {})


def _operation(operation: Operation, schemas: Mapping[Key, Any]) -> dict[str, Any]:
    name = operation_id(operation)
    described: dict[str, Any] = {
        "operationId": name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": _parameters(operation),
        "responses": _responses(operation, schemas),
    }
    if operation.body:
        content = _content("application/json", schemas[name, "body"], operation.asked)
        said = f"At most {operation.most_bytes:,} bytes."
        described["requestBody"] = {"required": True, "description": said, "content": content}
    if operation.scope is not None:
        described["security"] = [*SECURITY, *([{"scanToken": []}] if operation.scan_token else [])]
    return described


def _description(operation: Operation) -> str:
    token = ", or the scan's own token" if operation.scan_token else ""
    scope = f"Needs the scope `{operation.scope}`{token}." if operation.scope else ""
    clients = "A client's own key may call it." if operation.clients else ""
    return " ".join(part for part in (operation.description, scope, clients) if part)


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    path = [
        {
            "name": n,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "description": "Its id, in any spelling.",
        }
        for n in operation.arguments
    ]
    query = [
        {"name": p.name, "in": "query", "required": p.needed, "schema": p.schema(), "description": p.description}
        for p in operation.parameters
    ]
    return [*path, *query, *([_ONCE] if operation.once else [])]


def _responses(operation: Operation, schemas: Mapping[Key, Any]) -> dict[str, Any]:
    name = operation_id(operation)
    success: dict[str, Any] = {"description": "Done."}
    if (name, "answer") in schemas:
        success["content"] = _content(operation.media, schemas[name, "answer"], operation.example)
        success["content"] |= {media: {"schema": {"type": "string"}} for media in operation.texts}
    if operation.binary:
        success["content"] = {media: {"schema": _BYTES} for media in operation.binary}
    if headers := _headers(operation):
        success["headers"] = headers
    error = {"content": {operation.dialect.media: {"schema": schemas[name, "error"]}}}
    failures = {
        str(status): {"description": " ".join(said), **(error if operation.method != HEAD else {})}
        for status, said in sorted(_failures(operation).items())
    }
    others: dict[str, Any] = {str(of): {"description": said} for of, said in (operation.others or {}).items()}
    if str(ONLY_SOME) in others:
        others[str(ONLY_SOME)]["content"] = _content(operation.media, schemas[name, "answer"], None)
    return {str(operation.status): success, **others, **failures}


def _headers(operation: Operation) -> dict[str, Any]:
    found = {name: {"description": said, "schema": {"type": "string"}} for name, said in operation.headers.items()}
    if operation.limit is not None or errors.RateLimited in operation.errors:
        found |= {name: {"description": said, "schema": {"type": "integer"}} for name, said in _RATE_HEADERS.items()}
    return found


def _failures(operation: Operation) -> dict[int, list[str]]:
    """The statuses of what may go wrong, each with the codes."""
    found: dict[int, list[str]] = {500: [f"`{problems.UNEXPECTED}`"]}
    for kind in _raised(operation):
        codes = found.setdefault(problems.status_of(kind, operation.dialect), [])
        if (code := f"`{kind.code}`") not in codes:
            codes.append(code)
    return found


def _raised(operation: Operation) -> list[type[errors.QuietzoneError]]:
    raised: list[type[errors.QuietzoneError]] = [*operation.errors]
    if operation.scope is not None:
        raised += [errors.Unauthorized, errors.Forbidden, errors.Unavailable]
    if operation.arguments:
        raised.append(errors.NotFound)
    if operation.parameters or operation.body:
        raised.append(errors.InvalidRequest)
    if operation.body:
        raised.append(errors.BodyTooLarge)
    if operation.limit is not None:
        raised.append(errors.RateLimited)
    return raised


def _content(media: str, schema: Any, example: Any) -> dict[str, Any]:
    return {media: {"schema": schema, **({"example": example} if example is not None else {})}}
