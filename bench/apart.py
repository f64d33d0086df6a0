"""The stack's tables on the embedded AWS, in a process of its own: what this process spends is ours and the SDK's.

That is signing, serialising, HTTP over loopback and reading the answers; what storage spends is not in it.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra import aws
from infra.embedded.ministack import MiniStack
from tests.world import prepare_environment, table_requests


@contextlib.contextmanager
def tables() -> Iterator[Any]:
    """A client of DynamoDB with fresh tables, which the services use as well."""
    with tempfile.TemporaryDirectory() as folder:
        engine = MiniStack(Path(folder))
        engine.start(0)
        try:
            engine.wait()
            prepare_environment()
            os.environ.update(aws.environment(engine.endpoint))
            dynamodb = aws.clients(engine.endpoint)("dynamodb")
            for request in table_requests():
                dynamodb.create_table(**request)
            yield dynamodb
        finally:
            engine.stop()
