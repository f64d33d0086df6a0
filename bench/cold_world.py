"""What functions meet in `bench/cold_start.py`: the embedded AWS with a link, a key and a session, and events of it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra import aws
from infra.embedded.ministack import MiniStack
from tests.world import ENVIRONMENT, now_ms, table_requests

IPHONE: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
SLUG: Final = "spring"
SCANS: Final = 10  # in a batch of the fold
QUEUES: Final = ("SPILL_QUEUE_URL", "JOBS_QUEUE_URL", "DELIVERY_QUEUE_URL", "SLOW_QUEUE_URL", "EVENTS_DEAD_LETTERS_URL")


@dataclass(frozen=True)
class World:
    """`environment` is the functions' own; `dynamodb` reads the tables beside them."""

    environment: Mapping[str, str]
    dynamodb: Any
    link: int
    key: str
    session: str

    def redirect(self, visitor: int = 1) -> dict[str, Any]:
        """A scan, as API Gateway hands it over."""
        headers = {"User-Agent": IPHONE, "X-Origin-Secret": ENVIRONMENT["ORIGIN_SECRET"]}
        headers["CloudFront-Viewer-Address"] = f"198.51.{visitor // 250}.{visitor % 250}:4711"
        return request("/{slug}", headers, slug=SLUG)

    def read(self) -> dict[str, Any]:
        """An API's answer about the link, in JSON."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return request("/v1/dynamic/{code_id}", headers, code_id=str(self.link))

    def page(self) -> dict[str, Any]:
        """The dashboard of who is signed in."""
        return request("/dashboard", {"Cookie": f"__Host-quietzone_session={self.session}"})

    def batch(self) -> dict[str, Any]:
        """Scans of as many visitors that wait, as their table's stream hands them over."""
        from chalicelib import redirect

        known = {item["sk"]["S"] for item in self._pending()}
        for visitor in range(SCANS):
            redirect.handler(self.redirect(visitor), None)
        images = [item for item in self._pending() if item["sk"]["S"] not in known]
        records = [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images]
        if len(records) != SCANS:
            raise RuntimeError(f"{len(records)} scans were written, not {SCANS}")
        return {"Records": records}

    def _pending(self) -> list[dict[str, Any]]:
        asked = {"TableName": ENVIRONMENT["SCANS_TABLE"], "FilterExpression": "attribute_exists(pending)"}
        found: list[dict[str, Any]] = self.dynamodb.scan(**asked)["Items"]
        return found


def request(route: str, headers: Mapping[str, str], **path: str) -> dict[str, Any]:
    """A GET, as API Gateway's proxy integration hands it over."""
    own = {"Host": "qz.example", "Accept": "*/*", **headers}
    return {
        "resource": route,
        "path": route.format(**path),
        "httpMethod": "GET",
        "headers": own,
        "multiValueHeaders": {name: [value] for name, value in own.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": path or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": route,
            "httpMethod": "GET",
            "requestId": "1",
            "identity": {"sourceIp": "203.0.113.1"},
        },
        "body": None,
        "isBase64Encoded": False,
    }


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """The embedded AWS on a free port, with its state in `folder`, until the block ends."""
    folder.mkdir(parents=True)
    engine = MiniStack(folder)
    try:
        engine.start(0)
        engine.wait()
        yield _filled(engine.endpoint)
    finally:
        engine.stop()


def _filled(endpoint: str) -> World:
    environment = {
        **ENVIRONMENT,
        **aws.environment(endpoint),
        **{name: f"{endpoint}/000000000000/{name.lower()}" for name in QUEUES},
    }
    os.environ.update(environment)  # this process fills the tables by the product's own services
    dynamodb = aws.clients(endpoint)("dynamodb")
    for table in table_requests():
        dynamodb.create_table(**table)
    return World(environment, dynamodb, *_seeded())


def _seeded() -> tuple[int, str, str]:
    """An organization with a link: the link's number, a key, and the session of its owner."""
    from chalicelib.services import accounts, links, sessions

    now = now_ms()
    organization, owner = accounts.create_organization("Bench", "owner@example.com", now)
    key = accounts.create_key(organization.number, owner.number, now)
    new = links.NewLink("https://example.com/spring", (), "Spring poster", SLUG)
    link = links.seed(accounts.authenticate(key), new, now)
    return link.number, key, sessions.start(organization.number, owner.number, now)
