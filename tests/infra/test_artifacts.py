"""The bucket of packages is this account's own, or nothing is put there."""

import pytest
from botocore.stub import ANY

from infra.artifacts import _bucket, _put
from infra.errors import StackError
from tests.infra.stubbed import Stubbed

BUCKET = "quietzone-artifacts-123456789012-eu-west-1"


def test_somebody_elses_bucket_of_that_name_gets_nothing() -> None:
    stub = Stubbed("s3")
    stub._stubber.add_client_error(
        "head_bucket",
        "403",
        http_status_code=403,
        expected_params={"Bucket": BUCKET, "ExpectedBucketOwner": "123456789012"},
    )
    with pytest.raises(StackError, match="is not this account's"):
        _bucket(stub.client, "123456789012")


def test_what_is_there_is_not_sent_again_and_what_is_sent_goes_to_the_expected_owner() -> None:
    place = {"Bucket": BUCKET, "Key": ANY, "ExpectedBucketOwner": "123456789012"}
    stub = Stubbed("s3").answers("head_object", {}, place)
    key = _put(stub.client, BUCKET, "123456789012", b"zip", "zip")
    stub._stubber.add_client_error("head_object", "404", http_status_code=404)
    stub.answers("put_object", {}, {**place, "Key": key, "Body": b"zip"})
    assert _put(stub.client, BUCKET, "123456789012", b"zip", "zip") == key
    stub.is_done()
