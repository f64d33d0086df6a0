"""The stack that `make serve` is running, as other commands find it."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from infra import aws
from infra.deploy import outputs
from infra.errors import StackError
from infra.local import STACK


class Attached(NamedTuple):
    """Where the running stack answers, and its owner's key."""

    url: str
    api_key: str


def attach(folder: Path) -> Attached:
    """Find the running stack, and make `chalicelib` work on it in this process: call before importing it.

    Raises StackError when nothing runs.
    """
    try:
        serve = json.loads((folder / "serve.json").read_bytes())
        clients = aws.clients(serve["aws_endpoint"])
        names = outputs(clients("cloudformation"), STACK)
        function = clients("lambda").get_function_configuration(FunctionName=names["APIHandlerName"])
    except (OSError, ValueError, KeyError, BotoCoreError, ClientError) as error:
        raise StackError("nothing is running here: start it with make serve, in another terminal") from error
    os.environ.update(aws.environment(serve["aws_endpoint"]) | function["Environment"]["Variables"])
    return Attached(serve["url"], serve["api_key"])
