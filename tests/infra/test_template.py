"""The stack's template, after Chalice's merge and SAM's expansion."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.services import sweeping
from infra.package import Package
from tests.infra.conftest import Resources

FUNCTIONS = (
    *("APIHandler", "Redirect", "Fold", "Spill", "Jobs", "Sweep", "Recount"),
    *("Events", "Deliver", "Slow", "Tick"),
)
PK, SK = {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}
TABLES = {
    "ObjectsTable": ([PK, SK], "expires"),
    "ScansTable": ([PK, SK], "expires"),
    "RollupsTable": ([PK, SK], None),
    "VisitorsTable": ([PK], "expires"),
    "DeliveriesTable": ([PK, SK], "expires"),
}


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    return {name: found["Properties"] for name, found in resources.items() if found["Type"] == kind}


def actions_on(policies: list[dict[str, Any]], resource: str) -> set[str]:
    """The actions that a role's policies allow on what is, or is part of, a resource."""
    statements = [it for policy in policies for it in policy["PolicyDocument"]["Statement"]]
    return {action for it in statements if resource in json.dumps(it["Resource"]) for action in it["Action"]}


def test_cfn_lint_finds_nothing(template: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    done = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner import main; main()", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_functions_are_the_ones_that_the_template_sizes(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    assert sorted(functions) == sorted(FUNCTIONS)
    assert {it["Architectures"][0] for it in functions.values()} == {"arm64"}
    assert all(it["MemorySize"] >= 512 for it in functions.values())


def test_every_function_has_a_role_and_a_log_of_its_own(resources: Resources) -> None:
    functions = of_type(resources, "AWS::Lambda::Function").values()
    assert len({json.dumps(it["Role"]) for it in functions}) == len(FUNCTIONS)
    logs = {it["LoggingConfig"]["LogGroup"]["Ref"] for it in functions}
    assert logs == set(of_type(resources, "AWS::Logs::LogGroup"))
    assert len(logs) == len(FUNCTIONS)


@pytest.mark.parametrize("role", ["ApiHandlerRole", *(f"{name}Role" for name in FUNCTIONS[1:])])
def test_no_role_may_do_everything(resources: Resources, role: str) -> None:
    statements = [
        statement
        for policy in resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert not [action for it in statements for action in it["Action"] if "*" in action]
    assert [it["Action"] for it in statements if "*" in it["Resource"]] in ([], [["dynamodb:ListStreams"]])


def test_the_redirect_may_read_a_slug_write_a_scan_and_spill(resources: Resources) -> None:
    policies = resources["RedirectRole"]["Properties"]["Policies"]
    allowed = {name: actions_on(policies, name) for name in (*TABLES, "SpillQueue", "JobsQueue")}
    assert allowed == {
        "ObjectsTable": {"dynamodb:GetItem"},
        "ScansTable": {"dynamodb:PutItem"},
        "RollupsTable": set(),
        "VisitorsTable": set(),
        "DeliveriesTable": set(),
        "SpillQueue": {"sqs:SendMessage"},
        "JobsQueue": set(),
    }


def test_checks_within_transactions_and_batches_of_writes_have_actions_of_their_own(resources: Resources) -> None:
    roles = [name for name, it in resources.items() if it["Type"] == "AWS::IAM::Role"]
    allowed = {name: actions_on(resources[name]["Properties"]["Policies"], "ObjectsTable") for name in roles}
    special = {"dynamodb:ConditionCheckItem", "dynamodb:BatchWriteItem"}
    assert {name: actions & special for name, actions in allowed.items() if actions & special} == {
        "ApiHandlerRole": {"dynamodb:ConditionCheckItem"},  # services/sharing.py
        "EventsRole": {"dynamodb:ConditionCheckItem"},  # services/thresholds.py
        "JobsRole": {"dynamodb:BatchWriteItem"},  # services/erasing.py, of marks
    }


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_kept_encrypted_recoverable_and_paid_by_request(resources: Resources, table: str) -> None:
    found = resources[table]
    keys, expiry = TABLES[table]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = found["Properties"]
    assert "TableName" not in properties
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["KeySchema"] == keys
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties.get("TimeToLiveSpecification", {}).get("AttributeName") == expiry


def test_what_events_are_made_of_has_a_stream_with_both_images(resources: Resources) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    streams = {name: it["StreamSpecification"] for name, it in tables.items() if "StreamSpecification" in it}
    both = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert streams == {"ScansTable": both, "ObjectsTable": both, "RollupsTable": both}


def test_only_scans_and_deliveries_have_an_index_of_keys(resources: Resources) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    indexes = {name: it["GlobalSecondaryIndexes"] for name, it in tables.items() if "GlobalSecondaryIndexes" in it}
    found = {
        name: [(it["IndexName"], it["KeySchema"], it["Projection"]) for it in many] for name, many in indexes.items()
    }
    keys = {"ProjectionType": "KEYS_ONLY"}
    assert found == {
        "ScansTable": [("by_day", [{"AttributeName": "day", "KeyType": "HASH"}, SK], keys)],
        "DeliveriesTable": [("by_wait", [{"AttributeName": "wait", "KeyType": "HASH"}, SK], keys)],
    }


def test_the_fold_reads_only_scans_that_wait_and_gives_up_on_none_silently(resources: Resources) -> None:
    readers = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    (fold,) = (it for it in readers if it["FunctionName"] == {"Ref": "Fold"})
    assert fold["EventSourceArn"] == {"Fn::GetAtt": ["ScansTable", "StreamArn"]}
    (waiting,) = fold["FilterCriteria"]["Filters"]
    assert json.loads(waiting["Pattern"]) == {"dynamodb": {"NewImage": {"pending": {"N": [{"exists": True}]}}}}
    assert fold["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FoldDeadLetters", "Arn"]}
    given = {name: fold[name] for name in ("BatchSize", "StartingPosition", "BisectBatchOnFunctionError")}
    assert given == {"BatchSize": 1000, "StartingPosition": "TRIM_HORIZON", "BisectBatchOnFunctionError": True}
    assert fold["ParallelizationFactor"] == 1
    assert fold["MaximumBatchingWindowInSeconds"] == {"Ref": "FoldWindowSeconds"}
    assert fold["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_sweep_takes_no_order_for_lost_that_a_job_may_be_at(resources: Resources) -> None:
    assert 2_000 * resources["Jobs"]["Properties"]["Timeout"] <= sweeping.IDLE_MS


def test_events_are_made_of_three_streams_and_try_for_as_long_as_a_record_lives(resources: Resources) -> None:
    readers = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    mine = [it for it in readers if it["FunctionName"] == {"Ref": "Events"}]
    streams = {it["EventSourceArn"]["Fn::GetAtt"][0] for it in mine}
    assert streams == {"ScansTable", "ObjectsTable", "RollupsTable"}
    for reader in mine:
        assert reader["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"
        assert (reader["StartingPosition"], reader["BatchSize"]) == ("TRIM_HORIZON", 100)
        assert (reader["MaximumRetryAttempts"], reader["BisectBatchOnFunctionError"]) == (-1, True)
        assert reader["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["EventsDeadLetters", "Arn"]}


@pytest.mark.parametrize(
    ("name", "record", "passes"),
    [
        ("ScansTable", {"NewImage": {"counted": {"S": "[]"}}, "OldImage": {"pending": {"N": "1"}}}, True),
        ("ScansTable", {"NewImage": {"pending": {"N": "1"}}}, False),
        ("ScansTable", {"OldImage": {"counted": {"S": "[]"}}}, False),
        ("RollupsTable", {"Keys": {"sk": {"S": "lifetime"}}}, True),
        ("RollupsTable", {"Keys": {"sk": {"S": "2026-11-21"}}}, False),
        ("ObjectsTable", {"Keys": {"sk": {"S": "link#0000000000000001"}}}, True),
        ("ObjectsTable", {"Keys": {"sk": {"S": "bound#0000000000000001"}}}, True),
        ("ObjectsTable", {"Keys": {"sk": {"S": "reached#l1"}}}, True),
        ("ObjectsTable", {"Keys": {"sk": {"S": "usage#202611#qr_generated"}}}, False),
        ("ObjectsTable", {"Keys": {"sk": {"S": "linked#0000000000000001#0000000000000002"}}}, False),
    ],
)
def test_only_what_may_be_an_event_wakes_the_function(
    resources: Resources, name: str, record: dict[str, Any], passes: bool
) -> None:
    readers = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    (reader,) = (
        it
        for it in readers
        if it["FunctionName"] == {"Ref": "Events"} and it["EventSourceArn"]["Fn::GetAtt"][0] == name
    )
    patterns = [json.loads(it["Pattern"]) for it in reader["FilterCriteria"]["Filters"]]
    assert any(_admits(it, {"eventName": "INSERT", "dynamodb": record}) for it in patterns) == passes


def _admits(pattern: dict[str, Any], found: Any) -> bool:
    """Lambda's rule: every leaf of a pattern must admit what is there; what is not there matches `exists: false`."""
    for key, wanted in pattern.items():
        value = found.get(key) if isinstance(found, dict) else None
        if isinstance(wanted, dict):
            if not _admits(wanted, value or {}):
                return False
        elif not any(_is(rule, value) for rule in wanted):
            return False
    return True


def _is(rule: Any, value: Any) -> bool:
    if not isinstance(rule, dict):
        return bool(rule == value)
    if "exists" in rule:
        return bool(rule["exists"] == (value is not None))
    return isinstance(value, str) and value.startswith(rule["prefix"])


def test_the_slow_lane_holds_its_messages_longer_than_it_runs(resources: Resources) -> None:
    assert resources["SlowQueue"]["Properties"]["VisibilityTimeout"] > resources["Slow"]["Properties"]["Timeout"]


@pytest.mark.parametrize(
    ("queue", "function", "batch"),
    [("SpillQueue", "Spill", 10), ("JobsQueue", "Jobs", 1), ("DeliveryQueue", "Deliver", 10)],
)
def test_queues_outlast_their_function_and_end_in_dead_letters(
    resources: Resources, queue: str, function: str, batch: int
) -> None:
    properties = resources[queue]["Properties"]
    assert properties["VisibilityTimeout"] >= 6 * resources[function]["Properties"]["Timeout"]
    assert properties["MessageRetentionPeriod"] == 14 * 24 * 3600
    dead_letters = properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert resources[dead_letters]["Type"] == "AWS::SQS::Queue"
    readers = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    (reader,) = (it for it in readers if it["FunctionName"] == {"Ref": function})
    assert reader["BatchSize"] == batch


def test_exports_are_private_encrypted_and_gone_after_a_week(resources: Resources) -> None:
    bucket = resources["ExportsBucket"]["Properties"]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Status": "Enabled",
        "ExpirationInDays": 7,
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }


def test_the_api_may_sign_for_exports_and_only_jobs_may_write_them(resources: Resources) -> None:
    roles = [name for name, it in resources.items() if it["Type"] == "AWS::IAM::Role"]
    allowed = {name: actions_on(resources[name]["Properties"]["Policies"], "ExportsBucket") for name in roles}
    assert {name: actions for name, actions in allowed.items() if actions} == {
        "ApiHandlerRole": {"s3:GetObject"},
        "JobsRole": {"s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject"},
    }


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
    } <= set(template["Outputs"])
