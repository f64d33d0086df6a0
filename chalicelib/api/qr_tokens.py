"""`/api/v1/auth/token`: a bearer token in place of a key (the `qr` API)."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from chalicelib.api import dialects
from chalicelib.api.bodies import CamelBody
from chalicelib.api.fields import said
from chalicelib.api.http import Api
from chalicelib.api.qr_answers import Success, success
from chalicelib.api.requests import Call
from chalicelib.core import limits
from chalicelib.services import tokens

bp = Api(__name__, dialects.QR, tag="qr")


class Exchange(CamelBody):
    api_key: str | None = None


class Token(TypedDict):
    """A bearer token in place of a key."""

    accessToken: Annotated[str, said("A JWT, for `Authorization: Bearer`.")]
    expiresIn: Annotated[int, said("For how many seconds it is good.", 900)]
    tokenType: Literal["Bearer"]


@bp.operation(
    "POST",
    "/api/v1/auth/token",
    scope="",
    key_field="apiKey",
    limit=limits.QR_TOKEN,
    body=Exchange,
    answer=Success[Token],
    asked={"apiKey": "qz_live_ThisIsWhatAKeyLooksLikeHereToo00"},
)
def exchange(call: Call) -> Success[Token]:
    """Get a bearer token for an API key.

    The key is in a header, as everywhere, or in the body. The token is good for 15 minutes, may do what its key may,
    and ends with it.
    """
    token = tokens.issue(call.who, call.now_ms)
    return success({"accessToken": token.text, "expiresIn": token.expires_in, "tokenType": "Bearer"})
