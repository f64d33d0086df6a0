"""Deploys a package as a CloudFormation stack through a change set, on AWS and on the embedded one alike."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.errors import StackError
from infra.package import Package

Clients = Callable[[str], Any]


def deploy(
    clients: Clients, stack: str, package: Package, parameters: Mapping[str, str], pause: float = 5
) -> dict[str, str]:
    """Create or update the stack and return its outputs.

    `clients` makes a boto3 client of a service's name; `pause` is seconds between two looks at the progress.
    Raises StackError with CloudFormation's own reason when it refuses or fails.
    """
    cloudformation = clients("cloudformation")
    try:
        url = _upload(clients, package)
        kind = "UPDATE" if _exists(cloudformation, stack) else "CREATE"
        changes = _create_change_set(cloudformation, stack, kind, url, parameters)
        if _has_changes(cloudformation, changes, pause):
            cloudformation.execute_change_set(ChangeSetName=changes)
            _wait(cloudformation, f"stack_{kind.lower()}_complete", pause, StackName=stack)
    except WaiterError as error:
        raise StackError(f"the stack {stack} failed: {_reason(cloudformation, stack)}") from error
    except ClientError as error:
        raise StackError(f"the stack {stack} cannot be deployed: {error}") from error
    return outputs(cloudformation, stack)


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """The outputs of a stack that exists, by name."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _upload(clients: Clients, package: Package) -> str:
    """Put code and template into the artifact bucket, named by their content; return the template's URL."""
    s3 = clients("s3")
    bucket = _bucket(clients, s3)
    code = package.code.read_bytes()
    code_key = f"{hashlib.sha256(code).hexdigest()}.zip"
    s3.put_object(Bucket=bucket, Key=code_key, Body=code)
    template = json.dumps(with_code(package.template, f"s3://{bucket}/{code_key}")).encode()
    template_key = f"{hashlib.sha256(template).hexdigest()}.json"
    s3.put_object(Bucket=bucket, Key=template_key, Body=template)
    return f"{s3.meta.endpoint_url}/{bucket}/{template_key}"


def with_code(template: dict[str, Any], uri: str) -> dict[str, Any]:
    """The template with every function's code at `uri` (`s3://bucket/key`)."""
    resources = {
        name: {**resource, "Properties": {**resource["Properties"], "CodeUri": uri}}
        if resource["Type"] == "AWS::Serverless::Function"
        else resource
        for name, resource in template["Resources"].items()
    }
    return {**template, "Resources": resources}


def _bucket(clients: Clients, s3: Any) -> str:
    account = clients("sts").get_caller_identity()["Account"]
    region = s3.meta.region_name
    name = f"quietzone-artifacts-{account}-{region}"
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **place)
    return name


def _exists(cloudformation: Any, stack: str) -> bool:
    try:
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return status not in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")


def _create_change_set(cloudformation: Any, stack: str, kind: str, url: str, parameters: Mapping[str, str]) -> str:
    answer = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"quietzone-{datetime.now(UTC):%Y%m%d%H%M%S}",
        ChangeSetType=kind,
        TemplateURL=url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    return str(answer["Id"])


def _has_changes(cloudformation: Any, changes: str, pause: float) -> bool:
    try:
        _wait(cloudformation, "change_set_create_complete", pause, ChangeSetName=changes)
    except WaiterError as error:
        reason = error.last_response.get("StatusReason", "")
        if "didn't contain changes" in reason or "No updates" in reason:
            return False
        raise StackError(f"CloudFormation refuses the template: {reason or error}") from error
    return True


def _wait(cloudformation: Any, event: str, pause: float, **names: str) -> None:
    waiter = cloudformation.get_waiter(event)
    waiter.wait(**names, WaiterConfig={"Delay": pause, "MaxAttempts": int(1800 / pause)})


def _reason(cloudformation: Any, stack: str) -> str:
    """The first failure of the last operation: later ones are its consequences."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "CloudFormation gives no reason"
    first = failed[-1]
    return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason given')}"
