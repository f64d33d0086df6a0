"""Deliveries whose functions are killed: at any step, before it or after it took effect, no event is lost."""

import itertools
from types import ModuleType

import pytest

from chalicelib.core.deliveries import DELIVERED, FAILED, HELD
from chalicelib.core.endpoints import DISABLED
from chalicelib.outbound import posting
from chalicelib.services import waking
from chalicelib.store import alarms, deliveries, endpoints, queues
from chalicelib.store import health as stored_health
from tests.services.killed import killed_at
from tests.services.line import Line, laid, stored_endpoint
from tests.world import World

URL = "https://a.example/"


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(waking, "QUIET_MS", 0)  # which spares ticks: this index does not lag
    return laid(world, monkeypatch)


# All that a process leaves behind it; whatever it only reads is between two of these.
CALLS: dict[ModuleType, tuple[str, ...]] = {
    posting: ("post",),
    deliveries: ("put",),
    stored_health: ("put",),
    queues: ("send_deliveries",),
    alarms: ("put", "move", "put_off", "end", "note_cursor"),
    endpoints: ("put",),
}


@pytest.mark.parametrize(
    ("answers", "events", "moments"),
    [
        pytest.param([200], 1, 4, id="delivered"),
        pytest.param([500] * 4 + [200], 1, 40, id="by messages, then by the tick"),
        pytest.param([503, 200], 2, 30, id="parked, and released after a probe"),
        pytest.param([503, 500, 200], 2, 40, id="parked, and the first probe fails"),
    ],
)
def test_killed_at_any_step_no_event_is_lost(line: Line, answers: list[int], events: int, moments: int) -> None:
    for at in itertools.count(1):
        endpoint, killed = line.endpoint(), line.killed
        line.forget_all()
        line.web.answers(URL, *answers)
        with killed_at(at, CALLS):
            places = [line.event(endpoint) for _ in range(events)]
            line.run()
        assert {line.state(place) for place in places} == {DELIVERED}
        assert len({(request.id, request.body) for request in line.web.requests}) == events
        if line.killed == killed:
            break
    assert at > moments


@pytest.mark.parametrize("at", range(1, 7))
def test_killed_while_an_endpoint_is_disabled_nothing_more_is_sent_to_it(line: Line, at: int) -> None:
    """Another event may be needed for it: what is not sent anything is in nobody's way."""
    endpoint = line.endpoint()
    line.web.answers(URL, 410)
    with killed_at(at, CALLS):
        places = [line.event(endpoint) for _ in range(2)]
        line.run()
    assert line.killed == 1
    assert stored_endpoint(endpoint).status == DISABLED
    assert {line.state(place) for place in places} <= {FAILED, HELD}
