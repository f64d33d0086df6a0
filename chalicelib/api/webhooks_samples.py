"""Samples of events, which did not happen, for trying a webhook out."""

from chalicelib.api import event_bodies
from chalicelib.core.endpoints import Endpoint
from chalicelib.services.webhooks import MakeSample, Sample


def sampling(now_ms: int, base: str) -> MakeSample:
    """What makes the sample that a test posts, in the endpoint's format. `base` is where short links start."""

    def made(endpoint: Endpoint, type: str) -> Sample:
        event = event_bodies.sample(type, endpoint.organization, now_ms)
        return Sample(event, event_bodies.body(event, endpoint.format, base))

    return made
