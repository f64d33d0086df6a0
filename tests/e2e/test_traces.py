"""The search for traces can fail: what is planted, in whatever encoding and wherever, is found."""

import base64
import hashlib
import ipaddress
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.core.rollups import LIFETIME
from chalicelib.store import rollup_bodies
from infra import aws
from infra.local import LocalStack
from tests.e2e import traces
from tests.e2e.dump import everything
from tests.e2e.traces import Piece

PLANTED = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:4242"
GROUP = "/planted"
LINE = f'{{"level": "INFO", "who": "{PLANTED}"}}'
PLANTS = {
    "as it is": LINE.encode(),
    "compressed": zlib.compress(LINE.encode()),
    "in a rollup": rollup_bodies.packed({"city": {LINE: 1, "Leeds": 2}}, LIFETIME),
    "JSON in JSON": json.dumps(LINE).encode(),
    "capitals": LINE.upper().encode(),
    **{f"base64 at {n}": base64.b64encode(b"x" * n + LINE.encode()) for n in range(3)},
    **{f"url-safe base64 at {n}": base64.urlsafe_b64encode(b"x" * n + LINE.encode()) for n in range(3)},
    "hexadecimal": LINE.encode().hex().encode(),
    "UTF-16": LINE.encode("utf-16"),
    "UTF-16, big endian": LINE.encode("utf-16-be"),
    "query string": b"who=2001%3Adb8%3Aaaaa%3Abbbb%3Acccc%3Adddd%3Aeeee%3A4242&n=1",
    "escaped": "".join(f"\\u{ord(letter):04x}" for letter in LINE).encode(),
    "number": json.dumps({"ip": int(ipaddress.ip_address(PLANTED))}).encode(),
    "bytes": b"\x01" + ipaddress.ip_address(PLANTED).packed + b"\x02",
    "bytes in hexadecimal": ipaddress.ip_address(PLANTED).packed.hex().encode(),
    "exploded": b"from 2001:0db8:aaaa:bbbb:cccc:dddd:eeee:4242 port 1",
    "pointer": ipaddress.ip_address(PLANTED).reverse_pointer.encode(),
    "MD5": hashlib.md5(PLANTED.encode()).hexdigest().encode(),  # noqa: S324 - what nobody should do
    "SHA-1, base64": base64.b64encode(hashlib.sha1(PLANTED.encode()).digest()),  # noqa: S324
    "SHA-256, cut": hashlib.sha256(PLANTED.encode()).hexdigest()[:16].encode(),
    "SHA-256 of the bytes": hashlib.sha256(ipaddress.ip_address(PLANTED).packed).digest()[:12],
}


@pytest.mark.parametrize("planted", PLANTS)
def test_the_search_finds_what_is_planted_and_nothing_where_nothing_is(planted: str) -> None:
    sought = traces.of_address(PLANTED)
    clean = Piece("clean", json.dumps({"level": "INFO", "who": "2001:db8::1"}).encode())
    places = {told.partition(":")[0] for told in traces.found([clean, Piece("here", PLANTS[planted])], sought)}
    assert places == {"here"}


@pytest.mark.parametrize("kind", ["text", "digests", "address", "pair"])
def test_the_search_finds_each_trace_by_itself(kind: str) -> None:
    agent = 'Mozilla/5.0 (iPhone; "quoted") Ünïcode/1'
    sought = {
        "text": traces.of_text(agent),
        "digests": traces.of_digests(agent),
        "address": traces.of_address("203.0.113.9"),
        "pair": traces.of_pair(PLANTED, agent),
    }[kind]
    for name, trace in sought.items():
        assert f"here: {name}" in traces.found([Piece("here", b"<" + trace + b">")], {name: trace})


@contextmanager
def _planted(stack: LocalStack) -> Iterator[None]:
    """The address compressed in a table, in a dead letter, in a log, and in the engine's own."""
    clients, key = aws.clients(stack.aws_endpoint), {"pk": {"S": "planted"}, "sk": {"S": "planted"}}
    dynamodb, queues, logs = clients("dynamodb"), clients("sqs"), clients("logs")
    table, event = stack.environment["SCANS_TABLE"], {"timestamp": time.time_ns() // 1_000_000, "message": LINE}
    dead = next(url for url in queues.list_queues()["QueueUrls"] if "DeadLetters" in url)
    dynamodb.put_item(TableName=table, Item={**key, "body": {"B": zlib.compress(LINE.encode())}})
    queues.send_message(QueueUrl=dead, MessageBody=LINE)
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="planted")
    logs.put_log_events(logGroupName=GROUP, logStreamName="planted", logEvents=[event])
    with (stack.folder / "engine.log").open("a") as log:
        log.write(f"{LINE}\n")
    yield
    dynamodb.delete_item(TableName=table, Key=key)
    queues.purge_queue(QueueUrl=dead)
    logs.delete_log_group(logGroupName=GROUP)


def test_the_dump_reaches_tables_streams_queues_and_logs(stack: LocalStack) -> None:
    with _planted(stack):
        told = traces.found(everything(stack), {"plain": PLANTED.encode()})
    table = stack.environment["SCANS_TABLE"]
    places = {place.partition(",")[0].partition(" http")[0].partition(":")[0] for place in told}
    assert places == {table, f"stream of {table}", "queue", f"log {GROUP}", "engine.log"}
