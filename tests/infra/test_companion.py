"""The second stack, in us-east-1, and a certificate that waits for somebody."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra import companion
from infra.companion import CERTIFICATE, Companion, hosted_zone
from infra.deploy import Witness
from infra.errors import StackError
from infra.progress import Event
from infra.target import Target
from tests.infra.stubbed import Stubbed
from tests.infra.test_deploy import CHANGES, ID, NOW, described, events

TARGET = Target("prod", "eu-west-1")
NAME = "_3c1.qr.example.org."
VALUE = "_9e8.acm-validations.aws."
RECORD = f"Content of DNS Record is: {{Name: {NAME},Type: CNAME,Value: {VALUE}}}"


@dataclass
class Account:
    """An account whose CloudFormation says what a test wants."""

    cloudformation: Any
    regions: list[str] = field(default_factory=list)

    def clients_in(self, region: str) -> Any:
        self.regions.append(region)
        return lambda _service: self.cloudformation


def zones(*names: str) -> Any:
    """Route 53 with these zones; those in brackets are private."""
    told = [
        {
            "Id": f"/hostedzone/Z{n}",
            "Name": name.strip("()") + ".",
            "CallerReference": "x",
            "Config": {"PrivateZone": name.startswith("(")},
        }
        for n, name in enumerate(names)
    ]
    answer = {"HostedZones": told, "IsTruncated": False, "MaxItems": "100", "Marker": ""}
    return Stubbed("route53").answers("list_hosted_zones", answer).client


@pytest.mark.parametrize(
    ("names", "zone"),
    [
        ((), ""),
        (("example.org",), "Z0"),
        (("example.org", "qr.example.org", "org"), "Z1"),
        (("other.org", "ample.org", "r.example.org"), ""),
        (("(qr.example.org)", "example.org"), "Z1"),
    ],
)
def test_the_nearest_public_zone_holds_a_domain(names: tuple[str, ...], zone: str) -> None:
    assert hosted_zone(zones(*names), "qr.example.org") == zone


def event(number: int, kind: str, reason: str = "") -> dict[str, Any]:
    told = {"StackId": ID, "StackName": TARGET.companion, "EventId": str(number), "Timestamp": NOW}
    told |= {"LogicalResourceId": "Certificate", "ResourceType": kind, "ResourceStatus": "CREATE_IN_PROGRESS"}
    return {**told, "ResourceStatusReason": reason}


@pytest.fixture
def template() -> Path:
    return companion.TEMPLATE


def test_without_a_zone_the_record_to_set_is_told_and_nobody_waits(template: Path) -> None:
    stub = Stubbed("cloudformation")
    stub.refuses("describe_stacks", "ValidationError", "does not exist")
    stub.refuses("describe_stacks", "ValidationError", "does not exist")
    stub.answers("create_change_set", {"Id": CHANGES, "StackId": ID})
    stub.answers("describe_change_set", {"Status": "CREATE_COMPLETE"}).answers("describe_change_set", {"Changes": []})
    stub.answers("describe_stack_events", events()).answers("execute_change_set", {})
    stub.answers("describe_stack_events", events(event(2, CERTIFICATE, RECORD), event(1, CERTIFICATE)))
    account, told = Account(stub.client), list[Event]()
    made = Companion(account, TARGET, Witness(report=told.append, pause=0.01), template)  # type: ignore[arg-type]
    with pytest.raises(StackError) as refusal:
        made.provide({"Domain": "qr.example.org", "HostedZoneId": "", "Firewall": "false"})
    assert NAME in str(refusal.value)
    assert VALUE in str(refusal.value)
    assert "run the same command again" in str(refusal.value)
    assert account.regions == ["us-east-1"]
    assert len(told) == 2


def test_while_it_waits_the_same_command_tells_the_record_again(template: Path) -> None:
    stub = Stubbed("cloudformation").answers(
        "describe_stacks", described("CREATE_IN_PROGRESS", Domain="qr.example.org")
    )
    stub.answers("describe_stack_events", events(event(2, CERTIFICATE, RECORD), event(1, CERTIFICATE)))
    made = Companion(Account(stub.client), TARGET, Witness(pause=0.01), template)  # type: ignore[arg-type]
    with pytest.raises(StackError, match=VALUE):
        made.provide({"Domain": "qr.example.org", "HostedZoneId": "", "Firewall": "false"})
    stub.is_done()


@pytest.mark.parametrize(
    ("status", "domain", "made_anew"),
    [
        ("ROLLBACK_COMPLETE", "qr.example.org", True),
        ("DELETE_FAILED", "qr.example.org", True),
        ("CREATE_IN_PROGRESS", "qr.exmaple.org", True),
        ("CREATE_COMPLETE", "qr.exmaple.org", False),
        ("UPDATE_IN_PROGRESS", "qr.exmaple.org", False),
    ],
)
def test_what_was_never_made_or_for_a_mistaken_domain_is_made_anew(
    template: Path, status: str, domain: str, made_anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub, deleted = Stubbed("cloudformation"), list[str]()
    stub.answers("describe_stacks", described(status, Domain=domain))
    if made_anew:
        stub.answers("describe_stacks", described(status, Domain=domain))
    else:
        stub.answers("describe_stack_events", events())
    monkeypatch.setattr(companion, "delete_stack", lambda _client, stack, _witness: deleted.append(stack.name))
    monkeypatch.setattr(companion, "apply", lambda *_: {"CertificateArn": "arn"})
    made = Companion(Account(stub.client), TARGET, Witness(pause=0.01), template)  # type: ignore[arg-type]
    wanted = {"Domain": "qr.example.org", "HostedZoneId": "", "Firewall": "false"}
    assert made.provide(wanted) == {"CertificateArn": "arn"}
    assert bool(deleted) == made_anew


def test_there_is_nothing_to_remove_where_there_is_no_companion(template: Path) -> None:
    stub = Stubbed("cloudformation").refuses("describe_stacks", "ValidationError", "does not exist")
    Companion(Account(stub.client), TARGET, Witness(pause=0.01), template).remove()  # type: ignore[arg-type]
    stub.is_done()
