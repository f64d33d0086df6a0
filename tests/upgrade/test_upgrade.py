"""From the release before this one to this one and back, with people scanning all the while."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.sign_ins import address_digest
from infra import aws
from infra.deploy import deploy
from infra.embedded.ministack import free_port
from infra.local import STACK, LocalStack
from infra.package import package
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.observed import eventually
from tests.e2e.receivers import receiving
from tests.upgrade import archive, before, filled

LATE = 25
DAY_SECONDS = 86_400
MOST_SECONDS = 300  # that the story takes


@dataclass
class Traffic:
    """People who scan one link, one after the other; `refused` is what anybody got instead of the way."""

    link: str
    slug: str
    sent: int = 0
    refused: list[str] = field(default_factory=list)

    @contextmanager
    def flowing(self, url: str) -> Iterator[None]:
        """They scan as long as this is open, and some did before anything else happens."""
        ended = threading.Event()
        scanning = threading.Thread(target=self._scan, args=[Client(url), ended], name="traffic")
        first = self.sent
        scanning.start()
        try:
            assert eventually(lambda: self.sent >= first + 5)
            yield
            seen = self.sent
            assert eventually(lambda: self.sent >= seen + 5)
        finally:
            ended.set()
            scanning.join()

    def _scan(self, client: Client, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                self.scan(client)
            except OSError as error:
                self.refused.append(repr(error))
            time.sleep(0.03)
        client.close()

    def scan(self, client: Client) -> None:
        address = {"CloudFront_Viewer_Address": f"203.0.{self.sent // 250}.{self.sent % 250}:4711"}
        answer = client.scan(self.slug, IPHONE_SAFARI, **address)
        if answer.status != 302:
            self.refused.append(f"{answer.status} {answer.text}")
        self.sent += 1


@dataclass
class Story:
    """What was read in each chapter, and how many scans were counted of those that were sent until then."""

    paths: list[str]
    traffic: Traffic
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    counted: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    found: dict[str, bool] = field(default_factory=dict)
    version: dict[str, str | None] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)

    def tell(self, chapter: str, client: Client, busy: Client) -> None:
        """Note what is to be read now."""
        self.told[chapter] = filled.read(client, self.paths)
        summary = busy.api("GET", f"/v1/qrcodes/{self.traffic.link}/analytics").json["summary"]
        self.counted[chapter] = summary["total_scans"], summary["unique_visitors"], self.traffic.sent
        self.version[chapter] = client.request("GET", "/healthz").json.get("version")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """All of it, once."""
    if (left := DAY_SECONDS - time.time() % DAY_SECONDS) < MOST_SECONDS:
        time.sleep(left)  # what is read before and after must be of the same day
    tmp, port = tmp_path_factory.mktemp("upgrade"), free_port()
    sources, folder, built = archive.unpack(tmp / "sources"), tmp / "state", tmp / "built"
    with receiving() as receiver, ExitStack() as connections:

        def opened(url: str, key: str) -> Client:
            return connections.enter_context(closing(Client(url, key)))

        with before.served(sources, folder, port) as old:
            client = opened(old.url, old.api_key)
            paths = filled.fill(client, old.sign_in, receiver.url)
            test_key = filled.made(client, "/v1/api-keys", {"name": "Busy", "prefix": "qz_test_"})["key"]
            busy = opened(old.url, test_key)
            link = busy.create()
            story = Story(paths, Traffic(link["id"], link["slug"]))
            forget(old.aws_endpoint)
            assert eventually(lambda: len(receiver.got) >= 5 * (filled.SCANS - 1))
            story.tell("before", client, busy)
            for _ in range(LATE):  # some of them are still pending when it stops
                story.traffic.scan(busy)
        shutil.copytree(folder / "build", built)
        with LocalStack(folder, port) as stack:
            client, busy = opened(stack.url, old.api_key), opened(stack.url, test_key)
            clients = aws.clients(stack.aws_endpoint)
            assert eventually(lambda: is_found(stack.aws_endpoint)), "the sweep orders the migration"
            story.tell("after", client, busy)
            with story.traffic.flowing(stack.url):
                deploy(clients, STACK, before.package_in(built), {}, pause=0.2)
            story.tell("back", client, busy)
            filled.answered(client.api("PUT", "/v1/retention", {"keep_days": None}))
            forget(stack.aws_endpoint)
            with story.traffic.flowing(stack.url):
                deploy(clients, STACK, package(folder / "build", "local"), {}, pause=0.2)
                story.printed = migrated(folder)
            story.found["forward"] = is_found(stack.aws_endpoint)
            story.tell("forward", client, busy)
    yield story


def forget(endpoint: str) -> None:
    """Make a member one from before people signed in, of data that has been through no migration."""
    dynamodb = aws.clients(endpoint)("dynamodb")
    table = next(name for name in dynamodb.list_tables()["TableNames"] if "ObjectsTable" in name)
    address = f"address#{address_digest(filled.MEMBER)}"
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item["pk"]["S"] in (address, "migrations"):
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def is_found(endpoint: str) -> bool:
    """Whether the member is found by their address."""
    dynamodb = aws.clients(endpoint)("dynamodb")
    table = next(name for name in dynamodb.list_tables()["TableNames"] if "ObjectsTable" in name)
    address = {":pk": {"S": f"address#{address_digest(filled.MEMBER)}"}}
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": address}
    return len(dynamodb.query(TableName=table, **asked)["Items"]) == 1


def migrated(folder: Path) -> list[str]:
    """What `make migrate` prints."""
    mine = {**os.environ, "STATE_FOLDER": str(folder)}
    command = [sys.executable, "-m", "infra.migrate"]
    return subprocess.run(command, env=mine, capture_output=True, text=True, check=True).stdout.splitlines()


CHAPTERS = ("after", "back", "forward")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_everything_reads_as_before(story: Story, chapter: str) -> None:
    now = story.told[chapter]
    assert {path for path, answer in story.told["before"].items() if not filled.carried(answer, now[path])} == set()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_scan_is_lost_and_none_is_counted_twice(story: Story, chapter: str) -> None:
    total, unique, sent = story.counted[chapter]
    assert (total, unique) == (sent, sent)


def test_everybody_who_scanned_was_led_on(story: Story) -> None:
    assert story.traffic.refused == []


def test_data_has_been_through_the_migrations(story: Story) -> None:
    assert story.found == {"forward": True}
    assert story.printed == ["migration addresses: done, 1 items written"]


def test_each_release_says_which_one_it_is(story: Story) -> None:
    from chalicelib.version import VERSION

    assert story.version == {"before": None, "after": VERSION, "back": None, "forward": VERSION}
