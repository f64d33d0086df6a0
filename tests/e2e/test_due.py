"""What comes due: messages that were lost, receivers that were left alone, summaries; and who wants no more."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.services.health import CACHED_MS
from chalicelib.store.deliveries import MINUTE_MS, due_in
from infra.local import LocalStack
from infra.resume import tick
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.observed import clients, eventually, eventually_after, held_back, invoke, items
from tests.e2e.receivers import Receiver, receiving

Item = dict[str, Any]
Posts = Callable[..., Receiver]


@pytest.fixture
def receivers() -> Iterator[Posts]:
    with ExitStack() as open_ones:
        yield lambda *answer: open_ones.enter_context(receiving(*answer))


class Deliveries:
    """What is stored of an organization's deliveries and receivers, past whoever writes it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.organization = ids.parse(stack.organization) or 0
        self._dynamodb = clients(stack.aws_endpoint)("dynamodb")

    def of(self, receiver: str) -> list[Item]:
        """What is on its way to a receiver."""
        return self._beginning(f"{self.organization}#{ids.parse(receiver)}#")

    def is_disabled(self, kind: str, receiver: str) -> bool:
        """Whether nothing is posted any more to an endpoint or for a summary. Requests to the API are limited."""
        key = {"pk": {"S": f"{self.organization}"}, "sk": {"S": f"{kind}#{ids.parse(receiver):016}"}}
        table = self.stack.environment["OBJECTS_TABLE"]
        item = self._dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        return bool(item["status"]["S"] == "disabled")

    def alarm(self, kind: str, receiver: str) -> Item:
        """An alarm about a receiver; empty when there is none."""
        found = self._beginning(f"{self.organization}#alarms")
        return next((it for it in found if it["sk"]["S"] == f"{kind}#{ids.parse(receiver)}"), {})

    def health(self, receiver: str, **more: int) -> None:
        """Change what is known of how a receiver fares."""
        key = {"pk": {"S": f"{self.organization}"}, "sk": {"S": f"health#{ids.parse(receiver)}"}}
        known = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})
        well = {"version": 1, "failures": 0, "cooldown": 0, "slow_until": 0, "expires": 9_999_999_999}
        self._put({**{name: {"N": f"{n}"} for name, n in well.items()}, **known, **key, **_numbers(more)})

    def be_due(self, item: Item) -> None:
        """Let something that waits be due since a minute ago."""
        now_ms = _now_ms()
        self._put({**item, "due": {"N": f"{now_ms - MINUTE_MS}"}, "wait": {"S": due_in(now_ms // MINUTE_MS, 0)}})

    def hand_over(self, receiver: str, **health: int) -> bool:
        """Put what waits for a receiver among those of the quick among those of the slow; whether there was any.

        Its health is as is said by then: the clock may wake who works on those at any moment.
        """
        queues, variables = clients(self.stack.aws_endpoint)("sqs"), self.stack.environment
        quick, slow = variables["DELIVERY_QUEUE_URL"], variables["SLOW_QUEUE_URL"]
        found = queues.receive_message(QueueUrl=quick, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", [])
        mine = [message for message in found if f"{ids.parse(receiver)}" in message["Body"]]
        if mine and health:
            self.health(receiver, **health)
        for message in mine:
            queues.send_message(QueueUrl=slow, MessageBody=message["Body"])
            queues.delete_message(QueueUrl=quick, ReceiptHandle=message["ReceiptHandle"])
        return bool(mine)

    def are_queued(self) -> bool:
        """Whether anything waits in the queue of those who answer quickly."""
        queues, name = clients(self.stack.aws_endpoint)("sqs"), "ApproximateNumberOfMessages"
        quick = self.stack.environment["DELIVERY_QUEUE_URL"]
        return int(queues.get_queue_attributes(QueueUrl=quick, AttributeNames=[name])["Attributes"][name]) > 0

    def tick(self) -> None:
        invoke(self.stack, "chalicelib.functions.tick.handler", tick())

    def slow(self) -> None:
        invoke(self.stack, "chalicelib.functions.slow.handler", tick())

    def _beginning(self, partition: str) -> list[Item]:
        return [item for item in items(self.stack, "DELIVERIES_TABLE") if item["pk"]["S"].startswith(partition)]

    def _put(self, item: Item) -> None:
        self._dynamodb.put_item(TableName=self._table, Item=item)

    @property
    def _table(self) -> str:
        return self.stack.environment["DELIVERIES_TABLE"]


@pytest.fixture
def deliveries(stack: LocalStack) -> Deliveries:
    return Deliveries(stack)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _numbers(named: dict[str, int]) -> Item:
    return {name: {"N": f"{number}"} for name, number in named.items()}


def _endpoint(client: Client, url: str, event: str = "scan.created") -> str:
    answer = client.api("POST", "/v1/webhooks", {"url": url, "events": [event]})
    assert answer.status == 200, answer.text
    return str(answer.json["id"])


def _summary(client: Client, url: str, **about: Any) -> str:
    answer = client.api("POST", "/v1/summaries", {"url": url, "time_zone": "UTC", **about})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


@pytest.mark.parametrize("is_slow", [False, True], ids=["who answers quickly", "who is slow"])
def test_who_wants_no_more_is_disabled_and_owners_are_told(
    client: Client, receivers: Posts, deliveries: Deliveries, is_slow: bool
) -> None:
    gone, told, inbox = receivers(lambda _: 410), receivers(), deliveries.stack.inbox()
    code = client.create("for nobody")
    client.api("PUT", f"/v1/thresholds/{code['id']}", {"thresholds": [1]})
    endpoint = _endpoint(client, gone.url, "url.click_threshold")
    summary = _summary(client, gone.url, scope="link", scope_id=code["id"])
    channel = _summary(client, told.url, scope="organization", thresholds=False)
    for each in (endpoint, summary):
        deliveries.health(each, slow_until=_now_ms() + 10 * MINUTE_MS if is_slow else 0)
    before = len(inbox.fresh())
    assert client.scan(code["slug"], IPHONE_SAFARI).status == 302

    def are_disabled() -> bool:
        if is_slow:
            deliveries.slow()
        return deliveries.is_disabled("endpoint", endpoint) and deliveries.is_disabled("summary", summary)

    assert eventually(are_disabled)
    assert eventually(lambda: len(told.got) == 2)
    assert eventually(lambda: len(deliveries.stack.inbox().fresh()) == before + 2)
    _remove(client, [endpoint], [summary, channel])


def test_an_erased_link_leaves_no_mark_of_a_threshold(client: Client, receivers: Posts, deliveries: Deliveries) -> None:
    code = client.create("for ten")
    client.api("PUT", f"/v1/thresholds/{code['id']}", {"thresholds": [1]})
    mark = f"reached#l{ids.parse(code['id'])}"

    def is_marked() -> bool:
        return any(item["sk"]["S"].startswith(mark) for item in items(deliveries.stack, "OBJECTS_TABLE"))

    endpoint = _endpoint(client, receivers().url, "url.click_threshold")  # nothing is marked for nobody
    assert client.scan(code["slug"], IPHONE_SAFARI).status == 302
    assert eventually(is_marked)
    assert client.api("DELETE", f"/v1/dynamic/{code['id']}").status == 200
    assert eventually(lambda: not is_marked())
    _remove(client, [endpoint])


def test_a_delivery_whose_message_was_lost_is_tried_again(
    client: Client, receivers: Posts, deliveries: Deliveries
) -> None:
    answers = [500, 204]
    receiver = receivers(lambda _: answers.pop(0))
    endpoint = _endpoint(client, receiver.url)
    assert client.scan(client.create()["slug"], IPHONE_SAFARI).status == 302
    assert eventually(lambda: any("due" in it for it in deliveries.of(endpoint)))
    (waiting,) = deliveries.of(endpoint)
    deliveries.be_due(waiting)
    deliveries.tick()
    assert eventually(lambda: [it["state"]["S"] for it in deliveries.of(endpoint)] == ["delivered"])
    _remove(client, [endpoint])


def test_who_is_not_slow_any_more_is_retried_among_the_quick(
    client: Client, receivers: Posts, deliveries: Deliveries
) -> None:
    answers = [500, 204]
    receiver = receivers(lambda _: answers.pop(0))
    endpoint = _endpoint(client, receiver.url)
    with held_back(deliveries.stack, "deliver"):
        assert client.scan(client.create()["slug"], IPHONE_SAFARI).status == 302
        assert eventually(lambda: deliveries.hand_over(endpoint))
        assert eventually_after(deliveries.slow, lambda: len(receiver.got) > 0)
    assert eventually(lambda: [it["state"]["S"] for it in deliveries.of(endpoint)] == ["delivered"])
    _remove(client, [endpoint])


def test_what_is_sent_again_to_who_is_slow_waits_among_the_slow(
    client: Client, receivers: Posts, deliveries: Deliveries
) -> None:
    answers = [204, 500]
    receiver = receivers(lambda _: answers.pop(0))
    endpoint = _endpoint(client, receiver.url)
    assert client.scan(client.create()["slug"], IPHONE_SAFARI).status == 302
    assert eventually(lambda: [it["state"]["S"] for it in deliveries.of(endpoint)] == ["delivered"])
    deliveries.health(endpoint, slow_until=_now_ms() + 10 * MINUTE_MS)
    time.sleep(CACHED_MS / 1000)
    (delivery,) = client.api("GET", f"/v1/webhooks/{endpoint}/deliveries").json["deliveries"]
    again = client.api("POST", f"/v1/webhooks/{endpoint}/deliveries/{delivery['id']}/redeliver")
    assert again.status == 202, again.text
    assert eventually_after(deliveries.slow, lambda: not answers)
    assert eventually(lambda: any("due" in it for it in deliveries.of(endpoint)))  # and again, after 5 seconds
    _remove(client, [endpoint])


@pytest.mark.parametrize("is_slow", [False, True], ids=["among the quick", "among the slow"])
def test_a_receiver_that_was_left_alone_is_tried_when_its_time_comes(
    client: Client, receivers: Posts, deliveries: Deliveries, is_slow: bool
) -> None:
    endpoint = _endpoint(client, receivers().url)
    with held_back(deliveries.stack, "deliver"):
        assert client.scan(client.create()["slug"], IPHONE_SAFARI).status == 302
        rests = {"open_until": _now_ms() + 10 * MINUTE_MS}
        assert eventually((lambda: deliveries.hand_over(endpoint, **rests)) if is_slow else deliveries.are_queued)
        deliveries.health(endpoint, **rests)
    assert eventually_after(deliveries.slow, lambda: bool(deliveries.alarm("wake", endpoint)))
    deliveries.health(endpoint, open_until=_now_ms() - 1)
    deliveries.be_due(deliveries.alarm("wake", endpoint))

    def is_delivered() -> bool:
        deliveries.tick()
        deliveries.slow()
        return "delivered" in [it["state"]["S"] for it in deliveries.of(endpoint)]

    assert eventually(is_delivered)
    _remove(client, [endpoint])


def test_a_summary_that_is_due_is_sent_and_one_of_a_deleted_link_ends(
    client: Client, receivers: Posts, deliveries: Deliveries
) -> None:
    channel, code = receivers(), client.create("to be deleted")
    of_all = _summary(client, channel.url, scope="organization")
    of_one = _summary(client, channel.url, scope="link", scope_id=code["id"])
    assert client.api("DELETE", f"/v1/dynamic/{code['id']}").status == 200
    for each in (of_all, of_one):
        deliveries.be_due(deliveries.alarm("summary", each))
    deliveries.tick()
    assert eventually(lambda: deliveries.is_disabled("summary", of_one))
    assert eventually(lambda: len(channel.got) == 2)  # what is due, and that the other ended: whichever comes first
    assert sorted(f"{of_one} of Quietzone" in got.body.decode() for got in channel.got) == [False, True]
    _remove(client, [], [of_all, of_one])


def _remove(client: Client, endpoints: Sequence[str], summaries: Sequence[str] = ()) -> None:
    for each in endpoints:
        assert client.api("DELETE", f"/v1/webhooks/{each}").status == 200
    for each in summaries:
        assert client.api("DELETE", f"/v1/summaries/{each}").status == 200
