"""People who are signed in already, for tests that are not about signing in: made in a process of its own, since
settings are read once a process.

python -m tests.e2e.browser.sessions KEY             prints the cookie's text of a session of the key's member
python -m tests.e2e.browser.sessions --found NAME    prints a new organization's owner's key, and two sessions
"""

import sys
import time
from typing import NamedTuple

from playwright.sync_api import BrowserContext

from chalicelib.pages import cookies
from infra.local import LocalStack
from tests.e2e.organizations import run

ME = "tests.e2e.browser.sessions"


def session(stack: LocalStack, api_key: str) -> str:
    """The cookie's text of a new session of the member whose key that is."""
    return run(stack, ME, api_key).strip()


def let_in(context: BrowserContext, stack: LocalStack, text: str) -> None:
    """Sign a context in by a session's text."""
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


class Found(NamedTuple):
    """The owner of a new organization: a key, and the texts of two sessions."""

    key: str
    session: str
    another: str


def found(stack: LocalStack, name: str) -> Found:
    """A new organization."""
    return Found(*run(stack, ME, "--found", name).split())


def _started(api_key: str, now_ms: int) -> str:
    from chalicelib.services import accounts, sessions

    caller = accounts.authenticate(api_key)
    return sessions.start(caller.organization.number, caller.member, now_ms)


def _founded(name: str, now_ms: int) -> str:
    from chalicelib.services import accounts

    organization, owner = accounts.create_organization(name, f"o{now_ms}@example.com", now_ms)
    key = accounts.create_key(organization.number, owner.number, now_ms)
    return " ".join([key, *(_started(key, now_ms) for _ in range(2))])


if __name__ == "__main__":
    make = _founded if sys.argv[1] == "--found" else _started
    print(make(sys.argv[-1], time.time_ns() // 1_000_000))
