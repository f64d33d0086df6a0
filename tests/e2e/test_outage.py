"""DynamoDB in trouble, seen through the door: visitors are redirected all the same, and every scan is counted once."""

from collections.abc import Iterator

import pytest

from chalicelib import ids
from chalicelib.core.slots import REFUSED_GROWTH
from infra import aws
from infra.local import LocalStack
from tests.e2e.agents import HUMANS
from tests.e2e.conftest import Client
from tests.e2e.faults import Fault, FaultyDynamo, faulty_dynamo
from tests.e2e.observed import eventually, scan_items

FUNCTIONS = {
    "chalicelib.redirect.handler",
    *(f"chalicelib.functions.{name}.handler" for name in ("api", "fold", "spill")),
}
PEOPLE = 3
AGENTS = [agent for agent, *_ in HUMANS.values()]


@pytest.fixture(scope="module")
def dynamo(stack: LocalStack) -> Iterator[FaultyDynamo]:
    """Trouble for the whole product. A message that cannot be written comes again in a second, not in minutes."""
    queue, queues = stack.environment["SPILL_QUEUE_URL"], aws.clients(stack.aws_endpoint)("sqs")
    (waits,) = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"].values()
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    with faulty_dynamo(stack, FUNCTIONS) as faulty:
        yield faulty
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": waits})


class _Poster:
    """A code, and the people who scan it one after the other, each with an agent of their own."""

    def __init__(self, client: Client, stack: LocalStack) -> None:
        self.client, self.stack = client, stack
        self.code = client.create()
        self.scans = 0

    def scan(self) -> int:
        """One more scan: its status."""
        person = self.scans % PEOPLE
        self.scans += 1
        address = {"CloudFront_Viewer_Address": f"192.0.2.{person}:4711"}
        return self.client.scan(self.code["slug"], AGENTS[person], **address).status

    def is_counted(self) -> bool:
        report = self.client.scans(self.code, days=2)
        return "pending" not in report and bool(report["scans"]["total"] == self.scans)

    def check(self) -> None:
        """Every scan gets into the totals, and each only once."""
        assert eventually(self.is_counted), self.client.scans(self.code)
        analytics = self.client.scans(self.code, days=2)["analytics"]
        people = min(self.scans, PEOPLE)
        assert analytics["window_total"] == sum(day["n"] for day in analytics["daily"]) == self.scans
        assert analytics["unique_visitors"] == analytics["unique_addresses"] == people
        mine = [
            item for item in scan_items(self.stack, _number(self.stack.organization)) if self._holds(item["pk"]["S"])
        ]
        assert len(mine) == self.scans
        assert eventually(lambda: _waiting(self.stack) == 0), "scans are left in the spill queue"

    def _holds(self, partition: str) -> bool:
        return f"#{_number(self.code['id'])}#" in partition


@pytest.fixture
def poster(client: Client, stack: LocalStack) -> _Poster:
    return _Poster(client, stack)


def _number(spelled: str) -> int:
    number = ids.parse(spelled)
    assert number is not None
    return number


def _waiting(stack: LocalStack) -> int:
    """Messages in the spill queue, in the hands of its function too."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue, queues = stack.environment["SPILL_QUEUE_URL"], aws.clients(stack.aws_endpoint)("sqs")
    found = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


@pytest.mark.parametrize("fault", [Fault.SOME_ANSWERS_LOST, Fault.PUT_ANSWERS_LOST])
def test_a_scan_that_was_written_though_nobody_heard_is_counted_once(
    poster: _Poster, dynamo: FaultyDynamo, fault: Fault
) -> None:
    with dynamo.failing(fault):
        assert [poster.scan() for _ in range(4)] == [302] * 4
        assert dynamo.hit["PutItem"] >= 4
    poster.check()


def test_redirects_go_on_while_the_scans_table_refuses_writes(poster: _Poster, dynamo: FaultyDynamo) -> None:
    assert poster.scan() == 302
    assert eventually(poster.is_counted)
    with dynamo.failing(Fault.SCANS_THROTTLED):
        assert [poster.scan() for _ in range(4)] == [302] * 4
        assert dynamo.hit["PutItem"] >= 4
        assert poster.client.scans(poster.code)["scans"]["total"] == 1
    poster.check()


def test_a_throttled_link_gets_more_slots(poster: _Poster, dynamo: FaultyDynamo, stack: LocalStack) -> None:
    with dynamo.failing(Fault.SCANS_THROTTLED):
        assert poster.scan() == 302
    poster.check()
    key = {"pk": {"S": f"{_number(stack.organization)}"}, "sk": {"S": f"slots#{_number(poster.code['id']):016}"}}
    table = stack.environment["OBJECTS_TABLE"]
    kept = aws.clients(stack.aws_endpoint)("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert kept["slots"] == {"N": f"{REFUSED_GROWTH}"}


def test_without_dynamodb_cached_links_redirect_and_others_get_503(poster: _Poster, dynamo: FaultyDynamo) -> None:
    uncached = poster.client.create()["slug"]
    assert poster.scan() == 302
    with dynamo.failing(Fault.DOWN):
        assert poster.scan() == 302
        assert dynamo.hit["GetItem"] == 0, "the link was not in the cache"
        for slug in (uncached, "nobody-made-this"):
            answer = poster.client.scan(slug, AGENTS[0], Accept="application/json")
            assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
        looked_up = dynamo.hit["GetItem"]
        # The entry is stale when the redirect tries to read it anew.
        assert eventually(lambda: poster.scan() == 302 and dynamo.hit["GetItem"] > looked_up)
        assert [poster.scan() for _ in range(2)] == [302] * 2
        answer = poster.client.api("GET", "/v1/dynamic")
        assert (answer.status, "retry-after" in answer.headers) == (503, True)
    poster.check()


def test_a_dynamodb_that_says_503_is_down_as_well(poster: _Poster, dynamo: FaultyDynamo) -> None:
    assert poster.scan() == 302
    with dynamo.failing(Fault.UNAVAILABLE):
        assert [poster.scan() for _ in range(3)] == [302] * 3
        assert poster.client.scan("nobody-made-this", AGENTS[0]).status == 503
    poster.check()
