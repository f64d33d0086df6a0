"""In which order a deployment is told what, and what it takes from and gives back to us-east-1."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra import companion, packaging
from infra import shipment as shipping
from infra.changes import Change
from infra.deploy import Witness
from infra.errors import StackError
from infra.package import Package
from infra.shipment import Shipment
from infra.states import Stack
from infra.target import Target
from infra.template import load
from infra.wishes import completed

DISTRIBUTION = "d111111abcdef8.cloudfront.net"
TARGET = Target("prod", "eu-west-1")
LENT = {"CertificateArn": "arn:certificate", "WebAclArn": "arn:acl"}
TABLE = "AWS::DynamoDB::Table"
EDGE = {"Edge": "true", "OriginSecret": "****"}


@dataclass
class World:
    """What is deployed where, in the order it happens."""

    deployed: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    zone: str = "Z1"
    outputs: dict[str, str] = field(default_factory=lambda: {"DistributionDomain": DISTRIBUTION})
    unreserved: int = 1000
    asked: list[str] = field(default_factory=list)

    def clients(self, _service: str) -> Any:
        return Answers(self.unreserved)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.deployed]

    def given(self, name: str) -> dict[str, str]:
        """What a stack was told first."""
        return next(parameters for stack, parameters in self.deployed if stack == name)


@dataclass
class Answers:
    """Lambda and CloudFormation, as far as they are asked."""

    unreserved: int

    def get_account_settings(self) -> Any:
        limit = {"ConcurrentExecutions": self.unreserved, "UnreservedConcurrentExecutions": self.unreserved}
        return {"AccountLimit": limit}

    def get_function_configuration(self, **_: str) -> Any:
        return {"Architectures": ["x86_64"]}

    def get_function_concurrency(self, **_: str) -> Any:
        return {}


class Account:
    number, identity, is_embedded, endpoint = "123456789012", "arn", False, ""

    def __init__(self, world: World) -> None:
        self.clients = world.clients


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """An account where everything works and is written down."""
    known = World()

    class Companion:
        def __init__(self, _account: Any, _target: Target, witness: Witness) -> None:
            self.witness = witness

        def provide(self, parameters: dict[str, str]) -> dict[str, str]:
            assert self.witness.approve([])
            known.deployed.append(("companion", parameters))
            if parameters["Domain"] and not known.zone:
                raise StackError("waits for you")
            return LENT

        def remove(self) -> None:
            known.deployed.append(("companion removed", {}))

    def deploy(
        _clients: Any, stack: str, _built: Package, parameters: dict[str, str], *, witness: Witness
    ) -> dict[str, str]:
        assert witness.approve([])
        known.deployed.append((stack, dict(parameters)))
        return known.outputs

    def confirmed(question: str) -> bool:
        known.asked.append(question)
        return True

    function = {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": 300}}
    template = {"Parameters": {}, "Resources": {"Fold": function}}
    monkeypatch.setattr(shipping, "Companion", Companion)
    monkeypatch.setattr(shipping, "deploy", deploy)
    monkeypatch.setattr(shipping, "confirmed", confirmed)
    monkeypatch.setattr(shipping, "hosted_zone", lambda *_: known.zone)
    monkeypatch.setattr(shipping, "resources", lambda *_: {})
    monkeypatch.setattr(shipping, "packaged", lambda _: Package({}, template, Path("zip"), ""))
    monkeypatch.delenv("ARCHITECTURE", raising=False)
    return known


def ship(world: World, said: dict[str, str], before: dict[str, str] | None = None, waf: bool = False) -> World:
    """Deploy what was said, to a stack that has what was before."""
    names = {"APIHandlerName": "api"} | ({"DistributionDomain": DISTRIBUTION} if before else {})
    stack = None if before is None else Stack("id", TARGET.stack, "UPDATE_COMPLETE", before, names)
    Shipment(TARGET, Account(world), stack, completed(said, stack, waf), waf).deploy()  # type: ignore[arg-type]
    return world


def test_without_domain_and_firewall_nothing_is_done_in_us_east_1(world: World) -> None:
    world.outputs = {}
    assert ship(world, {}).names == [TARGET.stack, "companion removed"]


def test_a_domain_has_its_certificate_before_its_distribution(world: World) -> None:
    assert ship(world, {"Domain": "qr.example.org"}).names == ["companion", TARGET.stack]
    assert world.given("companion") == {"Domain": "qr.example.org", "HostedZoneId": "Z1", "Firewall": "false"}
    given = world.given(TARGET.stack)
    assert (given["CertificateArn"], given["HostedZoneId"], given["Edge"]) == ("arn:certificate", "Z1", "true")
    assert "WebAclArn" not in given


def test_it_is_asked_for_each_stack_in_its_own_region(world: World) -> None:
    ship(world, {"Domain": "qr.example.org"})
    assert [question.split(" in ")[1] for question in world.asked] == ["us-east-1?", "eu-west-1?"]


def test_a_certificate_that_waits_for_somebody_stops_before_the_stack_is_touched(world: World) -> None:
    world.zone = ""
    with pytest.raises(StackError, match="waits for you"):
        ship(world, {"Domain": "qr.example.org"})
    assert world.names == ["companion"]


def test_a_firewall_comes_first_and_goes_last(world: World) -> None:
    ship(world, {"Edge": "true"}, waf=True)
    assert world.names[:2] == ["companion", TARGET.stack]
    assert world.given(TARGET.stack)["WebAclArn"] == "arn:acl"
    world.deployed.clear()
    ship(world, {}, {**EDGE, "WebAclArn": "arn:acl", "PublicUrl": f"https://{DISTRIBUTION}"})
    assert world.names == [TARGET.stack, "companion removed"]
    assert world.given(TARGET.stack)["WebAclArn"] == ""


def test_of_a_domain_with_a_firewall_one_can_go_and_the_other_stays(world: World) -> None:
    before = {**EDGE, **LENT, "Domain": "qr.example.org", "HostedZoneId": "Z1"}
    ship(world, {}, before, waf=False)
    assert [parameters["Firewall"] for name, parameters in world.deployed if name == "companion"] == ["true", "false"]
    assert world.names == ["companion", TARGET.stack, "companion"]
    assert world.given(TARGET.stack)["WebAclArn"] == ""
    world.deployed.clear()
    ship(world, {"Domain": ""}, before, waf=True)
    lent = [(it["Domain"], it["HostedZoneId"]) for name, it in world.deployed if name == "companion"]
    assert lent == [("qr.example.org", "Z1"), ("", "")]
    given = world.given(TARGET.stack)
    assert (given["Domain"], given["CertificateArn"], given["WebAclArn"]) == ("", "", "arn:acl")


def test_cloudfronts_own_name_is_told_to_the_functions_when_it_is_known_and_once(world: World) -> None:
    ship(world, {"Edge": "true"})
    mine = [parameters for name, parameters in world.deployed if name == TARGET.stack]
    assert mine[1] == {"PublicUrl": f"https://{DISTRIBUTION}"}
    world.deployed.clear()
    ship(world, {}, {**EDGE, "PublicUrl": f"https://{DISTRIBUTION}"})
    assert world.names.count(TARGET.stack) == 1


@pytest.mark.parametrize(
    ("said", "unreserved", "reserves"),
    [({}, 1000, "true"), ({}, 10, "false"), ({"ReserveConcurrency": "true"}, 10, "true")],
)
def test_concurrency_is_reserved_where_the_quota_lets_it_unless_it_is_said(
    world: World, said: dict[str, str], unreserved: int, reserves: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.unreserved = unreserved
    assert ship(world, said).given(TARGET.stack)["ReserveConcurrency"] == reserves
    assert ("WARNING" in capsys.readouterr().out) == (reserves == "false")


def test_yes_beforehand_does_not_agree_to_losing_a_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YES", "1")
    approve = Shipment(TARGET, Account(world), None, {}, False)._asking(TARGET.region).approve  # type: ignore[arg-type]
    assert approve([Change("Modify", "ScansTable", TABLE, "Conditional")])
    for change in (Change("Modify", "ScansTable", TABLE, "True"), Change("Remove", "ScansTable", TABLE, "")):
        with pytest.raises(StackError, match="YES=1 is not enough to lose ScansTable"):
            approve([change])


def test_machines_that_lambda_does_not_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHITECTURE", "riscv")
    with pytest.raises(StackError, match="Lambda has arm64 and x86_64"):
        packaging.architecture()


def test_what_functions_run_on_stays_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str | None]()

    def packaged(machine: str | None) -> Package:
        asked.append(machine)
        return Package({}, {"Parameters": {}, "Resources": {}}, Path("zip"), "")

    monkeypatch.setattr(shipping, "packaged", packaged)
    ship(world, {}, {})
    ship(world, {})
    assert asked == ["x86_64", None]


def test_the_companions_template_is_there_and_takes_what_it_is_told() -> None:
    declared = load(companion.TEMPLATE)
    assert {"Domain", "HostedZoneId", "Firewall"} <= declared["Parameters"].keys()
    assert {"CertificateArn", "WebAclArn"} <= declared["Outputs"].keys()
