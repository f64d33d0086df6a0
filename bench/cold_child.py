"""What a fresh process does in `bench/cold_start.py`: Lambda's part, with nothing but a zip and Python's own library.

    python -I -S -B cold_child.py <folder> <module.handler>    with the event on its input

It imports the handler, hands it the event, and prints the status, or `done`; without an event it only imports. It ends
there and then, since a function lives on.
"""

import importlib
import json
import os
import sys


class Context:
    """What a handler asks of Lambda's context."""

    aws_request_id = "1"
    function_name = "function"
    memory_limit_in_mb = 1024

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def main() -> None:
    folder, handler = sys.argv[1:]
    event = sys.stdin.read()
    sys.path.insert(0, folder)
    module, _, name = handler.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    answer = function(json.loads(event), Context()) if event else None
    said = answer["statusCode"] if answer and "statusCode" in answer else "done"
    os.write(1, f"\n{said}\n".encode())
    os._exit(0)


main()
