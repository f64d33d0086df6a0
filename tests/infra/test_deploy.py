"""Deploying through a change set: what is sent, who is asked, and what a failure says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY

from infra.changes import Change
from infra.deploy import Witness, apply
from infra.errors import StackError
from infra.progress import Event
from infra.states import ADVICE, check_changeable, find
from tests.infra.stubbed import Stubbed

NAME = "quietzone-prod"
ID = f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{NAME}/1"
CHANGES = f"arn:aws:cloudformation:eu-west-1:123456789012:changeSet/{NAME}/1"
NOW = datetime.now(UTC)


def described(status: str, **parameters: str) -> dict[str, Any]:
    """The stack, as CloudFormation describes it."""
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    told = {"StackId": ID, "StackName": NAME, "CreationTime": NOW, "StackStatus": status, "Parameters": given}
    return {"Stacks": [told | {"Outputs": [{"OutputKey": "Url", "OutputValue": "https://qz.example"}]}]}


def event(number: int, name: str, status: str, reason: str = "") -> dict[str, Any]:
    kind = "AWS::CloudFormation::Stack" if name == NAME else "AWS::Lambda::Function"
    told = {"StackId": ID, "StackName": NAME, "EventId": str(number), "Timestamp": NOW, "LogicalResourceId": name}
    return (
        told | {"ResourceType": kind, "ResourceStatus": status} | ({"ResourceStatusReason": reason} if reason else {})
    )


def events(*newest_first: dict[str, Any]) -> dict[str, Any]:
    return {"StackEvents": list(newest_first)}


def under_way(stub: Stubbed, before: dict[str, Any] | None, asked: dict[str, Any]) -> Stubbed:
    """CloudFormation up to where the changes are to be approved."""
    if before:
        stub.answers("describe_stacks", before, {"StackName": NAME})
    else:
        stub.refuses("describe_stacks", "ValidationError", f"Stack with id {NAME} does not exist")
    fixed = {"StackName": NAME, "ChangeSetName": ANY, "TemplateURL": "https://s3/t", "Capabilities": ANY}
    stub.answers("create_change_set", {"Id": CHANGES, "StackId": ID}, {**fixed, **asked})
    stub.answers("describe_change_set", {"Status": "CREATE_COMPLETE"})
    change = {"Action": "Add", "LogicalResourceId": "Fold", "ResourceType": "AWS::Lambda::Function"}
    return stub.answers("describe_change_set", {"Changes": [{"Type": "Resource", "ResourceChange": change}]})


def deployed(stub: Stubbed, witness: Witness, **parameters: str) -> dict[str, str]:
    declared = ("Domain", "LogDays", "New")
    return apply(stub.client, NAME, {"TemplateURL": "https://s3/t"}, declared, parameters, witness)


def test_what_is_not_said_keeps_its_value_and_what_is_new_gets_its_default() -> None:
    asked = [{"ParameterKey": "Domain", "UsePreviousValue": True}, {"ParameterKey": "LogDays", "ParameterValue": "60"}]
    stub = under_way(
        Stubbed("cloudformation"),
        described("UPDATE_COMPLETE", Domain="qr.example.org", LogDays="30", Gone="x"),
        {"ChangeSetType": "UPDATE", "Parameters": asked},
    )
    stub.answers("describe_stack_events", events(event(1, NAME, "CREATE_COMPLETE")))
    stub.answers("execute_change_set", {}, {"ChangeSetName": CHANGES})
    done = (event(3, NAME, "UPDATE_COMPLETE"), event(2, "Fold", "UPDATE_COMPLETE"), event(1, NAME, "CREATE_COMPLETE"))
    stub.answers("describe_stack_events", events(event(2, "Fold", "UPDATE_COMPLETE"), done[-1]))
    stub.answers("describe_stack_events", events(*done))
    stub.answers("describe_stacks", described("UPDATE_COMPLETE"))
    told = list[Event]()
    seen = list[Change]()

    def approve(changes: list[Change]) -> bool:
        seen.extend(changes)
        return True

    witness = Witness(approve, told.append, pause=0.01)
    assert deployed(stub, witness, LogDays="60") == {"Url": "https://qz.example"}
    assert [change.resource for change in seen] == ["Fold"]
    assert [(it.resource, it.status) for it in told] == [("Fold", "UPDATE_COMPLETE"), (NAME, "UPDATE_COMPLETE")]
    stub.is_done()


def test_a_no_takes_the_change_set_back_and_a_stack_that_was_only_begun_for_it() -> None:
    stub = under_way(Stubbed("cloudformation"), None, {"ChangeSetType": "CREATE", "Parameters": []})
    stub.answers("delete_change_set", {}, {"ChangeSetName": CHANGES})
    stub.answers("delete_stack", {}, {"StackName": NAME})
    with pytest.raises(StackError, match="you did not say yes"):
        deployed(stub, Witness(lambda _: False, pause=0.01))
    stub.is_done()


def test_a_stack_that_is_there_stays_when_nobody_can_be_asked() -> None:
    def refuse(_: list[Change]) -> bool:
        raise StackError("nobody can be asked here")

    asked = {"ChangeSetType": "UPDATE", "Parameters": []}
    stub = under_way(Stubbed("cloudformation"), described("CREATE_COMPLETE"), asked)
    stub.answers("delete_change_set", {}, {"ChangeSetName": CHANGES})
    with pytest.raises(StackError, match="nobody can be asked"):
        deployed(stub, Witness(refuse, pause=0.01))
    stub.is_done()


def test_a_failure_says_the_first_reason_of_this_deploy() -> None:
    asked = {"ChangeSetType": "UPDATE", "Parameters": []}
    stub = under_way(Stubbed("cloudformation"), described("UPDATE_COMPLETE"), asked)
    old = event(1, "Fold", "CREATE_FAILED", "of last year")
    stub.answers("describe_stack_events", events(old))
    stub.answers("execute_change_set", {})
    fresh = (
        event(4, NAME, "UPDATE_ROLLBACK_COMPLETE"),
        event(3, "Spill", "UPDATE_FAILED", "Resource update cancelled"),
        event(2, "Redirect", "UPDATE_FAILED", "The zip is too large"),
    )
    stub.answers("describe_stack_events", events(*fresh, old))
    with pytest.raises(StackError, match=f"the stack {NAME} failed: Redirect: The zip is too large"):
        deployed(stub, Witness(pause=0.01))


def test_nothing_to_change_is_no_failure() -> None:
    stub = Stubbed("cloudformation").answers("describe_stacks", described("UPDATE_COMPLETE"))
    stub.answers("create_change_set", {"Id": CHANGES, "StackId": ID})
    reason = "The submitted information didn't contain changes. Submit different information."
    stub.answers("describe_change_set", {"Status": "FAILED", "StatusReason": reason})
    stub.answers("delete_change_set", {})
    stub.answers("describe_stacks", described("UPDATE_COMPLETE"))
    assert deployed(stub, Witness(pause=0.01)) == {"Url": "https://qz.example"}
    stub.is_done()


def test_a_template_that_cloudformation_refuses_says_why() -> None:
    stub = Stubbed("cloudformation").answers("describe_stacks", described("UPDATE_COMPLETE"))
    stub.answers("create_change_set", {"Id": CHANGES, "StackId": ID})
    stub.answers("describe_change_set", {"Status": "FAILED", "StatusReason": "Template error: no Foo"})
    stub.answers("delete_change_set", {})
    with pytest.raises(StackError, match="CloudFormation refuses the template: Template error: no Foo"):
        deployed(stub, Witness(pause=0.01))


@pytest.mark.parametrize("status", [*ADVICE, "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_a_stack_that_nothing_can_be_deployed_to_says_what_to_do(status: str) -> None:
    stub = Stubbed("cloudformation").answers("describe_stacks", described(status))
    with pytest.raises(StackError, match=rf"the stack {NAME} is .*({status}).*(make destroy|again|aws cloudformation)"):
        check_changeable(NAME, find(stub.client, NAME))


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_that_was_never_made_is_none(status: str) -> None:
    assert find(Stubbed("cloudformation").answers("describe_stacks", described(status)).client, NAME) is None
