"""The process of the embedded AWS: MiniStack, with the two things a local product needs beside it.

Run as a script by `infra.ministack`, its argument the state folder: so the process list tells whose it is.
"""

import os
import signal
import sys
import threading
import time
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
    """Put what functions log into this process's output.

    MiniStack keeps it in its CloudWatch Logs, in memory and for ever: 1.7 kB a request (measured).
    """
    from ministack.services import lambda_svc

    def emit(function: dict[str, Any], _request: str, text: str, failed: bool, milliseconds: int) -> None:
        name = function.get("config", function).get("FunctionName", "?")
        for line in [*text.splitlines(), *([f"failed after {milliseconds} ms"] if failed else [])]:
            print(f"{name}: {line}")

    lambda_svc._emit_lambda_logs = emit


if __name__ == "__main__":
    del sys.argv[1:]
    from ministack.app import main

    stop_with_parent()
    print_function_logs()
    main()
