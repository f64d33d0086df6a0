"""What a signed request asks for in IAM's words: actions on resources (Service Authorization Reference). Pure.

Of the services that functions use; what is not known here is an error, so that nothing passes unseen.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple


class Asked(NamedTuple):
    """One action on one resource, by its ARN."""

    action: str
    resource: str


class Signed(NamedTuple):
    """A request, and whose it is: the `credential` of its signature, `<key>/<day>/<region>/<service>/aws4_request`.

    A function's key is the number of its account. Header names are in lower case.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def credential(self) -> list[str]:
        """Its five parts. Raises UnknownRequest when it is not signed."""
        found = re.search(r"Credential=([^,\s]+)", self.headers.get("authorization", ""))
        parts = (found[1] if found else self.query.get("X-Amz-Credential", [""])[0]).split("/")
        if len(parts) != _CREDENTIAL_PARTS:
            raise UnknownRequest("a request without a signature")
        return parts

    @property
    def service(self) -> str:
        return self.credential[3]

    @property
    def operation(self) -> str:
        """What follows the dot in `X-Amz-Target`."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2]

    def arn(self, resource: str) -> str:
        account, _, region, service, _ = self.credential
        return f"arn:aws:{service}:{region}:{account}:{resource}"


class UnknownRequest(Exception):
    """Nothing here says what it takes to be allowed."""


_CREDENTIAL_PARTS: Final = 5
# IAM has no action for a transaction: each of its parts is asked for by itself.
_PARTS: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_ON_FILES: Final = {
    ("PUT", False): "PutObject",
    ("POST", False): "PutObject",  # ?uploads begins one in parts
    ("PUT", True): "PutObject",
    ("POST", True): "PutObject",
    ("DELETE", True): "AbortMultipartUpload",
    ("GET", False): "GetObject",
    ("HEAD", False): "GetObject",
}


def asked(signed: Signed) -> frozenset[Asked]:
    """All that must be allowed for a request. Raises UnknownRequest."""
    of_service = _SERVICES.get(signed.service)
    if of_service is None:
        raise UnknownRequest(f"{signed.service} {signed.operation or signed.path}")
    try:
        return frozenset(of_service(signed))
    except (KeyError, ValueError) as error:
        raise UnknownRequest(f"{signed.service} {signed.method} {signed.operation or signed.path}") from error


def _of_tables(signed: Signed) -> list[Asked]:
    request: dict[str, Any] = json.loads(signed.body)
    if "TransactItems" in request:
        parts = [(kind, part) for item in request["TransactItems"] for kind, part in item.items()]
        return [_of_table(signed, _PARTS[kind], part) for kind, part in parts]
    if "RequestItems" in request:
        return [_of_table(signed, signed.operation, {"TableName": table}) for table in request["RequestItems"]]
    return [_of_table(signed, signed.operation, request)]


def _of_table(signed: Signed, operation: str, request: Mapping[str, Any]) -> Asked:
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    return Asked(f"dynamodb:{operation}", signed.arn(f"table/{request['TableName']}{index}"))


def _of_queue(signed: Signed) -> list[Asked]:
    queue = json.loads(signed.body)["QueueUrl"].rpartition("/")[2]
    return [Asked(f"sqs:{signed.operation.removesuffix('Batch')}", signed.arn(queue))]


def _of_parameters(signed: Signed) -> list[Asked]:
    request = json.loads(signed.body)
    names = request["Names"] if "Names" in request else [request["Name"]]
    return [Asked(f"ssm:{signed.operation}", signed.arn(f"parameter/{name.removeprefix('/')}")) for name in names]


def _of_file(signed: Signed) -> list[Asked]:
    bucket, _, key = signed.path.removeprefix("/").partition("/")
    if not key:
        raise KeyError(bucket)
    action = _ON_FILES[signed.method, "uploadId" in signed.query]
    return [Asked(f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}")]


def _of_mail(signed: Signed) -> list[Asked]:
    request = json.loads(signed.body)
    if (signed.method, signed.path) != ("POST", "/v2/email/outbound-emails") or "Simple" not in request["Content"]:
        raise KeyError(signed.path)
    return [Asked("ses:SendEmail", signed.arn(f"identity/{request['FromEmailAddress']}"))]


_SERVICES: Final[Mapping[str, Callable[[Signed], list[Asked]]]] = {
    "dynamodb": _of_tables,
    "sqs": _of_queue,
    "ssm": _of_parameters,
    "s3": _of_file,
    "ses": _of_mail,
}
