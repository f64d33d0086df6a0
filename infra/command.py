"""How commands begin and end: what goes wrong is one line on the error output, and the exit code 1."""

import os
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import InvalidRequest, Unavailable
from infra.errors import StackError
from infra.reasons import reason

INTERRUPTED = 130


def run(main: Callable[[], bool | None]) -> int:
    """Run a command and return its exit code; the command itself answers False for what it found to be wrong."""
    try:
        return 1 if main() is False else 0
    except StackError as error:
        print(f"quietzone: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"quietzone: {reason(error)}", file=sys.stderr)
    except InvalidRequest as error:
        print(f"quietzone: {error.message}", file=sys.stderr)
    except Unavailable:
        print("quietzone: the tables are busy: the same command again goes on", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nquietzone: interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 1


def asked(name: str) -> bool:
    """Whether a switch is on in the environment."""
    return is_on(os.environ.get(name, ""))


def is_on(text: str) -> bool:
    """What a switch's text means."""
    return text.lower() not in ("", "0", "no", "false")


def confirmed(question: str) -> bool:
    """Whether the user says yes; YES=1 says it beforehand. Raises StackError where nobody can be asked."""
    if asked("YES"):
        return True
    if not sys.stdin.isatty():
        raise StackError("nothing was changed: nobody can be asked here; read what would change, then add YES=1")
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)
