"""The redirect as Chalice knows it: a function and routes. On Lambda nothing imports this: `redirect.handler`.

The stack points the routes at that function; where Chalice serves them itself, `scan` answers.
"""

from chalice.app import Blueprint, Response

from chalicelib import redirect

# By this name Chalice finds the handler when it packages.
bp = Blueprint(redirect.__name__)
bp.lambda_function(name="redirect")(redirect.handler)


@bp.route("/{slug}", methods=["GET", "HEAD"], content_types=[])
@bp.route("/s/{slug}", methods=["GET", "HEAD"], content_types=[], name="redirect_s")
def scan(slug: str) -> Response:  # noqa: ARG001 - the handler reads it from the event
    answer = redirect.handler(bp.current_request.to_original_event(), None)
    return Response(body=answer["body"], status_code=answer["statusCode"], headers=answer["headers"])
