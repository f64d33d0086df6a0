"""The edge: what the distribution keeps and passes on, the domain, and that without either nothing of it is there."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib.api import pictures
from infra.package import ROOT
from tests.infra.conftest import Resources
from tests.infra.test_template import EVERYTHING
from tests.infra.translated import Variant, of_type

# AWS's own policies: nothing is kept, and everything but Host is passed on with what CloudFront tells of a viewer.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
EDGES = ("AWS::CloudFront::", "AWS::Route53::")


@pytest.fixture
def everything(template: dict[str, Any]) -> Resources:
    return Variant(template, **EVERYTHING).resources


@pytest.fixture
def distribution(everything: Resources) -> dict[str, Any]:
    found: dict[str, Any] = everything["Distribution"]["Properties"]["DistributionConfig"]
    return found


def edges(resources: Resources) -> set[str]:
    return {name for name, it in resources.items() if it["Type"].startswith(EDGES)}


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({}, set()),
        ({"Edge": "true"}, {"Distribution", "FilesAndPictures", "StrictTransport"}),
        (
            {"Edge": "true", "Domain": "qz.example.com"},
            {"Distribution", "FilesAndPictures", "StrictTransport"},
        ),
        (EVERYTHING, {"Distribution", "FilesAndPictures", "StrictTransport", "DomainAddress", "DomainAddress6"}),
    ],
    ids=["nothing", "edge", "domain", "everything"],
)
def test_what_is_not_asked_for_is_not_there(template: dict[str, Any], asked: dict[str, str], there: set[str]) -> None:
    assert edges(Variant(template, **asked).resources) == there


def test_one_distribution_is_in_front_of_the_api_and_not_two(template: dict[str, Any]) -> None:
    def kind(**asked: str) -> list[str]:
        found: list[str] = Variant(template, **asked).resources["RestAPI"]["Properties"]["EndpointConfiguration"][
            "Types"
        ]
        return found

    assert (kind(), kind(Edge="true")) == (["EDGE"], ["REGIONAL"])


def test_the_origin_is_the_stage_over_tls_and_the_distribution_proves_itself_to_it(
    distribution: dict[str, Any], resources: Resources
) -> None:
    (origin,) = distribution["Origins"]
    assert origin["DomainName"] == {"Fn::Sub": "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    assert origin["OriginPath"] == "/" + resources["RestAPIapiStage"]["Properties"]["StageName"]
    tls = origin["CustomOriginConfig"]
    assert (tls["OriginProtocolPolicy"], tls["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])
    assert tls["OriginReadTimeout"] > resources["APIHandler"]["Properties"]["Timeout"]
    assert origin["OriginCustomHeaders"] == [
        {"HeaderName": "X-Origin-Secret", "HeaderValue": {"Ref": "OriginSecret"}},
    ]


def test_redirects_and_answers_are_never_kept_and_get_all_that_a_viewer_sent(distribution: dict[str, Any]) -> None:
    default = distribution["DefaultCacheBehavior"]
    assert default["CachePolicyId"] == CACHING_DISABLED
    assert default["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER
    assert set(default["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}


def test_errors_are_not_kept_either(distribution: dict[str, Any]) -> None:
    kept = {it["ErrorCode"]: it for it in distribution["CustomErrorResponses"]}
    # Of 410, 412 and 415 CloudFront believes what their Cache-Control says; 416 and all others it never keeps.
    assert set(kept) == {400, 403, 404, 405, 414, 500, 501, 502, 503, 504}
    assert all(it == {"ErrorCode": code, "ErrorCachingMinTTL": 0} for code, it in kept.items()), "nor any body replaced"


def test_only_static_files_and_pictures_are_kept(distribution: dict[str, Any], resources: Resources) -> None:
    behaviors = distribution["CacheBehaviors"]
    assert {it["CachePolicyId"]["Ref"] for it in behaviors} == {"FilesAndPictures"}
    paths = resources["RestAPI"]["Properties"]["Body"]["paths"]
    kept = {path for path in paths if any(fnmatchcase(path, it["PathPattern"]) for it in behaviors)}
    assert kept == {"/static/{version}/{name}", "/favicon.ico", "/robots.txt", "/api/qr/{qr_id}/download"}
    for path in kept:
        assert set(paths[path]) <= {"get", "head", "options"}, "the distribution refuses other methods there"
    assert all(it["Compress"] for it in behaviors)


def test_a_kept_picture_is_told_apart_by_what_its_route_reads_and_nothing_else(everything: Resources) -> None:
    policy = everything["FilesAndPictures"]["Properties"]["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0), "only what says for how long is kept"
    told_by = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    (download,) = (it for it in pictures.bp.operations if it.path.endswith("/download") and it.method == "GET")
    assert told_by["QueryStringsConfig"]["QueryStrings"] == sorted(it.name for it in download.parameters)
    assert told_by["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert told_by["CookiesConfig"] == {"CookieBehavior": "none"}
    assert told_by["EnableAcceptEncodingGzip"] is True


def test_everybody_is_led_to_https_and_told_to_stay_there(everything: Resources, distribution: dict[str, Any]) -> None:
    behaviors = [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]]
    assert {it["ViewerProtocolPolicy"] for it in behaviors} == {"redirect-to-https"}
    assert {it["ResponseHeadersPolicyId"]["Ref"] for it in behaviors} == {"StrictTransport"}
    said = everything["StrictTransport"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert said["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
    assert "strict-transport-security" not in "".join(
        path.read_text().lower() for path in (ROOT / "chalicelib").rglob("*.py")
    ), "make serve speaks plain http"


def test_the_distribution_speaks_what_is_new_and_writes_nobody_down(distribution: dict[str, Any]) -> None:
    assert (distribution["HttpVersion"], distribution["IPV6Enabled"]) == ("http2and3", True)
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution["Aliases"] == [{"Ref": "Domain"}]
    assert distribution["WebACLId"] == {"Ref": "WebAclArn"}
    assert "Logging" not in distribution


def test_a_distribution_without_a_domain_has_cloudfronts_name_and_certificate(template: dict[str, Any]) -> None:
    resources = Variant(template, Edge="true", OriginSecret=EVERYTHING["OriginSecret"]).resources
    distribution = resources["Distribution"]["Properties"]["DistributionConfig"]
    assert distribution["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert not {"Aliases", "WebACLId"} & set(distribution)


def test_the_domain_leads_to_the_distribution(everything: Resources) -> None:
    records = of_type(everything, "AWS::Route53::RecordSet").values()
    assert {it["Type"] for it in records} == {"A", "AAAA"}
    for record in records:
        assert (record["Name"], record["HostedZoneId"]) == ({"Ref": "Domain"}, {"Ref": "HostedZoneId"})
        assert record["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["Distribution", "DomainName"]}


def test_the_zone_of_distributions_is_that_of_the_partition(template: dict[str, Any], everything: Resources) -> None:
    zone = everything["DomainAddress"]["Properties"]["AliasTarget"]["HostedZoneId"]
    assert zone == {"Fn::FindInMap": ["CloudFrontZones", {"Ref": "AWS::Partition"}, "Id"]}
    assert template["Mappings"]["CloudFrontZones"]["aws"] == {"Id": "Z2FDTNDATAQYW2"}
