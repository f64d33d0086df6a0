"""What no other route answers: an unknown path under `/v1` or `/api`, or an unknown method of a known path.

API Gateway hands both to the most special greedy path. (Outside of these two, its own 404 answers.)
"""

from collections.abc import Iterable
from typing import Any

from chalicelib.api import dialects
from chalicelib.api.http import Api
from chalicelib.api.operations import Operation
from chalicelib.api.requests import GREEDY, Call, path_of
from chalicelib.errors import MethodNotAllowed, NotFound

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def answering(known: Iterable[Operation]) -> Api:
    """The blueprint that answers all but these operations."""
    bp = Api(__name__, dialects.DYNAMIC)
    operations = list(known)

    def refuse(call: Call) -> Any:  # Chalice hands on no greedy parameter
        path = path_of(call.request)
        methods = {operation.method for operation in operations if _is_at(operation.path, path)}
        raise MethodNotAllowed.but(methods) if methods else NotFound.of("route")

    for root in ("/v1", "/api"):
        for method in METHODS:
            bp.operation(method, f"{root}/{GREEDY}")(refuse)
    return bp


def _is_at(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.rstrip("/").split("/")
    return len(parts) == len(given) and all(p.startswith("{") or p == g for p, g in zip(parts, given, strict=True))
