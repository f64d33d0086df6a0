"""What is taken away, in which order, and what stays until that is said twice."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import destroy, removal
from infra.artifacts import _bucket
from infra.destroy import Destruction, Remains
from infra.errors import StackError
from infra.states import Stack
from infra.target import Target

TARGET = Target("prod", "eu-west-1")
STACK = Stack("id", TARGET.stack, "UPDATE_COMPLETE", {}, {})
KEYS: Any = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "DeletionProtectionEnabled": True,
}


class Account:
    """An account on moto."""

    number, identity, is_embedded = "123456789012", "arn:aws:iam::123456789012:user/ada", True

    def clients(self, service: str) -> Any:
        return boto3.client(service, region_name="eu-west-1")

    def clients_in(self, region: str) -> Callable[[str], Any]:
        return lambda service: boto3.client(service, region_name=region)


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


@pytest.fixture
def remains(account: Account, monkeypatch: pytest.MonkeyPatch) -> Remains:
    """Two protected tables, of which one holds an item, a bucket with old versions, and a secret."""
    dynamodb, s3 = account.clients("dynamodb"), account.clients("s3")
    for name in ("objects", "scans"):
        dynamodb.create_table(TableName=name, **KEYS)
    dynamodb.put_item(TableName="objects", Item={"pk": {"S": "1"}})
    s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="exports", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="exports", Key="file", Body=body)
    s3.delete_object(Bucket="exports", Key="file")
    account.clients("ssm").put_parameter(Name="/quietzone/quietzone-prod/1", Value="s", Type="SecureString")
    monkeypatch.setattr(removal, "delete_stack", lambda *_: None)
    for name in ("YES", "KEEP_DATA", "DELETE_DATA"):
        monkeypatch.delenv(name, raising=False)
    return Remains(STACK, {"ObjectsTable": "objects", "ScansTable": "scans"}, {"ExportsBucket": "exports"})


def left(account: Account) -> tuple[list[str], list[str], int]:
    """Tables, buckets, and how many secrets."""
    secrets = account.clients("ssm").get_parameters_by_path(Path="/quietzone", Recursive=True)["Parameters"]
    buckets = [it["Name"] for it in account.clients("s3").list_buckets()["Buckets"]]
    return account.clients("dynamodb").list_tables()["TableNames"], buckets, len(secrets)


def run(account: Account, remains: Remains) -> None:
    Destruction(account, TARGET, remains).run()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variables", "typed", "refusal"),
    [
        ({}, TARGET.stack, "add DELETE_DATA=quietzone-prod"),
        ({"YES": "1"}, TARGET.stack, "add DELETE_DATA=quietzone-prod"),
        ({"DELETE_DATA": "1"}, TARGET.stack, "add DELETE_DATA=quietzone-prod"),
        ({"DELETE_DATA": TARGET.stack}, "", "that is not its name"),
        ({"DELETE_DATA": TARGET.stack, "YES": "1"}, "y", "that is not its name"),
        ({"KEEP_DATA": "1", "YES": "1"}, "quietzone", "that is not its name"),
    ],
)
def test_what_holds_items_is_removed_only_when_that_is_said_twice(
    account: Account,
    remains: Remains,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    typed: str,
    refusal: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    with pytest.raises(StackError, match=refusal):
        run(account, remains)
    assert left(account) == (["objects", "scans"], ["exports"], 1)


def test_said_twice_everything_goes_protected_or_not_in_all_versions(
    account: Account, remains: Remains, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETE_DATA", TARGET.stack)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TARGET.stack}\n"))
    run(account, remains)
    assert left(account) == ([], [], 0)


def test_what_is_kept_is_named_with_what_can_be_done_with_it(
    account: Account, remains: Remains, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEEP_DATA", "1")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TARGET.stack}\n"))
    run(account, remains)
    assert left(account)[0] == ["objects", "scans"]
    assert left(account)[2] == 1
    said = capsys.readouterr().out.split("Kept, protected against deletion")[1]
    assert "objects" in said
    assert "make destroy STAGE=prod REGION=eu-west-1 DELETE_DATA=quietzone-prod" in said


def test_without_items_one_yes_is_enough(account: Account, remains: Remains, monkeypatch: pytest.MonkeyPatch) -> None:
    account.clients("dynamodb").delete_item(TableName="objects", Key={"pk": {"S": "1"}})
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(StackError, match="add YES=1"):
        run(account, remains)
    monkeypatch.setenv("YES", "1")
    run(account, remains)
    assert left(account) == ([], [], 0)


def test_items_that_come_after_the_yes_keep_their_table(
    account: Account, remains: Remains, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamodb = account.clients("dynamodb")
    dynamodb.delete_item(TableName="objects", Key={"pk": {"S": "1"}})
    late = {"TableName": "scans", "Item": {"pk": {"S": "late"}}}
    monkeypatch.setattr(removal, "delete_stack", lambda *_: dynamodb.put_item(**late))
    monkeypatch.setenv("YES", "1")
    with pytest.raises(StackError, match="ScansTable got items meanwhile and stayed"):
        run(account, remains)
    assert left(account)[0] == ["objects", "scans"]


def test_what_failed_halfway_is_finished_by_the_same_command(
    account: Account, remains: Remains, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETE_DATA", TARGET.stack)
    removal.delete_table(account.clients("dynamodb"), "objects")
    removal.empty_bucket(account.clients("s3"), "exports")
    removal.delete_bucket(account.clients("s3"), "exports")
    gone = Remains(None, remains.tables, remains.buckets)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TARGET.stack}\n"))
    monkeypatch.setenv("YES", "1")
    run(account, gone)
    assert left(account) == ([], [], 0)


def test_where_nothing_is_nothing_is_found(account: Account) -> None:
    assert destroy.look(account, TARGET) is None  # type: ignore[arg-type]


def test_the_bucket_of_packages_is_private_encrypted_and_versioned(account: Account) -> None:
    s3 = account.clients("s3")
    name = _bucket(s3, account.number)
    assert name == "quietzone-artifacts-123456789012-eu-west-1"
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (owners,) = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owners["ObjectOwnership"] == "BucketOwnerEnforced"
    assert _bucket(s3, account.number) == name
