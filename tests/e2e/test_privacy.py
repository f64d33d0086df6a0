"""Known visitors scan, and things go wrong; then everything that is stored, queued or logged holds no trace of them."""

import json
import socket
import zlib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from chalicelib import ids
from infra.local import LocalStack
from tests.e2e import traces
from tests.e2e.agents import IPHONE_SAFARI
from tests.e2e.conftest import Client
from tests.e2e.dump import everything, pending_agents
from tests.e2e.faults import Fault, faulty_dynamo
from tests.e2e.observed import eventually, is_all_counted, items, scan_items
from tests.e2e.organizations import Tenant, new_tenant
from tests.e2e.traces import Piece, Traces

ADDRESSES = ("203.0.113.77", "203.0.113.214", "2001:db8:51ce:7:a1b2:c3d4:e5f6:789a")
# Words of the agents; the last two stand where browsers and bots name themselves.
TOKENS = ("Kestrelphone", "wombat86", "quokka-inside", "EmusPrivatePhone", "QuaggaVisitorBot")
AGENTS = (
    f"{IPHONE_SAFARI} {TOKENS[0]}/7.31",
    f"Mozilla/5.0 (X11; Linux {TOKENS[1]}; rv:127.0) Gecko/20100101 Firefox/127.0",
    f"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/{TOKENS[2]}.html)",
    f"{TOKENS[3]}/3.2 CFNetwork/1410.0.3 Darwin/22.6.0",
    f"{TOKENS[4]}/1.0",
)
UNKNOWN_KEY = "qz_live_Zk4mPq8sTv2xYb6nRc1dFg5hJw9lQe3u"
MALFORMED = (
    "GET /hello HTTP/9.9",
    "BREW /hello HTTP/1.1",
    "GET /%zz%00%ff HTTP/1.1",
    "GET",
    "POST /v1/dynamic HTTP/1.1",
)
REDIRECT = "chalicelib.redirect.handler"


class Aftermath(NamedTuple):
    """The organizations of the run, their keys, and what is left of it all."""

    organizations: tuple[int, int]
    keys: tuple[str, ...]
    pieces: list[Piece]
    raw: list[Piece]


def _visit(client: Client, slug: str) -> list[int]:
    """Everybody with every agent scans a slug once."""
    return [
        client.scan(slug, agent, CloudFront_Viewer_Address=f"{address}:4711", X_Forwarded_For=address).status
        for address in ADDRESSES
        for agent in AGENTS
    ]


def _malformed(stack: LocalStack) -> None:
    """Requests that no code of the product should see, and some that it must refuse."""
    door, told = urlsplit(stack.url), f"User-Agent: {AGENTS[0]}\r\nX-Forwarded-For: {ADDRESSES[0]}\r\n"
    told += f"CloudFront-Viewer-Address: {ADDRESSES[0]}:1\r\nConnection: close\r\n"
    for line in MALFORMED:
        with socket.create_connection((door.hostname or "", door.port or 80), timeout=10) as connection:
            connection.sendall(f"{line}\r\nHost: x\r\n{told}Content-Length: 9\r\n\r\n{{broken: ".encode())
            while connection.recv(4096):
                pass


def _errors(client: Client) -> None:
    told = {"User-Agent": AGENTS[1], "CloudFront-Viewer-Address": f"{ADDRESSES[2]}:1"}
    assert client.request("GET", "/nobody-made-this", headers=told).status == 404
    unknown = {**told, "Authorization": f"Bearer {UNKNOWN_KEY}"}
    assert client.request("GET", "/v1/dynamic", headers=unknown).status == 401
    assert client.request("POST", "/v1/dynamic", {"destination": 7}, unknown).status == 401
    assert client.api("POST", "/v1/dynamic", {"destination": "javascript:1"}, **told).status >= 400


def _outages(stack: LocalStack, client: Client, slug: str) -> None:
    """Scans that are spilled, and scans that are lost altogether, which is one line in the log."""
    with faulty_dynamo(stack, {REDIRECT}, services=("DYNAMODB", "SQS")) as dynamo:
        assert client.scan(slug, AGENTS[0], CloudFront_Viewer_Address=f"{ADDRESSES[0]}:1").status == 302
        with dynamo.failing(Fault.SCANS_THROTTLED):
            assert set(_visit(client, slug)) == {302}
        with dynamo.failing(Fault.DOWN):
            assert set(_visit(client, slug)) == {302}
            assert client.scan("nobody-made-this", AGENTS[0]).status == 503
    assert b"scan lost" in (stack.folder / "engine.log").read_bytes()


def _erase(stack: LocalStack, client: Client, code: str, organization: int) -> None:
    number = ids.parse(code)
    assert client.api("DELETE", f"/v1/dynamic/{code}").status == 200
    assert eventually(lambda: not any(f"#{number}#" in item["pk"]["S"] for item in scan_items(stack, organization)))


@pytest.fixture(scope="module")
def tenants(stack: LocalStack) -> tuple[Tenant, Tenant]:
    return new_tenant(stack), new_tenant(stack)


@pytest.fixture(scope="module")
def aftermath(stack: LocalStack, tenants: tuple[Tenant, Tenant]) -> Iterator[Aftermath]:
    """The run: the same people scan links of two organizations; scans are read, spilled, lost and erased."""
    clients = [Client(stack.url, tenant.api_key) for tenant in tenants]
    codes = [client.create() for client in clients]
    for client, code in zip(clients, codes, strict=True):
        assert set(_visit(client, code["slug"])) == {302}
        client.scans(code)
    gone = clients[0].create()
    _visit(clients[0], gone["slug"])
    _erase(stack, clients[0], gone["id"], tenants[0].organization)
    _errors(clients[1])
    _malformed(stack)
    _outages(stack, clients[0], codes[0]["slug"])
    people = len(ADDRESSES) * 3  # the third agent and the last are bots
    assert eventually(lambda: clients[0].scans(codes[0])["scans"]["total"] == 2 * people + 1)
    for tenant in tenants:
        assert eventually(partial(is_all_counted, stack, tenant.organization))
    for client in clients:
        client.close()
    keys = (stack.api_key, *(tenant.api_key for tenant in tenants), UNKNOWN_KEY)
    numbers = tenants[0].organization, tenants[1].organization
    yield Aftermath(numbers, keys, everything(stack), pending_agents(stack))


def _of_visitors() -> Traces:
    """The traces of every address and agent, alone and together."""
    sought: Traces = {}
    for address in ADDRESSES:
        sought |= {f"{address}, {name}": trace for name, trace in traces.of_address(address).items()}
    for agent in AGENTS:
        kinds = traces.of_text(agent) | traces.of_digests(agent)
        sought |= {f"{agent[-20:]}, {name}": trace for name, trace in kinds.items()}
    for token in TOKENS:
        sought |= {f"{token}, {name}": trace for name, trace in traces.of_text(token).items()}
    for address in ADDRESSES:
        for agent in AGENTS:
            pairs = traces.of_pair(address, agent).items()
            sought |= {f"{address} with {agent[-20:]}, {name}": trace for name, trace in pairs}
    return sought


def test_nothing_that_is_kept_holds_a_trace_of_a_visitor(aftermath: Aftermath) -> None:
    assert {piece.where.partition(" ")[0] for piece in aftermath.pieces} >= {"stream", "engine.log"}
    assert traces.found(aftermath.pieces, _of_visitors()) == set()


def test_a_pending_scan_in_the_stream_holds_the_raw_agent_and_nothing_else(aftermath: Aftermath) -> None:
    assert {piece.content.decode() for piece in aftermath.raw} >= set(AGENTS)
    sought = {name: trace for address in ADDRESSES for name, trace in traces.of_address(address).items()}
    assert traces.found(aftermath.raw, sought) == set()


def test_nothing_that_is_kept_holds_a_raw_key(aftermath: Aftermath) -> None:
    sought = {f"{key[:12]}, {name}": trace for key in aftermath.keys for name, trace in traces.of_text(key).items()}
    assert traces.found(aftermath.pieces, sought) == set()


def test_hashes_of_two_organizations_never_match(aftermath: Aftermath, stack: LocalStack) -> None:
    first, second = (_hashes(stack, organization) for organization in aftermath.organizations)
    assert len(first) == len(second) == len(ADDRESSES) + len(ADDRESSES) * len(AGENTS)
    assert not first & second


def _hashes(stack: LocalStack, organization: int) -> set[str]:
    """Every hash of an address, or of an address and an agent, that an organization's scans and visitors hold."""
    scans = [item[name]["S"] for item in scan_items(stack, organization) for name in ("address", "agent")]
    own = [item for item in items(stack, "VISITORS_TABLE") if item["pk"]["S"].startswith(f"{organization}#")]
    visitors = [item["pk"]["S"].partition("#")[2] for item in own]
    agents = [agent for item in own for agent in json.loads(zlib.decompress(item["body"]["B"]))]
    assert set(visitors) < set(scans)
    assert set(agents) < set(scans)
    return set(scans)
