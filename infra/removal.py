"""Takes away stacks, tables and files; what is gone already is no failure, so that each step can be repeated."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy import Witness
from infra.errors import StackError
from infra.progress import Progress
from infra.states import Stack

GONE = ("ResourceNotFoundException", "NoSuchBucket", "404")


def delete_stack(cloudformation: Any, stack: Stack, witness: Witness) -> None:
    """Delete a stack, and return when it is gone. Raises StackError when something of it stays."""
    progress = Progress(cloudformation, stack.id, witness.pause)  # by its id: what is gone has no name any more
    cloudformation.delete_stack(StackName=stack.name)
    progress.follow(witness.report)


def holds_items(dynamodb: Any, table: str) -> bool:
    """Whether a table is there and has any item. DynamoDB counts items every six hours only, so this reads one."""
    try:
        return bool(dynamodb.scan(TableName=table, Limit=1, ConsistentRead=True)["Items"])
    except ClientError as error:
        if _is_gone(error):
            return False
        raise


def exists(dynamodb: Any, table: str) -> bool:
    """Whether a table is there."""
    try:
        dynamodb.describe_table(TableName=table)
    except ClientError as error:
        if _is_gone(error):
            return False
        raise
    return True


def delete_table(dynamodb: Any, table: str) -> None:
    """Delete a table with all that is in it, its protection first."""
    try:
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=table)
        dynamodb.delete_table(TableName=table)
    except ClientError as error:
        if not _is_gone(error):
            raise


def has_bucket(s3: Any, bucket: str) -> bool:
    """Whether a bucket is there."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if _is_gone(error):
            return False
        raise
    return True


def empty_bucket(s3: Any, bucket: str) -> int:
    """Delete all files of a bucket, in all their versions; return how many there were."""
    count = 0
    try:
        for batch in _batches(s3, bucket):
            done = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
            if failed := done.get("Errors"):
                raise StackError(f"{len(failed)} files of {bucket} cannot be deleted: {failed[0]['Code']}")
            count += len(batch)
    except ClientError as error:
        if not _is_gone(error):
            raise
    return count


def delete_bucket(s3: Any, bucket: str) -> None:
    """Delete a bucket that is empty."""
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if not _is_gone(error):
            raise


def delete_secrets(ssm: Any, path: str) -> int:
    """Delete the parameters below a path; return how many there were."""
    count = 0
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True):
        if names := [it["Name"] for it in page["Parameters"]]:
            ssm.delete_parameters(Names=names)
            count += len(names)
    return count


def _batches(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    """Everything in a bucket, as much at a time as may be deleted at once."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": it["Key"], "VersionId": it["VersionId"]} for it in found]


def _is_gone(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in GONE
