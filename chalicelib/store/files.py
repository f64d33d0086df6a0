"""Files in the bucket of exports. Long ones are uploaded in parts: whatever is cut off goes on at its last part.

A part that is stored again takes its own place. An upload that is never completed, S3 takes away after a day.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import IO, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import settings
from chalicelib.errors import Unavailable
from chalicelib.store.aws_clients import client

# S3 takes no smaller part but the last one.
LEAST_PART_BYTES: Final = 5 * 1024 * 1024

_GONE: Final = frozenset({"InvalidPart", "NoSuchUpload"})
_MISSING: Final = frozenset({"403", "404", "NoSuchKey"})  # without the right to list, what is missing is forbidden


class UploadLost(Exception):
    """The upload is there no more, or not with the parts that were noted."""


def begin(key: str, content_type: str) -> str:
    """Begin an upload; return its id. Raises Unavailable."""
    with _translated():
        answer = _client().create_multipart_upload(**_named(key), ContentType=content_type)
        return str(answer["UploadId"])


def put_part(key: str, upload: str, number: int, body: bytes) -> str:
    """Store a part, counted from 1; return its etag. Raises UploadLost, Unavailable."""
    with _translated():
        answer = _client().upload_part(**_named(key), UploadId=upload, PartNumber=number, Body=body)
        return str(answer["ETag"])


def complete(key: str, upload: str, etags: Sequence[str]) -> None:
    """Make one file of the parts. Raises UploadLost, Unavailable."""
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    with _translated():
        _client().complete_multipart_upload(**_named(key), UploadId=upload, MultipartUpload={"Parts": parts})


def abort(key: str, upload: str) -> None:
    """Throw the parts of an upload away, if it is there. Raises Unavailable."""
    try:
        with _translated():
            _client().abort_multipart_upload(**_named(key), UploadId=upload)
    except UploadLost:
        return


def put(key: str, content_type: str, file: IO[bytes]) -> None:
    """Store a whole file from where it stands, in place of one of that name. Raises Unavailable."""
    with _translated():
        _client().put_object(**_named(key), ContentType=content_type, Body=file)


def exists(key: str) -> bool:
    """Whether a file is there. Raises Unavailable."""
    try:
        _client().head_object(**_named(key))
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return False
        raise Unavailable.storage() from error
    except BotoCoreError as error:
        raise Unavailable.storage() from error
    return True


def signed_url(key: str, seconds: int) -> str:
    """An address that gives anybody who has it the file, for some time, as a download by its own name."""
    filename = key.rpartition("/")[2]
    asked = {**_named(key), "ResponseContentDisposition": f'attachment; filename="{filename}"'}
    return str(_client().generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))


def _named(key: str) -> dict[str, str]:
    return {"Bucket": settings().exports_bucket, "Key": key}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise UploadLost from error
        raise Unavailable.storage() from error
    except BotoCoreError as error:
        raise Unavailable.storage() from error


@cache
def _client() -> Any:
    """Path-style addresses carry the region, and are right for the local stack as well."""
    paths = {"addressing_style": "path"}
    return client("s3", connect_seconds=2, read_seconds=30, signature_version="s3v4", s3=paths)
