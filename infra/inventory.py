"""What a stack consists of, by its resources' names in the template."""

from typing import Any

TABLE, BUCKET, QUEUE = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"
FUNCTION, LOGS, ALARM = "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::CloudWatch::Alarm"


def resources(cloudformation: Any, stack: str) -> dict[str, dict[str, str]]:
    """Physical names by logical ones, by type; `stack` is a name or an id."""
    found: dict[str, dict[str, str]] = {}
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for each in page["StackResourceSummaries"]:
            if name := each.get("PhysicalResourceId"):
                found.setdefault(each["ResourceType"], {})[each["LogicalResourceId"]] = name
    return found
