"""The OpenAPI document says what the app does: the same routes, fields, limits and codes, both ways."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client
from pydantic import BaseModel

from app import app
from chalicelib import errors, ids
from chalicelib.api import docs, dynamic, history, http, integrity, problems
from chalicelib.api import dynamic_shapes as shapes
from chalicelib.core import judging, notices, slugs, windows
from chalicelib.core.accounts import Member
from chalicelib.core.codes import StaticCode
from chalicelib.core.integrity import EXPIRED, Drift
from chalicelib.core.integrity import Report as DayReport
from chalicelib.core.links import Link
from chalicelib.core.plans import PLANS
from chalicelib.core.viewers import METHODS
from chalicelib.qr import payloads
from chalicelib.services import accounts
from chalicelib.services import history as changing
from chalicelib.services.analytics import Report
from chalicelib.services.integrity import Integrity
from tests.world import World, now_ms

FILE = Path(docs.__file__).with_name("openapi.json")
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
VERBS = {"get", "head", "post", "put", "patch", "delete"}
OPERATIONS = {
    (verb.upper(), path): operation
    for path, item in DOCUMENT["paths"].items()
    for verb, operation in item.items()
    if verb in VERBS
}
DAY = 20_000
LINK = Link(1, 2, "spring", "https://example.com/", 0, "Spring", "paused", 4_102_444_800_000)
LINK_SCANS: windows.Days = {
    DAY: {name: {"": 1} for name in ("total", "country", "device", "referrer")} | {"bots": {"own_test": 1}}
}


def resolved(node: Any) -> Any:
    """What a reference in the document stands for; anything else as it is."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def unnamed(path: str) -> str:
    """A path template without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def is_scan(operation: Mapping[str, Any]) -> bool:
    """Whether the redirect answers it, and not the API."""
    return "scans" in operation["tags"]


def answer_schema(method: str, path: str, status: int) -> Any:
    return resolved(OPERATIONS[method, path]["responses"][str(status)])["content"]["application/json"]["schema"]


def check_fields(schema: Any, value: Any, whole: bool, where: str = "answer") -> None:
    """A value has the required fields of a schema and none that it does not describe; all of them if `whole`."""
    schema = resolved(schema)
    if "oneOf" in schema:
        schema = next(it for it in map(resolved, schema["oneOf"]) if it["properties"].keys() >= value.keys())
    for item in value if isinstance(value, list) else ():
        check_fields(schema["items"], item, whole, f"{where}[]")
    if isinstance(value, dict):
        described = schema["properties"]
        assert value.keys() <= described.keys(), where
        assert value.keys() >= (described.keys() if whole else set(schema["required"])), where
        for name, part in value.items():
            check_fields(described[name], part, whole, f"{where}.{name}")


class Session:
    """Requests to the app in process, with an owner's key; every answer is held against the document."""

    def __init__(self, client: Client, key: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, template: str, status: int, body: Any = None, query: str = "", **named: str) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        path = template.format(**named) + query
        answer = self._client.http.request(method, path, headers=self._headers, body=raw)
        assert answer.status_code == status, answer.body
        declared = resolved(OPERATIONS[method, template]["responses"][str(status)]).get("headers", {})
        assert {name for name in answer.headers if not name.startswith(("Content-", "Access-Control-"))} <= set(
            declared
        )
        schema = answer_schema(method, template, status)
        check_fields(schema, answer.json_body, whole=False)
        conforms(schema, answer.json_body)
        return answer.json_body


def conforms(schema: Any, value: Any) -> None:
    """A value is what a schema says, types and limits included."""
    validation: Any = pytest.importorskip("jsonschema")
    rooted = {**schema, "components": DOCUMENT["components"]}
    validation.Draft202012Validator(rooted).validate(value)


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    organization, owner = accounts.create_organization("Quietzone", "owner@example.com", now_ms())
    key = accounts.create_key(organization.number, owner.number, now_ms())
    with Client(app) as client:
        yield Session(client, key)


def test_paths_and_methods_are_the_routes_of_the_app() -> None:
    served = {(method, unnamed(path)) for path, methods in app.routes.items() for method in methods}
    described = {(method, unnamed(path)) for method, path in OPERATIONS}
    # Preflights are the browser's business; the description says in a sentence that they are answered.
    preflights = {("OPTIONS", unnamed(path)) for (_, path), operation in OPERATIONS.items() if not is_scan(operation)}
    assert described | preflights == served


def test_it_is_an_openapi_document() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["version"] == shapes.VERSION
    assert {"title", "description"} <= DOCUMENT["info"].keys()
    assert set(DOCUMENT["components"]) == {"securitySchemes", "headers", "responses", "schemas"}


def test_every_operation_has_a_summary_and_an_id_of_its_own_and_known_tags() -> None:
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    assert all(it["summary"] and it["description"] and set(it["tags"]) <= tags for it in OPERATIONS.values())
    assert len({it["operationId"] for it in OPERATIONS.values()}) == len(OPERATIONS)


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    references = {node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node}
    components = {
        f"#/components/{kind}/{name}"
        for kind in ("headers", "responses", "schemas")
        for name in DOCUMENT["components"][kind]
    }
    assert references == components


def test_path_parameters_are_declared_where_they_occur() -> None:
    for (_, path), operation in OPERATIONS.items():
        declared = {it["name"] for it in operation.get("parameters", []) if it["in"] == "path" and it["required"]}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_parameters_and_fields_and_responses_are_described() -> None:
    for operation in OPERATIONS.values():
        assert all(it["description"] and it["schema"] for it in operation.get("parameters", []))
        assert all(resolved(it)["description"] for it in operation["responses"].values())
    for schema in SCHEMAS.values():
        assert schema["description"]
        assert all(resolved(field)["description"] for field in schema["properties"].values())


def test_schemas_are_valid_json_schemas() -> None:
    validation: Any = pytest.importorskip("jsonschema")
    for schema in SCHEMAS.values():
        validation.Draft202012Validator.check_schema(schema)


def test_security_is_what_the_app_asks_for(world: World) -> None:
    with Client(app) as client:
        for (method, path), operation in OPERATIONS.items():
            if is_scan(operation):
                continue  # public
            answer = client.http.request(method, path.format(id="dc_0"), headers={}, body=b"{}")
            assert (answer.status_code == 401) == ("security" not in operation), path


def test_the_error_codes_are_those_of_the_errors() -> None:
    raised = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert set(SCHEMAS["Error"]["properties"]["code"]["enum"]) == raised


def test_the_error_statuses_are_those_that_are_answered() -> None:
    refused = {int(status) for op in OPERATIONS.values() if not is_scan(op) for status in op["responses"]}
    assert refused - {200, 201, 302} == {*problems._STATUS.values(), 500}


def test_the_notice_codes_are_those_of_the_redirect() -> None:
    shown = {notice.code: notice.status for notice in vars(notices).values() if isinstance(notice, notices.Notice)}
    assert set(SCHEMAS["Notice"]["properties"]["code"]["enum"]) == shown.keys()
    for method, path in (("GET", "/{slug}"), ("GET", "/s/{slug}")):
        assert {int(status) for status in OPERATIONS[method, path]["responses"]} == {302, *shown.values()}
        for notice in (notices.UNKNOWN, notices.EXPIRED, notices.UNAVAILABLE):
            answer: Any = notices.answer(notice, "application/json")
            check_fields(answer_schema(method, path, notice.status), json.loads(answer["body"]), whole=True)


@pytest.mark.parametrize(
    ("schema", "model"),
    [
        ("CreateDynamic", dynamic.CreateDynamic),
        ("EditDynamic", dynamic.EditDynamic),
        ("CreateCode", dynamic.CreateCode),
        ("PutLeftOut", history.LeftOut),
        ("Range", history.Range),
        ("Retention", history.Retention),
    ],
)
def test_request_bodies_have_the_fields_that_are_read(schema: str, model: type[BaseModel]) -> None:
    described = SCHEMAS[schema]
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    required = {name for name, field in fields.items() if field.is_required()}
    assert described["properties"].keys() == fields.keys()
    assert set(described.get("required", [])) == required


def test_limits_and_defaults_are_those_that_hold() -> None:
    def parameter(path: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(it for it in OPERATIONS["GET", path]["parameters"] if it["name"] == name)["schema"]
        return found

    for path in ("/v1/dynamic", "/v1/codes"):
        limit = parameter(path, "limit")
        assert (limit["default"], limit["maximum"]) == (dynamic.DEFAULT_PAGE, dynamic.LARGEST_PAGE)
    days = parameter("/v1/dynamic/{id}/scans", "days")
    assert (days["default"], days["maximum"]) == (dynamic.DEFAULT_DAYS, dynamic.MOST_DAYS)
    assert set(parameter("/{slug}", "via")["enum"]) == METHODS
    once = next(it for it in OPERATIONS["POST", "/v1/dynamic"]["parameters"] if it["name"] == "Idempotency-Key")
    assert once["schema"]["maxLength"] == http.LONGEST_IDEMPOTENCY_KEY
    reports = parameter("/v1/integrity", "limit")
    assert (reports["default"], reports["maximum"]) == (integrity.DEFAULT_REPORTS, integrity.MOST_REPORTS)
    assert SCHEMAS["IntegrityReport"]["properties"]["skipped"]["enum"] == [EXPIRED, None]
    label, slug = (SCHEMAS["CreateDynamic"]["properties"][name] for name in ("label", "slug"))
    assert label["maxLength"] == dynamic.LONGEST_LABEL
    assert (slug["minLength"], slug["maxLength"]) == (slugs.SHORTEST, slugs.LONGEST)
    assert SCHEMAS["CreateCode"]["properties"]["type"]["enum"] == list(payloads._BUILDERS)
    kept, spans = SCHEMAS["Retention"]["properties"]["keep_days"], SCHEMAS["PutLeftOut"]["properties"]["ranges"]
    assert (kept["minimum"], kept["maximum"]) == (judging.LEAST_KEPT_DAYS, changing.LONGEST_KEPT_DAYS)
    assert spans["maxItems"] == changing.MOST_SPANS
    tops = [it for it in SCHEMAS["Analytics"]["properties"].values() if it.get("maxItems")]
    assert {it["maxItems"] for it in tops} == {shapes.TOPS, 24}


WHOLE_SHAPES: Mapping[str, Any] = {
    "Member": shapes.member(Member(1, 2, "owner@example.com", "Owner", 0), PLANS["enterprise"]),
    "Discovery": shapes.discovery("https://qz.example"),
    "DynamicCode": shapes.link(LINK, "https://qz.example"),
    "DynamicCodeRow": shapes.link_row(LINK, "https://qz.example", 0),
    "DynamicCodeEntry": shapes.code_row(LINK, "https://qz.example", 0),
    "StaticCode": shapes.static_code(StaticCode(1, 2, "text", "hello", 0)),
    "StaticCodeEntry": shapes.code_row(StaticCode(1, 2, "text", "hello", 0), "https://qz.example", 0),
    "Integrity": integrity.shape(
        Integrity([DayReport(DAY, 0, repaired=Drift(1, 2, 3), oldest_pending_ms=0)], [DAY + 1], poison=1, swept_ms=0)
    ),
    "Scans": shapes.scans(
        LINK,
        Report(LINK_SCANS, {}, pending=3, recounting=True),
        windows.Window.ending(DAY, 7),
        windows.Window.ending(DAY, 7),
        "https://qz.example",
    ),
}


@pytest.mark.parametrize("name", WHOLE_SHAPES)
def test_shapes_have_exactly_the_fields_described(name: str) -> None:
    check_fields(SCHEMAS[name], WHOLE_SHAPES[name], whole=True)
    conforms(SCHEMAS[name], WHOLE_SHAPES[name])


def test_errors_have_exactly_the_fields_described() -> None:
    answer = problems.problem(errors.InvalidRequest.for_field("days", "must be a whole number"))
    check_fields(SCHEMAS["Error"], json.loads(answer.body), whole=True)


def test_answers_are_what_the_document_says(session: Session) -> None:
    session.ask("GET", "/v1", 200)
    session.ask("GET", "/v1/me", 200)
    code = session.ask("POST", "/v1/dynamic", 201, {"destination": "https://example.com/", "slug": "spring"})
    session.ask("POST", "/v1/codes", 201, {"type": "text", "fields": {"text": "hello"}})
    session.ask("GET", "/v1/dynamic/{id}", 200, id=code["id"])
    session.ask("PATCH", "/v1/dynamic/{id}", 200, {"pause_until": "2099-01-01T00:00:00Z"}, id=code["id"])
    session.ask("GET", "/v1/dynamic/{id}/scans", 200, id=code["id"])
    session.ask(
        "PUT", "/v1/dynamic/{id}/left-out", 200, {"ranges": [{"from": "2026-01-01", "to": "2026-01-02"}]}, id=code["id"]
    )
    session.ask("GET", "/v1/dynamic/{id}/left-out", 200, id=code["id"])
    session.ask("PUT", "/v1/retention", 200, {"keep_days": 30})
    session.ask("GET", "/v1/retention", 200)
    session.ask("PUT", "/v1/retention", 400, {"keep_days": 3})
    session.ask("GET", "/v1/integrity", 200)
    session.ask("GET", "/v1/integrity", 400, query="?limit=many")
    session.ask("GET", "/v1/dynamic", 200)
    codes = session.ask("GET", "/v1/codes", 200, query="?limit=1")
    check_fields(SCHEMAS["CodesList"], codes, whole=True)
    session.ask("POST", "/v1/dynamic", 400, {})
    session.ask("POST", "/v1/dynamic", 400, {"destination": "http://127.0.0.1/"})
    session.ask("POST", "/v1/dynamic", 409, {"destination": "https://example.com/", "slug": "Spring"})
    session.ask("POST", "/v1/dynamic", 413, {"destination": "x" * http.MAX_BODY_BYTES})
    session.ask("GET", "/v1/dynamic/{id}/scans", 400, id=code["id"], query="?days=abc")
    session.ask("GET", "/v1/dynamic/{id}", 404, id=ids.spell("dc", 5))
    session.ask("DELETE", "/v1/dynamic/{id}", 200, id=code["id"])


def test_the_served_document_names_this_installation_and_the_page_lists_every_operation() -> None:
    assert docs.described("https://qz.example")["servers"] == [{"url": "https://qz.example"}]
    page = docs.page(DOCUMENT)
    assert all(f"{method} {path}" in page for method, path in OPERATIONS)
