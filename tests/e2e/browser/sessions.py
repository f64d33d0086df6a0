"""People who are signed in already, for tests that are not about signing in: their sessions are made in a process of
its own, since settings are read once a process.

python -m tests.e2e.browser.sessions KEY...       prints the cookie's text of each key's member, one a line
"""

import sys
import time

from playwright.sync_api import BrowserContext

from chalicelib.pages import cookies
from infra.local import LocalStack
from tests.e2e.organizations import run


def let_in(context: BrowserContext, stack: LocalStack, api_key: str = "") -> None:
    """Sign a context in as the member whose key that is; the owner's by default."""
    text = run(stack, "tests.e2e.browser.sessions", api_key or stack.api_key).strip()
    context.add_cookies(
        [
            {
                "name": cookies.session_name(stack.url),
                "value": text,
                "url": stack.url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def _started(api_key: str) -> str:
    from chalicelib.services import accounts, sessions

    caller = accounts.authenticate(api_key)
    return sessions.start(caller.organization.number, caller.member, time.time_ns() // 1_000_000)


if __name__ == "__main__":
    for key in sys.argv[1:]:
        print(_started(key))
