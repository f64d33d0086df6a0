"""Organizations of people who try the examples of the docs, with what only jobs make; in a process of their own.

python -m tests.e2e.readers 3   prints as many, one a line, as JSON; the environment names the stack
"""

import json
import sys
import time
from typing import NamedTuple

from infra.local import LocalStack
from tests.e2e.organizations import run


class Reader(NamedTuple):
    """An organization's key, and the ids of an export and of an order of images."""

    api_key: str
    export_id: str
    images_id: str


def new_readers(stack: LocalStack, number: int) -> list[Reader]:
    return [Reader(**json.loads(line)) for line in run(stack, "tests.e2e.readers", str(number)).splitlines()]


def _make() -> Reader:
    from chalicelib import ids
    from chalicelib.core import bundles as core_bundles
    from chalicelib.core.days import DAY_MS
    from chalicelib.core.exports import FAILED, Export, Wanted
    from chalicelib.core.places import Span
    from chalicelib.services import accounts
    from chalicelib.services.links import NewLink, seed
    from chalicelib.store import bundles, exports

    now_ms = time.time_ns() // 1_000_000
    organization, owner = accounts.create_organization("Reader", "reader@example.com", now_ms)
    key = accounts.create_key(organization.number, owner.number, now_ms)
    link = seed(accounts.authenticate(key), NewLink("https://example.com/", ()), now_ms)
    wanted = Wanted(organization.number, link.number, Span(0, DAY_MS), "csv", "qrcodes", "a.csv")
    # Orders that have ended: nobody goes on with them.
    export = Export(ids.new(now_ms), wanted, FAILED, 0, now_ms)
    exports.put(export)
    images = core_bundles.Wanted(organization.number, (1,), "png", 512, "https://qz.example")
    order = core_bundles.Order(ids.new(now_ms), images, FAILED, now_ms)
    bundles.put(order)
    return Reader(key, str(export.number), str(order.number))


if __name__ == "__main__":
    for _ in range(int(sys.argv[1])):
        print(json.dumps(_make()._asdict()))
