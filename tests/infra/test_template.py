"""The stack's template as a whole, after Chalice's merge and SAM's expansion."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.package import ROOT, Package
from tests.infra.conftest import Resources
from tests.infra.test_template_tables import TABLES
from tests.infra.translated import Variant, named, of_type

EVERYTHING = {
    "Edge": "true",
    "Domain": "qz.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0",
    "HostedZoneId": "Z0123456789",
    "WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/qz/0",
    "OriginSecret": "0123456789abcdef",
}


def findings(path: Path, *arguments: str) -> tuple[int, str]:
    """What cfn-lint says of a template: its status, 0 for nothing, and its lines."""
    done = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner import main; main()", str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_cfn_lint_finds_nothing(template: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    assert findings(path) == (0, "")


def test_cfn_lint_finds_nothing_where_everything_is_asked_for(template: dict[str, Any], tmp_path: Path) -> None:
    asked = Variant(template, **EVERYTHING)
    decided = {name: it for name, it in template.items() if name not in ("Conditions", "Rules")}
    given = {
        name: it | {"Default": EVERYTHING[name]} for name, it in template["Parameters"].items() if name in EVERYTHING
    }
    decided |= {"Parameters": template["Parameters"] | given, "Resources": asked.resources, "Outputs": asked.outputs}
    path = tmp_path / "template.json"
    path.write_text(json.dumps(decided))
    assert findings(path, "--ignore-checks", "W2001") == (0, "")  # parameters that only decide are not used any more


def test_cfn_lint_finds_nothing_in_what_belongs_to_us_east_1() -> None:
    assert findings(ROOT / "infra/global.yaml", "--regions", "us-east-1") == (0, "")


def test_every_parameter_and_condition_is_used(template: dict[str, Any]) -> None:
    decided = named(template["Conditions"], "Condition")
    used = named(template["Resources"], "Fn::If") | named([template["Resources"], template["Outputs"]], "Condition")
    assert used | decided | named(template["Outputs"], "Fn::If") == set(template["Conditions"])
    asked = named([template["Conditions"], template["Resources"], template["Outputs"]], "Ref")
    in_texts = {name for name in template["Parameters"] if f"${{{name}}}" in json.dumps(template)}
    assert set(template["Parameters"]) <= asked | in_texts


def test_every_log_group_is_written_to_and_kept_for_as_long_as_is_said(resources: Resources) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    written = {it["LoggingConfig"]["LogGroup"]["Ref"] for it in of_type(resources, "AWS::Lambda::Function").values()}
    written |= named(of_type(resources, "AWS::ApiGateway::Stage"), "Fn::GetAtt")
    assert written >= set(groups)
    assert all(it["RetentionInDays"] == {"Ref": "LogDays"} for it in groups.values())


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"Edge": "true"}, "Edge needs an OriginSecret, or no viewer header is believed."),
        (EVERYTHING | {"CertificateArn": ""}, "Domain needs a CertificateArn."),
        (EVERYTHING | {"Edge": "false", "WebAclArn": ""}, "Domain needs Edge, which serves it."),
        ({"WebAclArn": EVERYTHING["WebAclArn"]}, "WebAclArn needs Edge."),
        (EVERYTHING, None),
        ({}, None),
    ],
)
def test_what_would_fail_half_built_is_refused_at_once(
    template: dict[str, Any], asked: dict[str, str], missing: str | None
) -> None:
    variant = Variant(template, **asked)
    rules = [it for it in template["Rules"].values() if variant.holds(it["RuleCondition"])]
    assertions = [it for rule in rules for it in rule["Assertions"]]
    failed = [it["AssertDescription"] for it in assertions if not variant.holds(it["Assert"])]
    assert failed == ([missing] if missing else [])


def test_functions_get_their_settings(packaged: Package) -> None:
    variables = packaged.template["Globals"]["Function"]["Environment"]["Variables"]
    assert set(variables) == {
        "POWERTOOLS_SERVICE_NAME",
        *("OBJECTS_TABLE", "SCANS_TABLE", "ROLLUPS_TABLE", "VISITORS_TABLE", "SPILL_QUEUE_URL", "JOBS_QUEUE_URL"),
        *("DELIVERIES_TABLE", "DELIVERY_QUEUE_URL", "SLOW_QUEUE_URL", "EVENTS_DEAD_LETTERS_URL"),
        *("EXPORTS_BUCKET", "SECRETS_PATH", "MAIL_FROM", "LOCAL_RECEIVERS"),
        *("PUBLIC_URL", "ORIGIN_SECRET", "PLAN_DEFAULT", "CREATES_PER_HOUR"),
    }
    assert packaged.template["Parameters"]["OriginSecret"]["NoEcho"] is True


def test_outputs_name_what_a_deployment_consists_of(template: dict[str, Any]) -> None:
    assert {
        *TABLES,
        "SpillQueueUrl",
        "JobsQueueUrl",
        "DeliveryQueueUrl",
        "SlowQueueUrl",
        "RestAPIId",
        "EndpointURL",
        *("Url", "DistributionDomain"),
    } <= set(template["Outputs"])
    assert not any("Export" in it for it in template["Outputs"].values())


API_OF_ITS_OWN = {"Fn::Sub": "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"}


@pytest.mark.parametrize(
    ("asked", "url", "by_functions", "by_jobs"),
    [
        ({}, API_OF_ITS_OWN, "", API_OF_ITS_OWN),
        ({"Edge": "true"}, {"Fn::Sub": "https://${Distribution.DomainName}"}, "", API_OF_ITS_OWN),
        (EVERYTHING, *3 * [{"Fn::Sub": "https://${Domain}"}]),
        (EVERYTHING | {"PublicUrl": "https://qz.example"}, *3 * [{"Ref": "PublicUrl"}]),
    ],
    ids=["nothing", "edge", "everything", "an-address-of-its-own"],
)
def test_short_links_begin_where_people_ask_for_them(
    template: dict[str, Any], asked: dict[str, str], url: Any, by_functions: Any, by_jobs: Any
) -> None:
    variant = Variant(template, **asked)
    assert variant.outputs["Url"]["Value"] == url
    functions = of_type(variant.resources, "AWS::Lambda::Function")
    given = {name: it["Environment"]["Variables"]["PUBLIC_URL"] for name, it in functions.items()}
    assert (given["APIHandler"], given["Jobs"], given["Events"]) == (by_functions, by_jobs, by_jobs)
    assert "Distribution" not in json.dumps(functions), "the distribution needs the API, and that the functions"
