"""Deploys a package as a CloudFormation stack through a change set, on AWS and on the embedded one alike."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.artifacts import Clients as Clients
from infra.artifacts import upload
from infra.changes import Change, read
from infra.errors import StackError
from infra.package import Package
from infra.progress import Progress, Report, silent
from infra.reasons import reason
from infra.states import Stack, check_changeable, find
from infra.translation import with_code as with_code
from infra.under_way import check_arrived

# What CloudFormation says of a change set without changes.
NOTHING = ("didn't contain changes", "No updates")
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


def agree(_: list[Change]) -> bool:
    """Approves of everything."""
    return True


@dataclass(frozen=True)
class Witness:
    """Who is asked and told: `approve` sees the changes before anything is done and may refuse, `report` every event.

    `pause` is seconds between two looks at the progress.
    """

    approve: Callable[[list[Change]], bool] = agree
    report: Report = silent
    pause: float = 5


def deploy(
    clients: Clients,
    stack: str,
    package: Package,
    parameters: Mapping[str, str],
    pause: float = 5,
    witness: Witness | None = None,
) -> dict[str, str]:
    """Create or update the stack and return its outputs.

    `clients` makes a boto3 client of a service's name. Of `parameters` those that are not named keep their values, and
    their defaults in a new stack. Raises StackError with CloudFormation's own reason when it refuses or fails, and
    when the changes are not approved.
    """
    witness = witness or Witness(pause=pause)
    cloudformation = clients("cloudformation")
    try:
        if found := find(cloudformation, stack):
            check_changeable(stack, found)
            check_arrived(cloudformation, stack)
        source = {"TemplateURL": upload(clients, package)}
        return apply(cloudformation, stack, source, package.translated["Parameters"], parameters, witness)
    except ClientError as error:
        raise StackError(f"the stack {stack} cannot be deployed: {reason(error)}") from error


def apply(
    cloudformation: Any,
    stack: str,
    source: Mapping[str, str],
    declared: Iterable[str],
    parameters: Mapping[str, str],
    witness: Witness,
) -> dict[str, str]:
    """Make a stack what a template says, and return its outputs.

    `source` is how CloudFormation gets the template (`TemplateURL` or `TemplateBody`), `declared` are its parameters'
    names. Raises StackError and ClientError.
    """
    found = find(cloudformation, stack)
    check_changeable(stack, found)
    arguments = {**source, "Parameters": list(_parameters(declared, parameters, found))}
    change(cloudformation, stack, "UPDATE" if found else "CREATE", arguments, witness)
    return outputs(cloudformation, stack)


def change(cloudformation: Any, stack: str, kind: str, arguments: Mapping[str, Any], witness: Witness) -> bool:
    """Change a stack by a change set of a kind (CREATE, UPDATE or IMPORT); False when there is nothing to change.

    `arguments` say what it shall be. Raises StackError and ClientError.
    """
    change_set = _create_change_set(cloudformation, stack, kind, arguments)
    try:
        changed = _has_approved_changes(cloudformation, change_set, witness)
    except BaseException:
        _withdraw(cloudformation, stack, change_set, kind)
        raise
    if not changed:
        _withdraw(cloudformation, stack, change_set, kind)
        return False
    progress = Progress(cloudformation, stack, witness.pause)
    cloudformation.execute_change_set(ChangeSetName=change_set)
    progress.follow(witness.report)
    return True


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """The outputs of a stack that exists, by name."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _parameters(
    declared: Iterable[str], parameters: Mapping[str, str], found: Stack | None
) -> Iterable[dict[str, str | bool]]:
    """As CloudFormation takes them: what is not said stays as it is."""
    for name in declared:
        if name in parameters:
            yield {"ParameterKey": name, "ParameterValue": parameters[name]}
        elif found and name in found.parameters:
            yield {"ParameterKey": name, "UsePreviousValue": True}


def _create_change_set(cloudformation: Any, stack: str, kind: str, arguments: Mapping[str, Any]) -> str:
    answer = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"quietzone-{datetime.now(UTC):%Y%m%d%H%M%S%f}",
        ChangeSetType=kind,
        Capabilities=CAPABILITIES,
        **arguments,
    )
    return str(answer["Id"])


def _has_changes(cloudformation: Any, change_set: str, pause: float) -> bool:
    waiter = cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(ChangeSetName=change_set, WaiterConfig={"Delay": pause, "MaxAttempts": int(1800 / pause)})
    except WaiterError as error:
        reason = error.last_response.get("StatusReason", "")
        if any(words in reason for words in NOTHING):
            return False
        raise StackError(f"CloudFormation refuses the template: {reason or error}") from error
    return True


def _has_approved_changes(cloudformation: Any, change_set: str, witness: Witness) -> bool:
    """Whether there is anything to change. Raises StackError when it is not approved."""
    changed = _has_changes(cloudformation, change_set, witness.pause)
    if changed and not witness.approve(read(cloudformation, change_set)):
        raise StackError("nothing was changed: you did not say yes")
    return changed


def _withdraw(cloudformation: Any, stack: str, change_set: str, kind: str) -> None:
    """Take a change set back, and with it the stack that was only begun for it."""
    with contextlib.suppress(ClientError):  # one that is still being made stays; why we stopped matters more
        cloudformation.delete_change_set(ChangeSetName=change_set)
    if kind == "CREATE":
        cloudformation.delete_stack(StackName=stack)
