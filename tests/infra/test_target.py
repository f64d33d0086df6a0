"""Which deployment a command is for, and whose AWS."""

import pytest

from infra.account import Account
from infra.errors import StackError
from infra.target import is_named, target


def names(monkeypatch: pytest.MonkeyPatch, stage: str, region: str) -> None:
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("REGION", region)


def test_stage_and_region_name_the_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "prod", "eu-west-1")
    found = target()
    assert (found.stack, found.companion, found.region) == (
        "quietzone-prod",
        "quietzone-prod-eu-west-1-global",
        "eu-west-1",
    )


def test_without_region_it_is_that_of_the_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "prod", "")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert target().region == "eu-central-1"


@pytest.mark.parametrize("stage", ["", "Prod", "1st", "a b", "a" * 41, "-x"])
def test_a_stage_that_names_no_stack_is_refused(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    names(monkeypatch, stage, "eu-west-1")
    with pytest.raises(StackError, match="like STAGE=prod"):
        target()


@pytest.mark.parametrize(
    ("region", "said"), [("", "REGION= is missing"), ("eu-west-9", "REGION=eu-west-9 is no region")]
)
def test_a_region_that_is_none_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, region: str, said: str
) -> None:
    names(monkeypatch, "prod", region)
    with pytest.raises(StackError, match=f"{said}.*eu-west-1"):
        target()


def test_without_stage_commands_are_for_the_local_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    assert not is_named()


def test_an_embedded_aws_sees_nothing_of_the_users_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setattr("infra.account.Account.clients_in", lambda _self, _region: lambda _service: Identity())
    found = Account("eu-west-1")
    assert found.is_embedded
    assert found.environment()["AWS_ACCESS_KEY_ID"] == "test"
    assert found.environment()["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_an_endpoint_elsewhere_is_no_embedded_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://vpce.example.com")
    monkeypatch.setattr("infra.account.Account.clients_in", lambda _self, _region: lambda _service: Identity())
    found = Account("eu-west-1")
    assert not found.is_embedded
    assert found.environment() == {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}


class Identity:
    """STS."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/ada"}
