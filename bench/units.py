"""How many DynamoDB units everything costs that people do: `.venv/bin/python -m bench.units` (`--json`).

The real redirect, functions, APIs and pages run on moto, about a link with a year of scans (`bench/scene.py`). Units
are computed from the sizes of the items that each call touches, by DynamoDB's rules (`bench/meter.py`).
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from chalice.test import Client, HTTPResponse

from bench import outcome
from bench.meter import Meter, metered
from bench.outcome import Cell, Section
from bench.scene import Headers, Scene
from chalicelib import redirect
from chalicelib.core.days import DAY_MS
from chalicelib.core.scans import Arrival
from chalicelib.core.summaries import ORGANIZATION, Schedule
from chalicelib.functions import events
from chalicelib.services import callers, counting, delivering, subscriptions, summaries, sweeping
from chalicelib.services.subscriptions import NewSubscription
from tests.e2e.receivers import Receiver, receiving
from tests.pages.browsing import signed_in
from tests.services.stream import Watch
from tests.world import World, now_ms, prepare_environment, world

DAYS: Final = 365
SCANS_A_DAY: Final = 10
VISITORS: Final = 200
SLACK: Final = "https://hooks.slack.com/services/T000/B000/secret"  # nothing is posted to it here
BOT: Final = "curl/8.5.0"
_EVENT: Final = {"httpMethod": "GET", "requestContext": {"identity": {"sourceIp": "203.0.113.1"}}}


class Units:
    """One organization with one link, about which each step is measured; `rows` are what was found."""

    def __init__(self, fresh: World, meter: Meter, receiver: Receiver) -> None:
        self._world, self._meter, self._receiver = fresh, meter, receiver
        self._scene = Scene(fresh.dynamodb, 1, now_ms(), created_ms=now_ms() - DAYS * DAY_MS)
        (self._place,) = self._scene.places
        self.rows: list[Sequence[Cell]] = []

    def run(self) -> None:
        """Everything that is measured."""
        self._scene.live_through(self._year(), returning=True)
        self._scene.store_past()
        self._scans()
        self._events()
        self._api()
        self._people()

    def _measure(self, what: str, step: Callable[[], object], per: int = 1) -> None:
        """Run a step and note what it costs, divided among `per`."""
        with self._meter.measuring() as meter:
            step()
        self.rows.append((what, meter.write / per, meter.read / per, meter.calls.total() / per))

    def _year(self) -> list[Arrival]:
        """Ten scans a day up to yesterday, by two hundred people in turn."""
        people = [self._scene.newcomers.headers() for _ in range(VISITORS)]
        times = [(day, n) for day in range(1, DAYS) for n in range(SCANS_A_DAY)]
        return [
            self._scene.scan(
                self._place,
                self._scene.begun - day * DAY_MS + n * DAY_MS // SCANS_A_DAY,
                people[(day * 7 + n) % VISITORS],
            )
            for day, n in times
        ]

    def _scans(self) -> None:
        redirect._cache.clear()
        self._measure("a redirect, its slug not in the cache", self._redirect)
        self._measure("a redirect, its slug in the cache", self._redirect)
        self._settle()
        for what, scans, user_agent in (
            ("a scan alone", 1, ""),
            ("a bot alone", 1, BOT),
            ("of many", counting.CHUNK, ""),
        ):
            self._scan(scans, user_agent)
            each = "" if scans == 1 else f", each of {scans} at once"
            self._measure(f"counting {what}{each}", self._settle, scans)
        swept, at_ms = len(self._world.items("scans")), now_ms() + 2 * sweeping.SETTLED_MS
        sweep = partial(sweeping.sweep_organization, self._scene.organization, at_ms)
        self._measure(f"sweeping, each of {swept} scans", sweep, swept)

    def _events(self) -> None:
        """From the stream's records to the receiver's answer. The receiver is a real one on loopback."""
        self._ask("POST", "/v1/webhooks", {"url": self._receiver.url, "events": ["scan.created"]})
        for scans in (1, counting.CHUNK):
            watch, each = Watch(self._world), "" if scans == 1 else f", each of {scans} at once"
            self._scan(scans)
            self._settle()
            self._measure(f"sending a scan's event{each}", partial(events.events, [*watch.records()]), scans)
            bodies = self._world.raw_messages("DELIVERY_QUEUE_URL")
            self._measure(f"delivering it{each}", partial(delivering.deliver, bodies, now_ms), scans)
            if len(self._receiver.got) < scans:
                raise RuntimeError("an event did not arrive")

    def _api(self) -> None:
        scans, picture = f"/v1/dynamic/{self._place.link.number}/scans", f"/api/qr/{self._place.link.number}/download"
        self._ask("GET", f"{scans}?days=1")
        for days in (1, 7, 30, 365):
            self._measure(f"`dynamic`: the scans of {days} days", partial(self._ask, "GET", f"{scans}?days={days}"))
        callers._believed.clear()
        self._measure(
            "the same of a day, with a key that was not used for 5 s", partial(self._ask, "GET", f"{scans}?days=1")
        )
        self._measure(
            "`dynamic`: a new code", partial(self._ask, "POST", "/v1/dynamic", {"destination": "https://example.com/"})
        )
        etag = self._ask("GET", picture).headers["ETag"]
        self._measure("a picture of a code, drawn", partial(self._ask, "GET", picture))
        self._measure("the same, unchanged (304)", partial(self._ask, "GET", picture, If_None_Match=etag))

    def _people(self) -> None:
        browser = signed_in(self._scene.organization, self._scene.caller.member)
        for what, path in (
            ("the list of links", "/dashboard"),
            ("a link's page, 30 days", f"/dashboard/links/{self._place.link.number}"),
            ("usage", "/dashboard/usage"),
        ):
            if browser.get(path).status != 200:
                raise RuntimeError(path)
            self._measure(f"dashboard: {what}", partial(browser.get, path))
        new = NewSubscription(SLACK, (), "https://qz.example", ORGANIZATION, None, Schedule())
        due_ms = now_ms()
        number = subscriptions.create(self._scene.caller, new, due_ms - 2 * DAY_MS).subscription.number
        summarise = partial(summaries.summarise, self._scene.organization, number, due_ms, lambda: False)
        self._measure("a Slack summary of the organization, to be delivered", summarise)

    def _redirect(self, user_agent: str = "") -> None:
        """Somebody new, through the real redirect."""
        said = self._scene.newcomers.headers() | {"x-origin-secret": "origin-secret"}
        headers = said | ({"user-agent": user_agent} if user_agent else {})
        event = {**_EVENT, "headers": headers, "pathParameters": {"slug": self._place.link.slug}}
        if redirect.handler(event, None)["statusCode"] != 302:
            raise RuntimeError(self._place.link.slug)

    def _scan(self, scans: int, user_agent: str = "") -> None:
        for _ in range(scans):
            self._redirect(user_agent)

    def _settle(self) -> None:
        """Fold what is pending, as the stream's function does. To find it costs nothing: the stream brings it."""
        running, self._meter.running = self._meter.running, False
        pending = [item for item in self._world.items("scans") if "pending" in item]
        self._meter.running = running
        counting.settle_images(pending)

    def _ask(self, method: str, path: str, body: Any = None, **more: str) -> HTTPResponse:
        """A request to the application, as API Gateway makes it. Raises RuntimeError for a refusal."""
        from app import app

        said: Headers = {"Authorization": f"Bearer {self._scene.key}", "Content-Type": "application/json"}
        said |= {name.replace("_", "-"): value for name, value in more.items()}
        with Client(app) as client:
            answer = client.http.request(method, path, said, b"" if body is None else json.dumps(body).encode())
        if answer.status_code >= 400:
            raise RuntimeError(answer.body)
        return answer


def measure() -> Sequence[Section]:
    prepare_environment()
    os.environ["LOCAL_RECEIVERS"] = "true"
    with receiving() as receiver, world() as fresh, metered(fresh.dynamodb) as meter:
        units = Units(fresh, meter, receiver)
        units.run()
        return [
            Section(
                name="units",
                title="What everything costs in DynamoDB",
                columns=("", "write units", "read units", "calls"),
                rows=units.rows,
                note=(
                    "Of one link with ten scans a day for a year by 200 people, and a hundred scans in the last two "
                    "minutes, which every read of it looks at. A webhook is sending and delivering; "
                    "what is read for many at once is shared. A Slack summary is delivered like a webhook. A key is "
                    "known for 5 seconds once it was looked at; only APIs with a limit a minute write requests down."
                ),
            )
        ]


if __name__ == "__main__":
    outcome.main(measure)
