"""The process of the embedded AWS: MiniStack, with what a local product needs beside it.

Run as a script by `infra.embedded.ministack`, its argument the state folder: so the process list tells whose it is.
"""

import os
import signal
import sys
import threading
import time
from functools import partialmethod
from pathlib import Path
from typing import Any


def stop_with_parent() -> None:
    """End this process, saving its state, when the one that started it is gone: killed, or crashed."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def print_function_logs() -> None:
    """Put what functions log into this process's output, and wait for it less.

    MiniStack keeps logs in its CloudWatch Logs, in memory and for ever: 1.7 kB a request (measured). And it holds
    an answer up for 5 ms after the last line, 50 if there is none: a redirect takes 5 to 8 ms now, 11 before.
    """
    from ministack.core.lambda_runtime import Worker
    from ministack.services import lambda_svc

    # Seconds for a first line to come, and for another one to follow.
    Worker._drain_stderr_bounded = partialmethod(Worker._drain_stderr_bounded, 0.005, 0.001)

    def emit(function: dict[str, Any], _request: str, text: str, failed: bool, milliseconds: int) -> None:
        name = function.get("config", function).get("FunctionName", "?")
        for line in [*text.splitlines(), *([f"failed after {milliseconds} ms"] if failed else [])]:
            # In one write: functions end at the same time, and a line's end is written apart otherwise.
            sys.stdout.write(f"{name}: {line}\n")

    lambda_svc._emit_lambda_logs = emit


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    del sys.argv[1:]
    sys.path.append(str(Path(__file__).resolve().parents[2]))  # last: of ours, only what begins with `infra`
    from ministack.app import main

    from infra.embedded.alarms import keep_alarms_of_several_metrics
    from infra.embedded.edge import know_policies
    from infra.embedded.imports import retain_and_import
    from infra.embedded.roles import enforce_roles
    from infra.embedded.updates import update_in_place

    stop_with_parent()
    print_function_logs()
    keep_alarms_of_several_metrics()
    enforce_roles(folder)
    know_policies()
    update_in_place()
    retain_and_import()
    main()
