"""Samples of events, which did not happen, for trying a webhook out."""

from chalicelib.api import event_bodies
from chalicelib.api.requests import Call
from chalicelib.core.endpoints import Endpoint
from chalicelib.services.webhooks import MakeSample, Sample


def sampling(call: Call) -> MakeSample:
    """What makes the sample that a test posts, in the endpoint's format."""

    def made(endpoint: Endpoint, type: str) -> Sample:
        event = event_bodies.sample(type, endpoint.organization, call.now_ms)
        return Sample(event, event_bodies.body(event, endpoint.format, call.base))

    return made
