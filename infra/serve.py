"""`make serve`: runs the whole product until Ctrl-C.

Settings come from the environment: PORT, FRESH, LAN, STATE_FOLDER (`.local`), and the functions' own PLAN_DEFAULT,
CREATES_PER_HOUR and MAIL_FROM.
"""

import contextlib
import http.client
import io
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from infra.command import asked, say
from infra.errors import StackError
from infra.local import LocalStack
from infra.mailbox import PATH, Inbox
from infra.package import ROOT
from infra.resume import SETTINGS

FOLDER = Path(os.environ.get("STATE_FOLDER") or ROOT / ".local")
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run until a signal stops it; return the exit code."""
    for name in STOPPING:
        signal.signal(name, interrupt)
    started = time.monotonic()
    try:
        stack = local_stack()
        with contextlib.suppress(KeyboardInterrupt), stack:
            link = stack.sign_in_link()
            say(welcome(stack, link, time.monotonic() - started))
            watch(stack)
    except StackError as error:
        print(f"quietzone: {error}", file=sys.stderr, flush=True)
        return 1
    say("Stopped. The next start goes on from here.")
    return 0


def watch(stack: LocalStack) -> None:
    """Show mails as they come, until the signal that ends this. Raises StackError if the embedded AWS ends first."""
    inbox = stack.inbox()
    while stack.running():
        show_mails(inbox)
        time.sleep(0.5)
    raise StackError(f"the embedded AWS ended by itself: see {FOLDER / 'engine.log'}")


def show_mails(inbox: Inbox) -> None:
    """Print what came; say so when it cannot be read, which a busy embedded AWS may cause. It is tried again soon."""
    try:
        for mail in inbox.fresh():
            say(f"\n--- mail ---\n{mail.lines()}\n------------")
    except (OSError, http.client.HTTPException) as error:
        say(f"  mails cannot be read just now: {error}")


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Stop once; further signals would only interrupt the saving of the state."""
    for name in STOPPING:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def local_stack() -> LocalStack:
    """The stack that the environment asks for. Raises StackError when PORT is no port."""
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise StackError(f"PORT={port} is not a port: give a number from 1 to 65535")
    settings = {name: os.environ[variable] for name, variable in SETTINGS.items() if os.environ.get(variable)}
    for own in ("PublicUrl", "OriginSecret", "LocalReceivers"):
        settings.pop(own, None)
    return LocalStack(
        FOLDER,
        int(port),
        fresh=asked("FRESH"),
        lan=asked("LAN"),
        settings=settings,
        report=lambda step: say(f"  {step} ..."),
    )


def welcome(stack: LocalStack, link: str, seconds: float) -> str:
    """What the user needs to begin; `link` is one to sign in with."""
    return f"""
Quietzone is ready at {stack.url} (after {seconds:.1f} s). Ctrl-C stops it and keeps its state.

  dashboard  {stack.url}/dashboard
  sign in    {link}
             (good once, for 15 minutes; what {stack.url}/sign-in mails appears here)
  mails      {stack.url}{PATH}
  API key    {stack.api_key}
  try        curl -H 'Authorization: Bearer {stack.api_key}' {stack.url}/v1/me
  demo link  {stack.demo_link}

{qr_code(stack.demo_link)}"""


def qr_code(text: str) -> str:
    """A QR code in block characters, or nothing where the terminal has none."""
    import segno

    drawing = io.StringIO()
    segno.make(text, micro=False).terminal(drawing, compact=True)
    try:
        drawing.getvalue().encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    return drawing.getvalue()


if __name__ == "__main__":
    sys.exit(main())
