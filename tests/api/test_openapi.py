"""The OpenAPI document is one, and says what the app does. `Caller.call` holds every answer of all tests against it."""

import json
from typing import Any

import pytest
from chalice.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import app
from chalicelib import errors
from chalicelib.api import dialects, mcp, problems, redirects, routes
from chalicelib.api.operations import Operation
from chalicelib.core import notices
from chalicelib.pages.routes import BLUEPRINTS
from tests.api import described
from tests.api.described import DOCUMENT
from tests.world import World

DECLARED = [it for it in routes.OPERATIONS if it.described and "+}" not in it.path]
# What describes itself, in another way.
UNDESCRIBED = {it.path for it in routes.OPERATIONS if not it.described}


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _nodes(node: Any) -> list[dict[str, Any]]:
    """Every object in a JSON value."""
    children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return [*([node] if isinstance(node, dict) else []), *(found for child in children for found in _nodes(child))]


def test_it_is_an_openapi_document() -> None:
    OpenAPIV31SpecValidator(dict(DOCUMENT)).validate()
    assert DOCUMENT["openapi"] == "3.1.0"


def test_paths_and_methods_are_the_routes_of_the_app() -> None:
    served = {
        (method, path)
        for path, methods in app.routes.items()
        for method in methods
        if "+}" not in path and path not in UNDESCRIBED
    }
    shown = {(method, path) for method, path, _ in described.operations()}
    # Preflights are the browser's business; the description says in a sentence that they are answered.
    preflights = {("OPTIONS", operation.path) for operation in DECLARED}
    pages = {route for bp in BLUEPRINTS for route in bp.paths if "+}" not in route[1]}
    assert shown | preflights | pages == served


def test_every_operation_has_a_summary_a_tag_and_an_id_of_its_own() -> None:
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    found = [operation for _, _, operation in described.operations()]
    assert [it["operationId"] for it in found if not it["summary"] or not set(it["tags"]) <= tags] == []
    assert len({it["operationId"] for it in found}) == len(found)


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    references = {node["$ref"] for node in _nodes(dict(DOCUMENT)) if "$ref" in node}
    assert references == {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}


@pytest.mark.parametrize("operation", [it for it in DECLARED if it.example is not None], ids=_name)
def test_the_example_of_an_answer_is_what_its_schema_says(operation: Operation) -> None:
    described.check(operation.method, operation.path, operation.status, operation.example)


@pytest.mark.parametrize("operation", [it for it in DECLARED if it.asked is not None], ids=_name)
def test_the_example_of_a_body_is_one_that_is_read(operation: Operation) -> None:
    assert operation.body is not None
    operation.body.model_validate(operation.asked)


@pytest.mark.parametrize("operation", [it for it in DECLARED if it.body is not None], ids=_name)
def test_the_document_says_how_large_a_body_may_be(operation: Operation) -> None:
    body = DOCUMENT["paths"][operation.path][operation.method.lower()]["requestBody"]
    most = 1_048_576 if operation.path == "/v1/dynamic/bulk" else 65_536
    assert body["description"] == f"At most {most:,} bytes."


@pytest.mark.parametrize("path", ["/v1/dynamic/bulk", "/api/v1/urls/bulk"])
def test_what_only_some_of_many_creates_answer_is_described_as_the_whole(path: str) -> None:
    responses = DOCUMENT["paths"][path]["post"]["responses"]
    some, all_ = (responses[status]["content"]["application/json"]["schema"] for status in ("207", "201"))
    assert some == all_


@pytest.mark.parametrize("operation", DECLARED, ids=_name)
def test_a_key_is_asked_for_where_the_document_says_so(operation: Operation, world: World) -> None:
    path = operation.path.replace("{", "").replace("}", "")
    with Client(app) as client:
        answer = client.http.request(operation.method, path, headers={}, body=b"{}")
    secured = "security" in DOCUMENT["paths"][operation.path][operation.method.lower()]
    assert (answer.status_code == 401) == secured == (operation.scope is not None)
    if secured:
        described.check(operation.method, operation.path, 401, answer.json_body)


@pytest.mark.parametrize("dialect", {it.dialect.name: it.dialect for it in DECLARED}.values(), ids=lambda it: it.name)
def test_every_api_draws_every_error_in_its_shape(dialect: dialects.Dialect) -> None:
    schema = next(
        DOCUMENT["paths"][it.path][it.method.lower()]["responses"]["500"]["content"][dialect.media]["schema"]
        for it in DECLARED
        if it.dialect is dialect
    )
    for error in (errors.InvalidRequest.for_field("days", "must be a whole number"), errors.NotFound.of("code")):
        answer = problems.problem(error, dialect)
        programs = dialect.media == "application/json"
        assert described.validator(schema).is_valid(json.loads(answer.body) if programs else answer.body)
        assert error.message in answer.body
        assert error.code in answer.body or not programs


def test_the_redirects_statuses_are_those_of_its_notices() -> None:
    shown = {str(it.status) for it in vars(notices).values() if isinstance(it, notices.Notice)}
    for path in redirects.PATHS:
        statuses = set(DOCUMENT["paths"][path]["get"]["responses"])
        assert statuses == shown | {"301", "302", "307", "308"}


def test_what_is_not_described_is_the_endpoint_of_mcp_alone() -> None:
    assert {mcp.PATH} == UNDESCRIBED
