"""API Gateway: routes, its own answers, throttles, its log."""

import json
from typing import Any

from tests.infra.conftest import Resources
from tests.infra.translated import Variant


def integrations(resources: Resources) -> dict[tuple[str, str], str]:
    """The function behind each path and method."""
    paths = resources["RestAPI"]["Properties"]["Body"]["paths"]
    return {
        (path, method): operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].split("${")[-1].split(".")[0]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if operation["x-amazon-apigateway-integration"]["type"] == "aws_proxy"
    }


def test_short_links_go_to_the_redirect_and_everything_else_to_the_api(resources: Resources) -> None:
    redirected = {route for route, function in integrations(resources).items() if function == "Redirect"}
    assert redirected == {("/{slug}", "get"), ("/{slug}", "head"), ("/s/{slug}", "get"), ("/s/{slug}", "head")}
    assert set(integrations(resources).values()) == {"Redirect", "APIHandler"}
    permission = resources["RedirectInvokePermission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": "Redirect"}
    assert permission["Principal"] == "apigateway.amazonaws.com"


def test_the_gateway_itself_answers_in_the_shape_of_our_errors(resources: Resources) -> None:
    responses = resources["RestAPI"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    said = {
        kind: (it.get("statusCode"), json.loads(it["responseTemplates"]["application/json"]))
        for kind, it in responses.items()
    }
    assert said["MISSING_AUTHENTICATION_TOKEN"] == ("404", {"error": "Not found.", "code": "not_found"})
    assert said["THROTTLED"][0] == "429"
    assert {body["code"] for _, body in said.values()} >= {"not_found", "rate_limited", "server_error"}
    assert all(set(body) == {"error", "code"} for _, body in said.values())


def test_image_bytes_leave_the_gateway_as_bytes(resources: Resources) -> None:
    assert resources["RestAPI"]["Properties"]["BinaryMediaTypes"] == ["*/*"]


def limits(resources: Resources) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Requests a second and at once, by path and method."""
    return {
        (it["ResourcePath"].replace("~1", "/").removeprefix("/"), it["HttpMethod"]): (
            it["ThrottlingRateLimit"],
            it["ThrottlingBurstLimit"],
        )
        for it in resources["RestAPIapiStage"]["Properties"]["MethodSettings"]
    }


def test_no_route_of_the_api_may_use_up_what_the_redirect_needs(template: dict[str, Any]) -> None:
    resources = Variant(template).resources
    found = limits(resources)
    assert found["*", "*"] == 2 * ({"Ref": "ApiRequestsPerSecond"},)
    redirects = {route for route, function in integrations(resources).items() if function == "Redirect"}
    generous = {
        (path, method.lower())
        for (path, method), it in found.items()
        if it == 2 * ({"Ref": "RedirectRequestsPerSecond"},)
    }
    assert generous == redirects
    by_default = template["Parameters"]["ApiRequestsPerSecond"]["Default"]
    assert template["Parameters"]["RedirectRequestsPerSecond"]["Default"] >= 10 * by_default
    others = {route: it for route, it in found.items() if isinstance(it[0], int)}
    assert all(rate <= burst <= by_default for rate, burst in others.values())


def test_every_limit_is_of_a_route_that_there_is(resources: Resources) -> None:
    paths = resources["RestAPI"]["Properties"]["Body"]["paths"]
    named = set(limits(resources)) - {("*", "*")}
    assert named <= {(path, method.upper()) for path, methods in paths.items() for method in methods}


def test_the_access_log_tells_the_route_and_how_it_went_and_nobody(template: dict[str, Any]) -> None:
    stage = Variant(template).resources["RestAPIapiStage"]["Properties"]
    setting = stage["AccessLogSetting"]
    assert setting["DestinationArn"] == {"Fn::GetAtt": ["AccessLogGroup", "Arn"]}
    assert json.loads(setting["Format"]) == {
        "request": "$context.requestId",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",  # as it was declared: the path itself may hold a token
        "status": "$context.status",
        "refused": "$context.error.responseType",
        "ms": "$context.responseLatency",
        "function_ms": "$context.integrationLatency",
        "bytes": "$context.responseLength",
    }
    assert not any(it.get("LoggingLevel") or it.get("DataTraceEnabled") for it in stage["MethodSettings"])


def test_the_accounts_role_for_logs_outlives_the_stack(template: dict[str, Any]) -> None:
    resources = Variant(template).resources
    for name in ("GatewayAccount", "GatewayLogsRole"):
        assert (resources[name]["DeletionPolicy"], resources[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert resources["AccessLogGroup"]["DependsOn"] == "GatewayAccount", "a stage that logs is refused before"


def test_an_account_without_any_api_has_one_before_its_settings_are_made(template: dict[str, Any]) -> None:
    assert Variant(template).resources["GatewayAccount"]["DependsOn"] == "RestAPI"


def test_there_is_no_stage_beside_the_one_with_limits_and_log(resources: Resources) -> None:
    stages = [it["Properties"]["StageName"] for it in resources.values() if "StageName" in it.get("Properties", {})]
    assert stages == ["api"]


def test_the_routes_fit_into_what_api_gateway_takes(resources: Resources) -> None:
    paths = resources["RestAPI"]["Properties"]["Body"]["paths"]
    parts = {path[:end] for path in paths for end in range(1, len(path) + 1) if path[end : end + 1] in ("/", "")}
    assert len(parts | {"/"}) <= 300


def test_without_an_access_log_nothing_of_the_account_is_touched(template: dict[str, Any]) -> None:
    resources = Variant(template, AccessLogs="false").resources
    assert not {"GatewayAccount", "GatewayLogsRole", "AccessLogGroup"} & set(resources)
    assert "AccessLogSetting" not in resources["RestAPIapiStage"]["Properties"]
