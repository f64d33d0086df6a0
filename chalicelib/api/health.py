"""`/healthz` and `/readyz`: for load balancers, monitors and deployments."""

import json
from typing import Annotated, Final, Literal

from chalice.app import Response
from typing_extensions import TypedDict

from chalicelib.api import dialects
from chalicelib.api.fields import said
from chalicelib.api.http import Api
from chalicelib.api.requests import Call
from chalicelib.errors import Unavailable
from chalicelib.services import readiness
from chalicelib.version import VERSION

bp = Api(__name__, dialects.DYNAMIC, tag="health")

UNCACHED: Final = {"Cache-Control": "Nobody keeps it."}


class Health(TypedDict):
    """The answer of a process that runs."""

    status: Annotated[Literal["ok"], said("That it runs.", "ok")]
    version: Annotated[str, said("Which release it is.", VERSION)]


class Readiness(TypedDict):
    """The answer of an installation that can work."""

    status: Annotated[Literal["ready"], said("That all tables can be read.", "ready")]


@bp.operation(
    "GET", "/healthz", head=True, answer=Health, example={"status": "ok", "version": VERSION}, headers=UNCACHED
)
def healthz(_: Call) -> Response:
    """Tell whether the API runs, and which release.

    Nothing is read and no key is asked for: it says that requests arrive, and no more.
    """
    return _now({"status": "ok", "version": VERSION})


@bp.operation(
    "GET",
    "/readyz",
    head=True,
    answer=Readiness,
    example={"status": "ready"},
    headers=UNCACHED,
    errors=(Unavailable,),
)
def readyz(_: Call) -> Response:
    """Tell whether the API can work.

    It reads from each of the five tables at once. The error names those that cannot be reached within three seconds.
    """
    if missing := readiness.unreachable():
        raise Unavailable.tables(missing)
    return _now({"status": "ready"})


def _now(answer: Health | Readiness) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return Response(body=json.dumps(answer), status_code=200, headers=headers)
