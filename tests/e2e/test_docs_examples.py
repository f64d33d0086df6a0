"""The examples of the docs, copied from the served pages and run: each gets the status that its page promises."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from chalicelib.pages.docs_words import EVENTS, SENTENCES
from infra.local import LocalStack
from tests.api.described import operations
from tests.e2e import copied
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.readers import Reader, new_readers
from tests.e2e.receivers import receiving
from tests.pages.shown import Copied, Page
from tests.qr import programs

# What is not run, and why.
LEFT_OUT: Final[Mapping[str, str]] = {"summariesSend": "it would post to Slack itself"}
# What the document's own examples of bodies name, and what a reader would put there.
SAMPLES: Final = re.compile(r'"(dc_akn2ybt1za|qr_akn2yf2p32|qz_live_ThisIs\w+|https://example\.com/hooks)"|\b12345\b')
SLUGS: Final = re.compile(r'(\b(?:slug|customSlug|short_code)"?: ")[\w-]+"')
MEMBERS: Final = "ada@example.com"
PLACEHOLDER: Final = re.compile(r"\b(?:[A-Z]+_ID|SLUG)\b")
REPORTING: Final = "/api/v1/external/reporting"

Ids = dict[str, str]
Make = Callable[[Client, Ids], str]
_numbers = count(1)


def _made(path: str, body: Any, *names: str) -> Make:
    """Makes a thing by a call; the path may name what was made before."""

    def make(client: Client, ids: Ids) -> str:
        answer = client.api("POST", path.format(**ids), body)
        assert answer.status < 300, answer.text
        found = answer.json
        for name in names:
            found = found[name]
        return str(found)

    return make


def _webhook(client: Client, ids: Ids) -> str:
    return _made("/v1/webhooks", {"url": ids["receiver"], "events": ["scan.created"]}, "id")(client, ids)


def _scan(client: Client, _: Ids) -> str:
    client.scan(client.create()["slug"], IPHONE_SAFARI)
    return str(client.api("GET", "/v1/scans?limit=1").json["scans"][0]["id"])


def _member(client: Client, ids: Ids) -> str:
    body = {"email": f"m{next(_numbers)}@example.com", "name": "M", "role": "member"}
    return _made("/v1/members", body, "id")(client, ids)


_link: Final = _made("/v1/dynamic", {"destination": "https://example.com/"}, "id")
_SUMMARY: Final = {"url": "https://hooks.slack.com/services/T000/B000/XXXX", "active": False}
_SPAN: Final = {"since": "2026-01-15T00:00:00Z", "until": "2026-01-16T00:00:00Z"}
MAKERS: Final[Mapping[str, Make]] = {
    "CODE_ID": _link,
    "URL_ID": _link,
    "QR_ID": _made("/api/v1/qr", {"data": "hello"}, "data", "id"),
    "SCAN_ID": _scan,
    "KEY_ID": _made("/v1/api-keys", {"name": "k"}, "id"),
    "MEMBER_ID": _member,
    "CAMPAIGN_ID": _made(f"{REPORTING}/campaigns", {"name": "c"}, "data", "id"),
    "CLIENT_ID": _made(f"{REPORTING}/clients", {"name": "c"}, "data", "id"),
    "SUMMARY_ID": _made("/v1/summaries", _SUMMARY, "id"),
    "WEBHOOK_ID": _webhook,
    "DELIVERY_ID": _made("/v1/webhooks/{WEBHOOK_ID}/test", {"type": "scan.created"}, "delivery_id"),
    "REPLAY_ID": _made("/v1/webhooks/{WEBHOOK_ID}/replay", _SPAN, "id"),
    "SLUG": lambda client, _: str(client.create()["slug"]),
    "EXPORT_ID": lambda _, ids: ids["export_id"],
    "IMAGES_ID": lambda _, ids: ids["images_id"],
}


@pytest.fixture(scope="module")
def pages(stack: LocalStack) -> list[Page]:
    """Every page with examples, as it is served."""
    client = Client(stack.url)
    answers = [client.request("GET", f"/docs/{name}") for name in SENTENCES if name != EVENTS]
    client.close()
    assert {answer.status for answer in answers} == {200}
    return [Page.read(answer.text) for answer in answers]


@pytest.fixture(scope="module")
def readers(stack: LocalStack) -> list[Reader]:
    return new_readers(stack, len(copied.RUN))


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with receiving() as made:
        yield made.url


@pytest.fixture
def reader(readers: list[Reader]) -> Reader:
    """One who has tried nothing yet."""
    return readers.pop()


@pytest.fixture
def owner(stack: LocalStack, reader: Reader) -> Iterator[Client]:
    """The same one's client. In the end nothing is posted to anybody any more."""
    connected = Client(stack.url, reader.api_key)
    yield connected
    _forget(connected)
    connected.close()


@pytest.mark.parametrize("language", copied.RUN)
def test_every_example_gets_the_status_that_its_page_promises(
    pages: list[Page], reader: Reader, owner: Client, receiver: str, tmp_path: Path, language: str
) -> None:
    if language in copied.PROGRAMS:
        programs.need(copied.PROGRAMS[language])
    given = {"receiver": receiver, "export_id": reader.export_id, "images_id": reader.images_id}
    examples = [it for page in pages for it in page.examples if it.language == language]
    texts = {it.operation: _filled(owner, it, given) for it in examples if it.operation not in LEFT_OUT}
    got = copied.RUN[language](texts, tmp_path, reader.api_key)
    promised = _promised()
    assert texts.keys() == promised.keys() - LEFT_OUT.keys()
    assert {name: said for name, said in got.items() if said not in promised[name]} == {}
    assert got.keys() == texts.keys()


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in SENTENCES)])
def test_every_page_is_served(client: Client, name: str) -> None:
    answer = client.request("GET", f"/docs{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert client.request("HEAD", f"/docs{name}").status == 200


@pytest.mark.parametrize(
    ("path", "media", "holds"),
    [
        ("/healthz", "application/json", '{"status": "ok", "version": "'),
        ("/readyz", "application/json", '{"status": "ready"}'),
        ("/robots.txt", "text/plain; charset=utf-8", "User-agent: *"),
    ],
)
def test_small_routes_win_over_short_links(client: Client, path: str, media: str, holds: str) -> None:
    answer, head = client.request("GET", path), client.request("HEAD", path)
    assert (answer.status, answer.headers["content-type"], head.status) == (200, media, 200)
    assert holds in answer.text
    assert head.text == ""


def _filled(client: Client, example: Copied, given: Mapping[str, str]) -> str:
    """An example with the ids of real things in it, made for it alone."""
    ids: Ids = dict(given)
    for name in dict.fromkeys(PLACEHOLDER.findall(example.text)):
        # `reporting` calls a link a QR code.
        ids[name] = (_link if example.operation.startswith("reporting") and name == "QR_ID" else MAKERS[name])(
            client, ids
        )
    text = PLACEHOLDER.sub(lambda it: ids[it.group()], example.text)
    text = SAMPLES.sub(lambda it: _real(client, it.group(), ids), text)
    text = SLUGS.sub(lambda it: f'{it.group(1)}example-{next(_numbers)}"', text)
    return text.replace(MEMBERS, f"ada{next(_numbers)}@example.com")


def _real(client: Client, sample: str, ids: Ids) -> str:
    """What is there in place of a sample."""
    if "qz_live" in sample:
        return f'"{client.api_key}"'
    if "hooks" in sample:
        return f'"{ids["receiver"]}"'
    if sample == "12345":
        return str(client.api("GET", f"/api/v1/urls/{_link(client, ids)}").json["data"]["id"])
    return f'"{MAKERS["QR_ID" if "qr_" in sample else "CODE_ID"](client, ids)}"'


def _promised() -> dict[str, set[str]]:
    """The statuses of a success by operation: its own, or any redirect."""
    found = {}
    for _, _, described in operations():
        good = [status for status in described["responses"] if status[0] in "23"]
        found[described["operationId"]] = {good[0]} if good[0][0] == "2" else set(good)
    return found


def _forget(client: Client) -> None:
    """Nothing is posted to anybody any more."""
    for path, name in (("/v1/webhooks", "webhooks"), ("/v1/summaries", "summaries")):
        for it in client.api("GET", path).json[name]:
            assert client.api("DELETE", f"{path}/{it['id']}").status == 200
