"""What is done with a webhook by a button: pause and resume it, try it out, give it another secret, delete it."""

from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib import ids
from chalicelib.api import requests
from chalicelib.api.webhooks_samples import sampling
from chalicelib.core.deliveries import DELIVERED
from chalicelib.errors import InvalidRequest
from chalicelib.pages import webhooks as pages
from chalicelib.pages.http import Pages
from chalicelib.pages.visits import Visit
from chalicelib.services import webhooks
from chalicelib.services.webhooks import DEFAULT_OVERLAP_MS, Edit

bp = Pages(__name__)


@bp.page("POST", "/dashboard/webhooks/{webhook}/pause")
def pause(visit: Visit, webhook: str) -> Response:
    """Post nothing to a webhook for now."""
    return _switched(visit, webhook, active=False)


@bp.page("POST", "/dashboard/webhooks/{webhook}/resume")
def resume(visit: Visit, webhook: str) -> Response:
    """Post to a webhook again, also to one that we disabled."""
    return _switched(visit, webhook, active=True)


@bp.page("POST", "/dashboard/webhooks/{webhook}/test")
def test(visit: Visit, webhook: str) -> Response:
    """Post a sample event now, and show what became of it."""

    def tested() -> Response:
        make = sampling(visit.now_ms, visit.base)
        sample = webhooks.test(visit.caller, webhook, visit.form["type"] or None, make, requests.now_ms)
        said = "test-delivered" if sample.state == DELIVERED else ""  # else the page itself says why not
        return visit.see(f"{_at(sample.place.receiver)}/deliveries/{sample.place.id}", said)

    return _done(visit, webhook, tested)


@bp.page("POST", "/dashboard/webhooks/{webhook}/secret")
def rotate(visit: Visit, webhook: str) -> Response:
    """Give a webhook another secret, which is shown this once."""

    def rotated() -> Response:
        seconds = visit.form.whole("overlap_seconds")
        overlap_ms = DEFAULT_OVERLAP_MS if seconds is None else seconds * 1000
        brought = visit.form["secret"] or None
        issued = webhooks.rotate(visit.caller, webhook, visit.now_ms, overlap_ms, brought)
        shown: dict[str, Any] = {"issued": issued, "host": pages.host(issued.endpoint), "is_new": False}
        return visit.page("webhooks/secret.html", **shown)

    return _done(visit, webhook, rotated)


@bp.page("POST", "/dashboard/webhooks/{webhook}/delete")
def delete(visit: Visit, webhook: str) -> Response:
    """Delete a webhook and its secrets."""
    webhooks.delete(visit.caller, webhook)
    return visit.see("/dashboard/webhooks", "webhook-deleted")


def _switched(visit: Visit, webhook: str, active: bool) -> Response:
    shown = webhooks.edit(visit.caller, webhook, Edit(visit.own_hosts, active=active), visit.now_ms)
    return visit.see(_at(shown.endpoint.number), "webhook-resumed" if active else "webhook-paused")


def _done(visit: Visit, webhook: str, act: Callable[[], Response]) -> Response:
    """What came of it, or the webhook's page again with what is wrong."""
    try:
        return act()
    except InvalidRequest as error:
        return visit.refused("webhooks/one.html", error, **pages.about(visit, webhook))


def _at(number: int) -> str:
    return f"/dashboard/webhooks/{ids.spell('wh', number)}"
