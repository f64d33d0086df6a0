"""The docs: every operation with its fields and examples, drawn from the OpenAPI document, and everything escaped."""

import gzip
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

import pytest

from chalicelib.api import openapi, routes
from chalicelib.pages import docs, docs_marks, rendering
from chalicelib.pages.docs_examples import LANGUAGES
from chalicelib.pages.docs_views import Api, apis
from chalicelib.pages.docs_words import EVENTS, SENTENCES
from tests.api.described import DOCUMENT, operations, validator
from tests.pages.browsing import BASE, Browser
from tests.pages.shown import Page

VIEWS: Final[Mapping[str, Api]] = apis(DOCUMENT)
NAMES: Final = ["overview", *VIEWS]
MOST_BYTES: Final = 60_000  # in gzip

EVIL: Final = "<script>alert(1)</script>\"'`<b>`{{ 7*7 }}"


def seen(browser: Browser, name: str) -> Page:
    answer = browser.get("/docs" if name == "overview" else f"/docs/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return Page.read(answer.text)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_runs_nothing_of_its_own_and_its_links_lead_somewhere(stranger: Browser, name: str) -> None:
    page = seen(stranger, name)
    assert page.inline == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link for link in page.links if link.startswith("#")} <= {f"#{it}" for it in page.ids}
    for link in (link for link in page.links if link.startswith("/docs/")):
        path, _, fragment = link.removeprefix("/docs/").partition("#")
        assert path in VIEWS
        assert not fragment or fragment in {it.id for it in VIEWS[path].operations}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light_over_the_wire(stranger: Browser, name: str) -> None:
    path = "/docs" if name == "overview" else f"/docs/{name}"
    answer = stranger.get(path, Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < MOST_BYTES


def test_the_overview_lists_every_operation_and_event(stranger: Browser) -> None:
    text = seen(stranger, "overview").text
    assert [path for _, path, _ in operations() if path not in text] == []
    assert [type for type in DOCUMENT["webhooks"] if type not in text] == []


def test_every_operation_is_on_one_page_with_an_example_in_each_language() -> None:
    shown = [it for name, api in VIEWS.items() if name != EVENTS for it in api.operations]
    assert {(it.method, it.path) for it in shown} == {(method, path) for method, path, _ in operations()}
    assert len(shown) == len(operations())
    assert {tuple(example.language for example in it.examples) for it in shown} == {tuple(LANGUAGES)}


def test_each_api_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert VIEWS.keys() == SENTENCES.keys()


def test_what_is_copied_from_a_page_is_the_example(stranger: Browser) -> None:
    copied = {(it.operation, it.language): it.text for it in seen(stranger, "dynamic").examples}
    views = docs.views(BASE)["dynamic"].operations
    assert copied == {(it.id, example.language): example.text for it in views for example in it.examples}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("dynamic", "label string or null At most 200 characters.", id="a limit"),
        pytest.param("dynamic", "slug string What the short link ends with.", id="a field of an answer"),
        pytest.param("dynamic", "destination string required", id="a field that must be sent"),
        pytest.param("dynamic", "next_cursor string not always there", id="a field that may be missing"),
        pytest.param("dynamic", "Needs the scope qr:write", id="a scope"),
        pytest.param("dynamic", "limit integer default 100 Codes a page. 1 to 500.", id="a parameter"),
        pytest.param("dynamic", "At most 1,048,576 bytes.", id="a body's size"),
        pytest.param("dynamic", "409 slug_taken", id="an error"),
        pytest.param("qrcodes", "Fields of style dotsType", id="a field in a field"),
        pytest.param("reporting", "Path parameters qr_id string required Its id, in any spelling.", id="an id"),
        pytest.param("events", "Body in the format qpr", id="a format of events"),
        pytest.param("pictures", "As image/png, image/svg+xml", id="other media types"),
        pytest.param("overview", "Idempotency-Key", id="once only"),
        pytest.param("overview", f"{BASE}/mcp", id="where MCP is"),
    ],
)
def test_a_page_tells(stranger: Browser, name: str, told: str) -> None:
    assert told in seen(stranger, name).text


@pytest.mark.parametrize(
    ("method", "path", "described"), operations(), ids=lambda it: it if isinstance(it, str) else ""
)
def test_an_answer_that_is_made_up_is_one_that_is_described(method: str, path: str, described: Any) -> None:
    view = next(it for api in VIEWS.values() for it in api.operations if (it.method, it.path) == (method, path))
    for made in view.samples:
        schema = described["responses"][made.title]["content"]["application/json"]["schema"]
        assert [error.message for error in validator(schema).iter_errors(json.loads(made.text))] == []


def test_every_word_of_the_document_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    views = apis(_evil())
    for name, api in views.items():
        html = rendering.render("docs/api.html", **_values(views, api))
        page = Page.read(html)
        assert page.inline == []
        assert "<script" not in html
        assert "<b>" not in html
        assert "{{ 7*7 }}" in page.text or name == "scans"


def _evil() -> dict[str, Any]:
    """The document with markup in every text that says something."""
    document = deepcopy(dict(DOCUMENT))
    for node in _nodes(document):
        for key in ("description", "summary", "default", "pattern"):
            if isinstance(node.get(key), str):
                node[key] += EVIL
        if isinstance(node.get("examples"), list):
            node["examples"] = [EVIL]
        if "example" in node:
            node["example"] = {EVIL: EVIL}
    return document


def _nodes(node: Any) -> list[dict[str, Any]]:
    children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return [*([node] if isinstance(node, dict) else []), *(found for child in children for found in _nodes(child))]


def _values(views: Mapping[str, Api], api: Api) -> dict[str, Any]:
    marks = {"sentence": docs_marks.sentence, "code": docs_marks.code}
    return {"root": "", "apis": views.values(), "api": api, "languages": {"curl": "curl"}, **marks}


def test_an_installation_below_a_path_links_below_it() -> None:
    links = Page.read(str(docs.content("https://abc.execute-api.eu-west-1.amazonaws.com/api", "overview"))).links
    assert {link.split("/")[1] for link in links if link.startswith("/")} == {"api"}


def test_an_api_that_is_not_there_is_a_page_that_says_so(stranger: Browser) -> None:
    answer = stranger.get("/docs/nothing")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_the_docs_may_be_found_by_search_engines(stranger: Browser) -> None:
    assert "x-robots-tag" not in stranger.get("/docs").headers


def test_a_document_is_made_once_for_an_address() -> None:
    assert routes.document("https://a.example") is routes.document("https://a.example")
    assert routes.document("https://a.example")["servers"] == [{"url": "https://a.example"}]
    assert routes.document("https://a.example") == openapi.document(routes.OPERATIONS, "https://a.example")


def test_marks_change_no_letter_of_an_example() -> None:
    for api in VIEWS.values():
        for operation in api.operations:
            for text in [*(it.text for it in operation.examples), *(it.text for it in operation.samples)]:
                page = Page.read(str(docs_marks.code(text)))
                assert "".join(page.words) == text


def test_gzip_is_what_a_browser_unpacks(stranger: Browser) -> None:
    answer = stranger.get("/docs/dynamic", Accept_Encoding="gzip")
    assert gzip.decompress(answer.body).decode() == stranger.get("/docs/dynamic").text
