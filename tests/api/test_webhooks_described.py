"""What the OpenAPI document and docs/webhooks-formats.md say of webhooks is what is posted."""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.event_bodies import body
from chalicelib.core.deliveries import MOST_BODY_BYTES
from chalicelib.core.endpoints import FORMATS
from chalicelib.core.events import TYPES, Event
from chalicelib.core.signatures import signed
from tests.api import described
from tests.api.described import DOCUMENT
from tests.api.occurrences import BASE, MS, event, events
from tests.test_docs import rows

PAGE: Final = Path(__file__).parent.parent.parent / "docs" / "webhooks-formats.md"
EXAMPLES: Final = re.findall(r"^`(\w+)`, `([\w.]+)`:\n\n```json\n(.*?)^```", PAGE.read_text(), re.M | re.S)
ALL: Final = [pytest.param(format, type, id=f"{format} {type}") for format, type in product(FORMATS, TYPES)]


def _schemas(type: str) -> list[dict[str, Any]]:
    """Those of the bodies of an event, in the order of FORMATS."""
    content = DOCUMENT["webhooks"][type]["post"]["requestBody"]["content"]["application/json"]
    found: list[dict[str, Any]] = content["schema"]["oneOf"]
    return found


def _fitting(happened: Event, format: str) -> list[str]:
    """The formats whose schema a body fits."""
    posted = json.loads(body(happened, format, BASE))
    schemas = zip(FORMATS, _schemas(happened.type), strict=True)
    return [of for of, schema in schemas if described.validator(schema).is_valid(posted)]


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


def test_every_event_is_described() -> None:
    assert list(DOCUMENT["webhooks"]) == list(TYPES)


@pytest.mark.parametrize(("format", "type"), ALL)
def test_a_body_fits_the_schema_of_its_own_format_alone(format: str, type: str) -> None:
    assert _fitting(event(type), format) == [format]


@given(events(), st.sampled_from(FORMATS))
def test_every_body_fits_its_schema_whatever_it_leaves_out(happened: Event, format: str) -> None:
    assert _fitting(happened, format) == [format]


@pytest.mark.parametrize(("format", "type"), ALL)
def test_every_field_that_is_posted_is_described(format: str, type: str) -> None:
    envelope = _resolved(_schemas(type)[FORMATS.index(format)])
    posted = json.loads(body(event(type), format, BASE))
    assert posted.keys() == envelope["properties"].keys() == set(envelope["required"])
    data = _resolved(envelope["properties"]["data"])
    assert posted["data"].keys() <= data["properties"].keys()
    assert set(data["required"]) <= posted["data"].keys()


@pytest.mark.parametrize("type", TYPES)
def test_every_header_of_every_format_is_described(type: str) -> None:
    parameters = DOCUMENT["webhooks"][type]["post"]["parameters"]
    posted = [signed(format, ["x"], "evt_1", type, b"{}", MS).keys() - {"Content-Type"} for format in FORMATS]
    assert {it["name"] for it in parameters} == set().union(*posted)
    assert {it["name"] for it in parameters if it["required"]} == set.intersection(*map(set, posted))


def test_the_docs_list_every_event_with_the_words_of_the_document() -> None:
    listed = {row[0].strip("`"): row[1].split(".")[0] for row in rows(PAGE, "Events")}
    assert listed == {type: item["post"]["summary"] for type, item in DOCUMENT["webhooks"].items()}


def test_the_docs_list_every_format_with_its_envelope() -> None:
    listed = {row[0].strip("`"): re.findall(r"`(\w+)`", row[2]) for row in rows(PAGE, "Formats")}
    assert listed == {format: list(json.loads(body(event(TYPES[0]), format, BASE))) for format in FORMATS}


def test_the_docs_say_how_long_a_body_may_be() -> None:
    assert f"at most {MOST_BODY_BYTES:,} bytes" in PAGE.read_text()
    assert f"At most {MOST_BODY_BYTES:,} bytes" in DOCUMENT["webhooks"][TYPES[0]]["post"]["description"]


@pytest.mark.parametrize(("format", "type", "text"), EXAMPLES)
def test_the_examples_of_the_docs_are_what_is_posted(format: str, type: str, text: str) -> None:
    assert json.dumps(json.loads(text), separators=(",", ":")) == body(event(type), format, "https://qz.example")


def test_the_docs_have_an_example_of_each_format() -> None:
    assert {format for format, _, _ in EXAMPLES} == set(FORMATS)
