"""What the variables of `make deploy` mean, and what they imply."""

import pytest

from infra import wishes
from infra.errors import StackError
from infra.package import ROOT
from infra.states import Stack
from infra.template import whole

DISTRIBUTION = "d111111abcdef8.cloudfront.net"
WITH_EDGE = {"Edge": "true", "OriginSecret": "****"}


def stack(**parameters: str) -> Stack:
    """A stack as it is deployed now."""
    return Stack("id", "quietzone-prod", "UPDATE_COMPLETE", parameters, {"DistributionDomain": DISTRIBUTION})


def said(monkeypatch: pytest.MonkeyPatch, **variables: str) -> wishes.Parameters:
    for variable in (*wishes.TEXTS.values(), *wishes.SWITCHES.values(), "WAF"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return wishes.wanted()


def test_every_parameter_that_can_be_wished_for_is_the_templates() -> None:
    declared = whole(ROOT)["Parameters"].keys()
    assert wishes.TEXTS.keys() | wishes.SWITCHES.keys() <= declared


@pytest.mark.parametrize(
    ("variables", "parameters"),
    [
        ({}, {}),
        ({"EDGE": ""}, {}),
        ({"EDGE": "1"}, {"Edge": "true"}),
        ({"EDGE": "0"}, {"Edge": "false"}),
        ({"ACCESS_LOGS": "no"}, {"AccessLogs": "false"}),
        ({"ALARM_EMAIL": "ada@example.org"}, {"AlarmEmail": "ada@example.org"}),
        ({"ALARM_EMAIL": "none"}, {"AlarmEmail": ""}),
        ({"DOMAIN": "qr.example.org", "LOG_DAYS": "60"}, {"Domain": "qr.example.org", "LogDays": "60"}),
    ],
)
def test_only_what_is_said_is_changed(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], parameters: dict[str, str]
) -> None:
    assert said(monkeypatch, **variables) == parameters


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DOMAIN", "https://qr.example.org"),
        ("DOMAIN", "example"),
        ("DOMAIN", "QR.example.org"),
        ("ALARM_EMAIL", "ada"),
        ("PUBLIC_URL", "https://qr.example.org/"),
        ("PUBLIC_URL", "http://qr.example.org"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    with pytest.raises(StackError, match=f"{variable}={value} is none: give one like {variable}="):
        said(monkeypatch, **{variable: value})


def test_a_domain_is_served_by_cloudfront_which_gets_a_secret() -> None:
    found = wishes.completed({"Domain": "qr.example.org"}, None, waf=False)
    assert found["Edge"] == "true"
    assert len(found["OriginSecret"]) > 30
    assert "PublicUrl" not in found  # the template takes the domain


def test_the_secret_is_drawn_once_and_kept() -> None:
    first, other = (wishes.completed({"Edge": "true"}, stack(Edge="false"), waf=False) for _ in range(2))
    assert first["OriginSecret"] != other["OriginSecret"]
    assert "OriginSecret" not in wishes.completed({"Edge": "true"}, stack(**WITH_EDGE), waf=False)
    assert "OriginSecret" not in wishes.completed({}, stack(**WITH_EDGE), waf=False)
    assert wishes.completed({"OriginSecret": "s" * 16}, stack(**WITH_EDGE), waf=False)["OriginSecret"] == "s" * 16


def test_without_cloudfront_nobody_knows_the_secret_and_links_leave_its_name() -> None:
    before = stack(**WITH_EDGE, PublicUrl=f"https://{DISTRIBUTION}")
    found = wishes.completed({"Edge": "false"}, before, waf=False)
    assert (found["OriginSecret"], found["PublicUrl"]) == ("", "")


def test_links_move_from_cloudfronts_name_to_a_domain_and_stay_at_a_url_of_ones_own() -> None:
    at_distribution = stack(**WITH_EDGE, PublicUrl=f"https://{DISTRIBUTION}")
    assert wishes.completed({"Domain": "qr.example.org"}, at_distribution, waf=False)["PublicUrl"] == ""
    elsewhere = stack(**WITH_EDGE, PublicUrl="https://cdn.example.org")
    assert "PublicUrl" not in wishes.completed({"Domain": "qr.example.org"}, elsewhere, waf=False)
    assert "PublicUrl" not in wishes.completed({}, at_distribution, waf=False)


@pytest.mark.parametrize(
    ("parameters", "before", "waf", "refusal"),
    [
        ({}, None, True, "WAF=1 guards CloudFront"),
        ({"Edge": "false"}, stack(**WITH_EDGE), True, "WAF=1 guards CloudFront"),
        ({"Domain": "qr.example.org", "Edge": "false"}, None, False, "EDGE=0 would leave qr.example.org"),
        ({"Edge": "false"}, stack(**WITH_EDGE, Domain="qr.example.org"), False, "EDGE=0 would leave qr.example.org"),
    ],
)
def test_what_contradicts_itself_is_refused(
    parameters: dict[str, str], before: Stack | None, waf: bool, refusal: str
) -> None:
    with pytest.raises(StackError, match=refusal):
        wishes.completed(parameters, before, waf)


@pytest.mark.parametrize(
    ("text", "before", "waf"),
    [("1", None, True), ("0", stack(WebAclArn="arn"), False), ("", stack(WebAclArn="arn"), True), ("", None, False)],
)
def test_the_firewall_stays_until_it_is_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, text: str, before: Stack | None, waf: bool
) -> None:
    monkeypatch.setenv("WAF", text)
    assert wishes.firewall(before) == waf
