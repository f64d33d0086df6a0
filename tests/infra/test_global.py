"""What belongs to us-east-1: the certificate and the firewall."""

from typing import Any

import pytest

from infra.package import ROOT
from infra.template import load
from tests.infra.translated import Variant

GROUPS = {
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
}


@pytest.fixture
def companion() -> dict[str, Any]:
    return load(ROOT / "infra/global.yaml")


@pytest.fixture
def firewall(companion: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = Variant(companion, Firewall="true").resources["WebAcl"]["Properties"]
    return found


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"Domain": "qz.example.com"}, {"Certificate"}),
        ({"Firewall": "true"}, {"WebAcl"}),
        ({"Domain": "qz.example.com", "Firewall": "true"}, {"Certificate", "WebAcl"}),
    ],
)
def test_only_what_is_asked_for_is_made_and_told(
    companion: dict[str, Any], asked: dict[str, str], there: set[str]
) -> None:
    variant = Variant(companion, **asked)
    assert set(variant.resources) == there
    assert set(variant.outputs) == {f"{name}Arn" for name in there}


def test_the_certificate_proves_itself_in_the_zone_that_is_given(companion: dict[str, Any]) -> None:
    def certificate(**asked: str) -> dict[str, Any]:
        found: dict[str, Any] = Variant(companion, **asked).resources["Certificate"]["Properties"]
        return found

    proved = certificate(Domain="qz.example.com", HostedZoneId="Z0123456789")
    assert proved["DomainValidationOptions"] == [
        {"DomainName": {"Ref": "Domain"}, "HostedZoneId": {"Ref": "HostedZoneId"}}
    ]
    by_hand = certificate(Domain="qz.example.com")
    assert (by_hand["ValidationMethod"], "DomainValidationOptions" in by_hand) == ("DNS", False)


def test_the_firewall_lets_pass_what_no_rule_is_against(firewall: dict[str, Any]) -> None:
    assert (firewall["Scope"], firewall["DefaultAction"]) == ("CLOUDFRONT", {"Allow": {}})
    statements = [it["Statement"] for it in firewall["Rules"]]
    groups = {it["ManagedRuleGroupStatement"]["Name"] for it in statements if "ManagedRuleGroupStatement" in it}
    assert groups == GROUPS, "not the list of hosting companies, where robots that preview links live"


def test_the_firewall_refuses_nothing_for_what_a_code_may_hold_or_who_sends_no_name(firewall: dict[str, Any]) -> None:
    (common,) = (it["Statement"]["ManagedRuleGroupStatement"] for it in firewall["Rules"] if it["Name"] == "common")
    counted = {it["Name"] for it in common["RuleActionOverrides"] if it["ActionToUse"] == {"Count": {}}}
    assert counted >= {"NoUserAgent_HEADER", "SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING"}
    inspected = {"CrossSiteScripting", "EC2MetaDataSSRF", "GenericLFI", "GenericRFI"}
    assert counted >= {f"{what}_{where}" for what in inspected for where in ("BODY", "QUERYARGUMENTS")}
    assert counted >= {f"RestrictedExtensions_{where}" for where in ("URIPATH", "QUERYARGUMENTS")}


def test_one_address_may_ask_often_since_many_people_share_one(
    companion: dict[str, Any], firewall: dict[str, Any]
) -> None:
    (limited,) = (it for it in firewall["Rules"] if "RateBasedStatement" in it["Statement"])
    assert limited["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "RequestsPerAddress"}
    assert limited["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    assert companion["Parameters"]["RequestsPerAddress"]["Default"] / 300 > 50, "a second"


def test_the_firewall_shows_no_samples_which_would_have_addresses(firewall: dict[str, Any]) -> None:
    shown = [firewall["VisibilityConfig"], *(it["VisibilityConfig"] for it in firewall["Rules"])]
    assert {it["SampledRequestsEnabled"] for it in shown} == {False}
