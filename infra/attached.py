"""The stack that an operator's command works on: the deployment that STAGE and REGION name, else the local one."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from infra import aws, target
from infra.account import Account
from infra.artifacts import Clients
from infra.deploy import outputs
from infra.errors import StackError
from infra.local import STACK
from infra.reasons import reason
from infra.site import url_of


class Attached(NamedTuple):
    """Where the stack answers, and its owner's key; of a deployment on AWS that is known to its owner alone: ''."""

    url: str
    api_key: str


class Place(NamedTuple):
    """Where a stack is: its clients, name and outputs, and the variables with which an SDK finds its AWS.

    `known` is what `make serve` left of the local one.
    """

    clients: Clients
    stack: str
    outputs: dict[str, str]
    environment: dict[str, str]
    known: Attached | None = None


def attach(folder: Path) -> Attached:
    """Find the stack, and make `chalicelib` work on it in this process: call before importing it.

    `folder` is the local stack's. Raises StackError when there is none.
    """
    return attach_place(locate(folder))


def attach_place(place: Place) -> Attached:
    """The same for a stack that was found. Raises StackError."""
    try:
        function = place.clients("lambda").get_function_configuration(FunctionName=place.outputs["APIHandlerName"])
    except (BotoCoreError, ClientError) as error:
        raise StackError(reason(error)) from error
    os.environ.update(place.environment | function["Environment"]["Variables"])
    return place.known or Attached(url_of(place.outputs), "")


def locate(folder: Path) -> Place:
    """The stack that the environment means: with STAGE a deployment, else the one in `folder`. Raises StackError."""
    if not target.is_named():
        return _local(folder)
    deployment = target.target()
    try:
        return place_of(Account(deployment.region), deployment.stack)
    except (BotoCoreError, ClientError) as error:
        missing = f"there is no stack {deployment.stack} in {deployment.region}: see STAGE= and REGION="
        raise StackError(missing if "does not exist" in str(error) else reason(error)) from error


def place_of(account: Account, stack: str) -> Place:
    """A stack of an account. Raises StackError, BotoCoreError and ClientError."""
    names = outputs(account.clients("cloudformation"), stack)
    if "APIHandlerName" not in names:
        raise StackError(f"the stack {stack} was never deployed to its end: make deploy says what to do")
    return Place(account.clients, stack, names, account.environment())


def _local(folder: Path) -> Place:
    try:
        serve = json.loads((folder / "serve.json").read_bytes())
        clients = aws.clients(serve["aws_endpoint"])
        names, known = outputs(clients("cloudformation"), STACK), Attached(serve["url"], serve["api_key"])
    except (OSError, ValueError, KeyError, BotoCoreError, ClientError) as error:
        raise StackError("nothing is running here: start it with make serve, in another terminal") from error
    return Place(clients, STACK, names, aws.environment(serve["aws_endpoint"]), known)
