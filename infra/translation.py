"""Expands a SAM template into plain CloudFormation: what is deployed says all that it makes, without a transform."""

import copy
from types import SimpleNamespace
from typing import Any

ANY_REGION = "us-east-1"  # the translator asks for its partition only


def translate(sam: dict[str, Any]) -> dict[str, Any]:
    """The template as CloudFormation would expand it, with code that lies nowhere yet."""
    # Half a second, which those need not wait for who find a package made.
    from samtranslator.translator.arn_generator import ArnGenerator
    from samtranslator.translator.transform import transform

    ArnGenerator.BOTO_SESSION_REGION_NAME = ANY_REGION
    given = copy.deepcopy(with_code(sam, "s3://bucket/deployment.zip"))  # the translator changes what it is given
    plain: dict[str, Any] = transform(given, {}, SimpleNamespace(load=dict))
    return plain


def with_code(template: dict[str, Any], uri: str) -> dict[str, Any]:
    """The template, of SAM or translated, with every function's code at `uri` (`s3://bucket/key`)."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    places = {
        "AWS::Serverless::Function": {"CodeUri": uri},
        "AWS::Lambda::Function": {"Code": {"S3Bucket": bucket, "S3Key": key}},
    }
    resources = {
        name: {**resource, "Properties": {**resource["Properties"], **places[resource["Type"]]}}
        if resource["Type"] in places
        else resource
        for name, resource in template["Resources"].items()
    }
    return {**template, "Resources": resources}
