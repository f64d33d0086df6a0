"""Expands a SAM template into plain CloudFormation: what is deployed says all that it makes, without a transform."""

import copy
from typing import Any

import boto3

ANY_REGION = "us-east-1"  # the translator asks for its partition only


def translate(sam: dict[str, Any]) -> dict[str, Any]:
    """The template as CloudFormation would expand it, with code that lies nowhere yet."""
    # Half a second, which those need not wait for who find a package made.
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    given = copy.deepcopy(with_code(sam, "s3://bucket/deployment.zip"))  # the translator changes what it is given
    to_py27_compatible_template(given, {})  # names of API deployments are hashes that depend on this
    # As `samtranslator.translator.transform` does it, which takes the region of the user's AWS settings alone.
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=ANY_REGION))
    plain = translator.translate(given, parameter_values={}, get_managed_policy_map=dict)
    translator.metrics.publish()  # to nobody: it would complain of not being asked to
    found: dict[str, Any] = undo_mark_unicode_str_in_template(plain)
    return found


def with_code(template: dict[str, Any], uri: str) -> dict[str, Any]:
    """The template, of SAM or translated, with every function's code at `uri` (`s3://bucket/key`)."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    places: dict[str, dict[str, Any]] = {
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
