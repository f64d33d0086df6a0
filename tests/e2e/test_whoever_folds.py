"""Every function that folds does all of it: what cannot be folded it sets aside, what is of erased links it takes out.

So all their roles must allow it. While one of them is looked at, the stream wakes the fold only where that is the one.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.core.scans import Arrival, Facts, ScanKey, Unjudged
from chalicelib.store.deliveries import MINUTE_MS, due_in
from infra import aws
from infra.local import LocalStack
from infra.resume import tick
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.faults import Fault, faulty_dynamo
from tests.e2e.observed import eventually, eventually_after, held_back, invoke, stored
from tests.e2e.organizations import Tenant, new_tenant

Item = dict[str, Any]

HOUR_MS = 3_600_000
GARBAGE = {"version": {"N": "1"}, "expires": {"N": "9999999999"}, "body": {"B": b"garbage"}}


@pytest.fixture(scope="module")
def tenant(stack: LocalStack) -> Tenant:
    return new_tenant(stack)


@dataclass
class Scene:
    """A link, and one scan of it by somebody who scans nothing else; its conversation has been silent for an hour."""

    stack: LocalStack
    owner: Client
    organization: int
    address: str = ""

    def __post_init__(self) -> None:
        self._dynamodb = aws.clients(self.stack.aws_endpoint)("dynamodb")
        self.code = self.owner.create()
        self.ms = time.time_ns() // 1_000_000
        self.key = ScanKey(self.organization, ids.parse(self.code["id"]) or 0, 0, self.ms, "0" * 16)
        self.address = self.address or self.code["id"]
        self.arrival = Arrival(self.key, Facts(address=self.address, agent="agent"), Unjudged(IPHONE_SAFARI))

    def write(self) -> None:
        """The scan comes, and waits."""
        talk = {"conversation": {"BOOL": True}, "messages": {"N": "1"}, "reported": {"N": f"{self.ms - HOUR_MS}"}}
        self._put("SCANS_TABLE", stored(self.arrival) | talk)

    def count(self) -> None:
        """The scan comes, and the stream's fold counts it."""
        self.write()
        assert eventually(lambda: "counted" in self.scan)

    def edit(self) -> None:
        """It waits again."""
        self._put("SCANS_TABLE", self.scan | {"rev": {"N": "2"}, "pending": {"N": "2"}})

    def break_visitor(self) -> None:
        """Nobody can read what is known of the visitor any more, so nobody can fold the scan."""
        self._put("VISITORS_TABLE", self._visitor | GARBAGE)

    def erase(self) -> None:
        """The link's tombstone is set."""
        assert self.owner.api("DELETE", f"/v1/dynamic/{self.code['id']}").status == 200

    def spill(self) -> None:
        """The redirect's message about the scan comes."""
        body = json.dumps({"scan": self.arrival.attributes(), "error": "InternalServerError"})
        invoke(self.stack, "chalicelib.functions.spill.handler", {"Records": [{"messageId": "1", "body": body}]})

    def sweep(self) -> None:
        """The sweep finds that the scan waits again."""
        reopened = {"pk": {"S": f"{self.organization}"}, "sk": {"S": f"reopened#{self.key.partition}/{self.key.sort}"}}
        self._put("OBJECTS_TABLE", reopened | {"since": {"N": f"{self.ms - HOUR_MS}"}, "v": {"N": "1"}})
        invoke(self.stack, "chalicelib.functions.sweep.handler", tick())

    def listen(self) -> None:
        """The tick finds that the conversation is over."""
        alarm = {"pk": {"S": f"{self.organization}#alarms"}, "sk": {"S": f"silence#{self.key.id}"}}
        when = {"due": {"N": f"{self.ms - HOUR_MS}"}, "wait": {"S": due_in(self.ms // MINUTE_MS, 0)}}
        self._put("DELIVERIES_TABLE", alarm | when)
        invoke(self.stack, "chalicelib.functions.tick.handler", tick())

    def list(self) -> None:
        """The owner looks at the newest scans."""
        assert self.owner.api("GET", "/v1/scans?limit=1").status == 200

    @property
    def scan(self) -> Item:
        return self._get("SCANS_TABLE", {"pk": {"S": self.key.partition}, "sk": {"S": self.key.sort}})

    def is_set_aside(self) -> bool:
        return "poison" in self.scan

    def is_forgotten(self) -> bool:
        """Whether neither the scan is left, nor its visitor, nor anything of it in a rollup of its link."""
        rollups = {"pk": {"S": f"{self.organization}#l{self.key.link}#0"}, "sk": {"S": "lifetime"}}
        return not any((self.scan, self.is_visitor_known(), self._get("ROLLUPS_TABLE", rollups)))

    def is_visitor_known(self) -> bool:
        return bool(self._get("VISITORS_TABLE", self._visitor))

    @property
    def _visitor(self) -> Item:
        return {"pk": {"S": f"{self.organization}#{self.address}"}}

    def _put(self, table: str, item: Item) -> None:
        self._dynamodb.put_item(TableName=self.stack.environment[table], Item=item)

    def _get(self, table: str, key: Item) -> Item:
        found = self._dynamodb.get_item(TableName=self.stack.environment[table], Key=key, ConsistentRead=True)
        item: Item = found.get("Item", {})
        return item


@pytest.fixture
def scene(stack: LocalStack, tenant: Tenant) -> Iterator[Scene]:
    owner = Client(stack.url, tenant.api_key)
    yield Scene(stack, owner, tenant.organization)
    owner.close()


def _nothing(_: Scene) -> None:
    """The stream wakes the fold."""


@pytest.mark.parametrize("wake", [Scene.sweep, Scene.listen])
def test_what_the_stream_never_brought_is_counted(scene: Scene, wake: Callable[[Scene], None]) -> None:
    with held_back(scene.stack, "fold"):
        scene.write()
        assert eventually_after(partial(wake, scene), lambda: "counted" in scene.scan)


@pytest.mark.parametrize("wake", [_nothing, Scene.spill, Scene.sweep, Scene.listen, Scene.list])
def test_what_cannot_be_folded_is_set_aside(scene: Scene, wake: Callable[[Scene], None]) -> None:
    with ExitStack() as still:
        if wake is not _nothing:
            still.enter_context(held_back(scene.stack, "fold"))
        scene.break_visitor()
        scene.write()
        assert eventually_after(partial(wake, scene), scene.is_set_aside)


@pytest.mark.parametrize("wake", [_nothing, Scene.sweep, Scene.listen, Scene.list])
def test_what_is_of_an_erased_link_is_taken_out(scene: Scene, wake: Callable[[Scene], None]) -> None:
    scene.count()
    with ExitStack() as still:
        still.enter_context(held_back(scene.stack, "jobs"))
        if wake is not _nothing:
            still.enter_context(held_back(scene.stack, "fold"))
        scene.erase()
        scene.edit()
        assert eventually_after(partial(wake, scene), scene.is_forgotten)


def test_a_spilled_scan_whose_link_is_erased_meanwhile_is_taken_out(scene: Scene) -> None:
    scene.count()
    spill = {"chalicelib.functions.spill.handler"}
    with held_back(scene.stack, "jobs"), held_back(scene.stack, "fold"), ThreadPoolExecutor(1) as threads:
        scene.edit()
        with faulty_dynamo(scene.stack, spill) as dynamo, dynamo.failing(Fault.PUTS_WAIT):
            spilling = threads.submit(scene.spill)
            assert eventually(lambda: dynamo.hit["PutItem"] > 0)
            scene.erase()
            dynamo.fault = Fault.NONE
            spilling.result()
        assert scene.is_forgotten()


def test_erasing_a_link_drops_what_cannot_be_folded_out(scene: Scene) -> None:
    scene.count()
    with held_back(scene.stack, "fold"):
        scene.break_visitor()
        scene.edit()
        scene.erase()
        assert eventually(lambda: not scene.scan)


def test_erasing_a_link_keeps_what_its_visitor_did_elsewhere(scene: Scene) -> None:
    scene.count()
    other = Scene(scene.stack, scene.owner, scene.organization, scene.address)
    other.count()
    other.erase()
    assert eventually(lambda: not other.scan)
    assert scene.is_visitor_known()
