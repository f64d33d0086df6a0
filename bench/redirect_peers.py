"""Ways to write one scan, for `bench/redirect_cpu.py`: the redirect, what it is made of, and what is usual instead."""

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from unittest import mock
from urllib.parse import urlsplit

import boto3
import botocore.session
import urllib3
from boto3.dynamodb.conditions import Attr
from boto3.dynamodb.types import TypeDeserializer
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from chalice.app import Chalice, Response
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from bench import stub
from chalicelib import redirect
from chalicelib.wire.client import DYNAMODB
from chalicelib.wire.credentials import credentials
from chalicelib.wire.signing import Scope, signed

Step = Callable[[], object]
Item = dict[str, dict[str, str]]

BASE: Final = "botocore's `put_item`"
WHOLE: Final = "the whole redirect: event in, scan written, answer out"
CONDITION: Final = "attribute_not_exists(pk)"
EVENT: Final = json.loads((stub.ROOT / "tests" / "events" / "scan_behind_distribution.json").read_text())


def ways(url: str) -> dict[str, Step]:
    """What is compared, by name; `url` is the stub's. The environment is a redirect function's."""
    item = written()
    request = {"TableName": os.environ["SCANS_TABLE"], "Item": item, "ConditionExpression": CONDITION}
    bare = botocore.session.get_session().create_client("dynamodb")
    scanned, dispatched = event(), _dispatching()
    return {
        BASE: lambda: bare.put_item(**request),
        "boto3's `Table.put_item`": _boto3(item),
        "PynamoDB's `save`": _pynamodb(item, url),
        "botocore's signer with urllib3": _urllib3(request, url),
        "our signer with `http.client`": _http_client(request, url),
        "our signer over our connections": lambda: DYNAMODB.call("PutItem", request),
        "Chalice's dispatch of a route that does nothing": lambda: dispatched(scanned, None),
        WHOLE: lambda: redirect.handler(scanned, None),
    }


def event() -> dict[str, Any]:
    """A visitor's request, as API Gateway hands it over behind the stack's own distribution."""
    headers = {**EVENT["headers"], "X-Origin-Secret": os.environ["ORIGIN_SECRET"]}
    return {**EVENT, "headers": headers, "pathParameters": {"slug": stub.SLUG}}


def written() -> Item:
    """The item that the redirect writes of that request. Raises RuntimeError when it writes none."""
    with mock.patch.object(DYNAMODB, "call", wraps=DYNAMODB.call) as call:
        redirect.handler(event(), None)
    operation, request = call.call_args.args
    if operation != "PutItem":
        raise RuntimeError(operation)
    item: Item = request["Item"]
    return item


def _plain(item: Item) -> dict[str, Any]:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}


def _boto3(item: Item) -> Step:
    table, plain = boto3.resource("dynamodb").Table(os.environ["SCANS_TABLE"]), _plain(item)
    return lambda: table.put_item(Item=plain, ConditionExpression=Attr("pk").not_exists())


def _pynamodb(item: Item, url: str) -> Step:
    """A model with the item's attributes, made and saved each time as a redirect would."""
    kinds = {"S": UnicodeAttribute, "N": NumberAttribute}
    keys = {"pk": UnicodeAttribute(hash_key=True), "sk": UnicodeAttribute(range_key=True)}
    others = {name: kinds[next(iter(value))]() for name, value in item.items() if name not in keys}
    meta = type("Meta", (), {"table_name": os.environ["SCANS_TABLE"], "region": os.environ["AWS_REGION"], "host": url})
    record: Any = type("Record", (Model,), {"Meta": meta, **keys, **others})
    plain = {name: int(value) if "N" in item[name] else value for name, value in _plain(item).items()}
    return lambda: record(**plain).save(condition=record.pk.does_not_exist())


def _urllib3(request: Mapping[str, Any], url: str) -> Step:
    """The shortest way with botocore's own signer: no models of services, no parsing by them."""
    credentials = botocore.session.get_session().get_credentials()
    pool = urllib3.PoolManager(retries=False)
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.PutItem"}

    def put() -> object:
        asked = AWSRequest("POST", f"{url}/", headers, json.dumps(request).encode())
        SigV4Auth(credentials.get_frozen_credentials(), "dynamodb", os.environ["AWS_REGION"]).add_auth(asked)
        answer = pool.request("POST", asked.url, body=asked.data, headers=dict(asked.headers))
        if answer.status != 200:
            raise RuntimeError(answer.data)
        return json.loads(answer.data)

    return put


def _http_client(request: Mapping[str, Any], url: str) -> Step:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def put() -> object:
        body = json.dumps(request).encode()
        answer = _posted(connection, body, _signed(body, urlsplit(url).netloc))
        if answer.status != 200:
            raise RuntimeError(answer.status)
        return json.loads(answer.read())

    return put


def _signed(body: bytes, host: str) -> dict[str, str]:
    """Headers as the redirect's own client makes them."""
    headers = {
        "host": host,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.PutItem",
    }
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return signed(headers, body, credentials(), Scope(os.environ["AWS_REGION"], "dynamodb"), at)


def _posted(
    connection: http.client.HTTPConnection, body: bytes, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    """The least that `http.client` does for a request: it adds no headers of its own."""
    connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    return connection.getresponse()


def _dispatching() -> Chalice:
    app = Chalice("bench")

    @app.route("/{slug}", methods=["GET"], content_types=[])
    def go(slug: str) -> Response:
        return Response("", {"Location": slug}, 302)

    return app
