"""Which stack operators' commands work on, and for whom."""

import os
from pathlib import Path

import pytest

from chalicelib.services import accounts
from infra import attached, owner
from infra.attached import Attached, Place, attach, attach_place, place_of
from infra.errors import StackError
from tests.api.calls import new_caller
from tests.infra.stubbed import Stubbed
from tests.world import World, now_ms

OUTPUTS = {"APIHandlerName": "quietzone-prod-APIHandler-1", "Url": "https://qr.example.org"}


def test_a_deployments_tables_are_those_that_its_functions_know(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"OBJECTS_TABLE": "quietzone-prod-ObjectsTable-1", "PUBLIC_URL": ""}
    stub = Stubbed("lambda").answers(
        "get_function_configuration",
        {"Environment": {"Variables": variables}},
        {"FunctionName": OUTPUTS["APIHandlerName"]},
    )
    monkeypatch.setattr(os, "environ", dict(os.environ))
    found = attach_place(Place(lambda _: stub.client, "quietzone-prod", OUTPUTS, {"AWS_REGION": "eu-west-1"}))
    assert found == Attached("https://qr.example.org", "")
    assert os.environ["OBJECTS_TABLE"] == "quietzone-prod-ObjectsTable-1"
    assert os.environ["AWS_REGION"] == "eu-west-1"


def test_a_stack_of_the_release_before_is_found_by_its_api() -> None:
    stub = Stubbed("lambda").answers("get_function_configuration", {"Environment": {"Variables": {}}})
    old = {"APIHandlerName": "api", "EndpointURL": "https://x.execute-api.eu-west-1.amazonaws.com/api/"}
    place = Place(lambda _: stub.client, "quietzone-prod", old, {})
    assert attach_place(place).url == "https://x.execute-api.eu-west-1.amazonaws.com/api"


class Account:
    """An account with one stack, which CloudFormation describes so."""

    def __init__(self, stub: Stubbed) -> None:
        self.clients = lambda _service: stub.client

    def environment(self) -> dict[str, str]:
        return {}


def test_a_stack_that_was_never_made_is_no_deployment() -> None:
    told = {"StackName": "quietzone-prod", "CreationTime": "2026-11-22T00:00:00Z", "StackStatus": "ROLLBACK_COMPLETE"}
    stub = Stubbed("cloudformation").answers("describe_stacks", {"Stacks": [told]})
    with pytest.raises(StackError, match="was never deployed to its end"):
        place_of(Account(stub), "quietzone-prod")  # type: ignore[arg-type]


def test_a_stage_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = Stubbed("cloudformation").refuses("describe_stacks", "ValidationError", "Stack x does not exist")
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setenv("REGION", "eu-west-1")
    monkeypatch.setattr(attached, "Account", lambda _region: Account(stub))
    with pytest.raises(StackError, match="there is no stack quietzone-prod in eu-west-1: see STAGE= and REGION="):
        attach(Path("nowhere"))


def test_an_expired_session_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = Stubbed("cloudformation").refuses("describe_stacks", "ExpiredToken")
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setenv("REGION", "eu-west-1")
    monkeypatch.setattr(attached, "Account", lambda _region: Account(stub))
    with pytest.raises(StackError, match="your AWS session is over: sign in to AWS again"):
        attach(Path("nowhere"))


def test_without_stage_and_a_local_stack_there_is_nothing_to_work_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    with pytest.raises(StackError, match="start it with make serve"):
        attach(tmp_path)


def test_a_command_acts_for_the_local_owner_the_only_organization_or_the_one_that_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORGANIZATION", raising=False)
    first = new_caller()
    accounts.create_key(first.organization, first.member, now_ms(), "qz_test_")
    found = owner.owner(Attached("", ""))
    assert (found.organization.number, found.member) == (first.organization, first.member)
    second = new_caller("Later")
    with pytest.raises(StackError, match="ORGANIZATION= must say which"):
        owner.owner(Attached("", ""))
    assert owner.owner(Attached("", second.key)).organization.number == second.organization
    monkeypatch.setenv("ORGANIZATION", str(first.organization))
    assert owner.owner(Attached("", second.key)).organization.number == first.organization
