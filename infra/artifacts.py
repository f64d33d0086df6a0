"""The bucket that packages are deployed from, one for each account and region, whatever is deployed there."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from infra.errors import StackError
from infra.package import Package
from infra.translation import with_code

Clients = Callable[[str], Any]


def upload(clients: Clients, package: Package) -> str:
    """Put code and template into the bucket, named by their content; return the template's URL. Raises StackError."""
    s3, account = clients("s3"), str(clients("sts").get_caller_identity()["Account"])
    bucket = _bucket(s3, account)
    code_key = _put(s3, bucket, account, package.code.read_bytes(), "zip")
    return put_template(clients, with_code(package.translated, f"s3://{bucket}/{code_key}"))


def put_template(clients: Clients, template: dict[str, Any]) -> str:
    """Put a template into the bucket, named by its content; return its URL. Raises StackError."""
    s3, account = clients("s3"), str(clients("sts").get_caller_identity()["Account"])
    bucket = _bucket(s3, account)
    return f"{s3.meta.endpoint_url}/{bucket}/{_put(s3, bucket, account, json.dumps(template).encode(), 'json')}"


def _put(s3: Any, bucket: str, account: str, content: bytes, kind: str) -> str:
    """The key of a content, which is sent unless it is there."""
    key = f"{hashlib.sha256(content).hexdigest()}.{kind}"
    place = {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": account}
    try:
        s3.head_object(**place)
    except ClientError as error:
        if _status(error) != 404:
            raise
        s3.put_object(**place, Body=content)
    return key


def _bucket(s3: Any, account: str) -> str:
    """The bucket's name, made if it is missing. Its name is easy to guess: it must be this account's own."""
    region = s3.meta.region_name
    name = f"quietzone-artifacts-{account}-{region}"
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        if _status(error) == 403:
            raise StackError(
                f"the bucket {name} is not this account's, or not open to you: without it nothing can be deployed"
            ) from error
        if _status(error) != 404:
            raise
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **place)
        _close(s3, {"Bucket": name, "ExpectedBucketOwner": account})
    return name


def _close(s3: Any, bucket: dict[str, str]) -> None:
    """Make a new bucket private and encrypted, and let it keep what is written over or deleted."""
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(**bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    s3.put_bucket_ownership_controls(
        **bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
