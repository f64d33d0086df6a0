"""Signing in on the running stack: the mail is at the door, and its link signs in, once."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from chalicelib.core.sign_ins import address_digest
from infra import aws
from infra.local import LocalStack
from infra.seed import OWNER_EMAIL
from tests.e2e.conftest import Answer, Client
from tests.e2e.observed import eventually, items
from tests.world import now_ms

STRANGER = "stranger@example.org"


def _links(client: Client, to: str) -> list[str]:
    """The links in the mails to somebody, newest first."""
    page = client.request("GET", "/mail")
    assert page.status == 200
    articles = re.findall(r"<article>.*?</article>", page.text, re.S)
    return [link for one in articles if f"To {to}," in one for link in re.findall(r'href="([^"]+/sign-in/[^"]+)"', one)]


def _post(client: Client, path: str, fields: Mapping[str, str] | None = None) -> Answer:
    """Send a form from a page of ours."""
    connection = client._connection
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": client.url}
    connection.request("POST", path, urlencode(fields or {}), headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, text)


def _session(answer: Answer) -> str:
    return answer.headers["set-cookie"].split(";")[0]


def _member(client: Client) -> str:
    """The address of a new member: of one address only so many links are asked for in a while."""
    email = f"member-{now_ms()}@example.com"
    assert client.api("POST", "/v1/members", {"email": email, "name": "Ada"}).status == 201
    return email


def test_who_asks_finds_a_mail_whose_link_signs_in_once(client: Client) -> None:
    email = _member(client)
    assert _post(client, "/sign-in", {"email": email.upper()}).status == 200
    assert eventually(lambda: len(_links(client, email)) == 1)
    link = _links(client, email)[0]
    assert link.startswith(f"{client.url}/sign-in/")
    path = urlsplit(link).path
    assert [client.request("GET", path).status for _ in range(2)] == [200, 200]
    begun = _post(client, path)
    assert begun.status == 303
    assert client.request("GET", "/dashboard/account", headers={"Cookie": _session(begun)}).status == 200
    assert _post(client, path).status == 410


def test_a_stranger_is_answered_the_same_and_gets_no_mail(stack: LocalStack, client: Client) -> None:
    emails = (STRANGER, _member(client))
    asked = [_post(client, "/sign-in", {"email": email}) for email in emails]
    pages = {answer.text.replace(email, "") for answer, email in zip(asked, emails, strict=True)}
    assert len(pages) == 1
    assert {answer.status for answer in asked} == {200}
    # Jobs are done one after the other or side by side, so the queue is looked at as well.
    assert eventually(lambda: len(_links(client, emails[1])) == 1)
    assert eventually(lambda: _waiting(stack) == 0)
    assert _links(client, STRANGER) == []
    assert STRANGER not in json.dumps(list(items(stack, "OBJECTS_TABLE")), default=str)


def test_the_start_gives_a_link_that_signs_the_owner_in(stack: LocalStack, client: Client) -> None:
    link = stack.sign_in_link()
    assert link.startswith(f"{stack.url}/sign-in/")
    page = client.request("GET", "/dashboard/account", headers={"Cookie": _session(_post(client, urlsplit(link).path))})
    assert OWNER_EMAIL in page.text


def test_the_page_of_mails_is_the_doors_alone(stack: LocalStack) -> None:
    gateway = aws.clients(stack.aws_endpoint)("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    paths = {resource["path"] for resource in gateway.get_resources(restApiId=api["id"], limit=500)["items"]}
    assert "/mail" not in paths


def test_an_order_for_nobody_is_done(stack: LocalStack) -> None:
    sqs = aws.clients(stack.aws_endpoint)("sqs")
    body = json.dumps({"sign_in": address_digest("nobody@example.org"), "asked_ms": now_ms()})
    sqs.send_message(QueueUrl=stack.environment["JOBS_QUEUE_URL"], MessageBody=body)
    assert eventually(lambda: _waiting(stack) == 0)


def _waiting(stack: LocalStack) -> int:
    """How many orders wait, or are worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = aws.clients(stack.aws_endpoint)("sqs")
    found = sqs.get_queue_attributes(QueueUrl=stack.environment["JOBS_QUEUE_URL"], AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)
