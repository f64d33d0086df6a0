"""Whose credentials a request is signed with. They are asked for anew each time, because they change.

On Lambda they are environment variables. Elsewhere (a container's endpoint, as with SnapStart, or a profile) botocore
finds and refreshes them; it is imported only there.
"""

import os
from functools import cache
from typing import Any

from chalicelib.wire.failed import Failed
from chalicelib.wire.signing import Credentials

MISSING = "NoCredentials"


def credentials() -> Credentials:
    """The present ones. Raises Failed when there are none."""
    access_key, secret_key = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if access_key and secret_key:
        return Credentials(access_key, secret_key, os.environ.get("AWS_SESSION_TOKEN", ""))
    return _resolved()


def _resolved() -> Credentials:
    from botocore.exceptions import BotoCoreError

    try:
        found = _refreshing().get_frozen_credentials()
    except BotoCoreError as error:
        raise Failed(type(error).__name__, passes=True) from error
    return Credentials(found.access_key, found.secret_key, found.token or "")


@cache
def _refreshing() -> Any:
    """botocore's credentials, which renew themselves before they expire. Finding none is not remembered."""
    import botocore.session

    found = botocore.session.get_session().get_credentials()
    if found is None:
        raise Failed(MISSING)
    return found
