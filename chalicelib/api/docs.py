"""`/openapi.json`: the OpenAPI document. The pages that show it are in `pages/`."""

import json
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib.api import dialects
from chalicelib.api.http import Api
from chalicelib.api.requests import Call


def describing(document: Callable[[str], dict[str, Any]]) -> Api:
    """The blueprint that gives out a document, made for the address of an installation."""
    bp = Api(__name__, dialects.DYNAMIC, tag="description")

    @bp.operation("GET", "/openapi.json", answer=dict[str, Any])
    def description(call: Call) -> Response:
        """The OpenAPI 3.1 document."""
        return Response(body=json.dumps(document(call.base)), headers={"Content-Type": "application/json"})

    return bp
