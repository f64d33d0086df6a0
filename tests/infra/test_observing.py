"""Alarms and the dashboard: each metric that they name is there, and each that we emit is on one of them."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from chalicelib.core import metric_names
from infra.package import ROOT
from infra.template import whole
from tests.test_imports import FILES

RESOURCES: Final[dict[str, dict[str, Any]]] = whole(ROOT)["Resources"]
ALARMS: Final = {name: it["Properties"] for name, it in RESOURCES.items() if it.get("Type") == "AWS::CloudWatch::Alarm"}
OURS: Final = {name: value for name, value in vars(metric_names).items() if name.isupper()}
STACK: Final = "AWS::StackName"
# What AWS emits: of each namespace the dimension, what it names, and the metrics that are in use.
BY_AWS: Final = {
    "AWS/Lambda": ("FunctionName", "function", {"Duration", "Errors", "Invocations", "IteratorAge", "Throttles"}),
    "AWS/SQS": (
        "QueueName",
        "AWS::SQS::Queue",
        {
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesNotVisible",
        },
    ),
    "AWS/DynamoDB": (
        "TableName",
        "AWS::DynamoDB::Table",
        {"ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"},
    ),
    "AWS/ApiGateway": ("ApiName", "stack", {"Count", "4XXError", "5XXError"}),
    "AWS/Logs": ("LogGroupName", "AWS::Logs::LogGroup", {"IncomingBytes"}),
    metric_names.NAMESPACE: (metric_names.DIMENSION, "stack", set(OURS.values()) - {"Quietzone", "service"}),
}
READERS_OF_STREAMS: Final = {"Fold", "Events"}


class Metric(NamedTuple):
    """`of` is what the dimension's value names: a resource of the template, with its attribute, or the stack."""

    namespace: str
    name: str
    dimension: str
    of: str


def _of(value: dict[str, Any]) -> str:
    return ".".join(value["Fn::GetAtt"]) if "Fn::GetAtt" in value else str(value["Ref"])


def of_alarm(alarm: dict[str, Any]) -> Iterator[Metric]:
    several = [it["MetricStat"]["Metric"] for it in alarm.get("Metrics", []) if "MetricStat" in it]
    for metric in several or [alarm]:
        (dimension,) = metric["Dimensions"]
        yield Metric(metric["Namespace"], metric["MetricName"], dimension["Name"], _of(dimension["Value"]))


def widgets() -> list[dict[str, Any]]:
    body = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    found: list[dict[str, Any]] = body["widgets"]
    return found


def of_dashboard() -> list[Metric]:
    shown = [line for it in widgets() for line in it["properties"].get("metrics", [])]
    plain = [line for line in shown if isinstance(line[0], str)]  # the others are reckoned
    return [Metric(space, name, dimension, of.strip("${}")) for space, name, dimension, of, *_ in plain]


def kind_of(of: str) -> str:
    """What the template has under a name."""
    if of == STACK:
        return "stack"
    resource = RESOURCES[of.partition(".")[0]]
    return "function" if "MemorySize" in resource.get("Properties", {}) else str(resource["Type"])


@pytest.mark.parametrize("metric", sorted({*of_dashboard(), *(m for it in ALARMS.values() for m in of_alarm(it))}))
def test_every_metric_that_is_looked_at_is_emitted_of_what_it_is_said_to_be(metric: Metric) -> None:
    dimension, kind, names = BY_AWS[metric.namespace]
    assert metric.name in names
    assert (metric.dimension, kind_of(metric.of)) == (dimension, kind)
    attribute = metric.of.partition(".")[2]
    assert attribute == ("QueueName" if dimension == "QueueName" else "")
    if metric.name == "IteratorAge":
        assert metric.of in READERS_OF_STREAMS


def test_requests_are_counted_by_the_stacks_name() -> None:
    assert RESOURCES["RestAPI"]["Properties"]["DefinitionBody"]["info"]["title"] == {"Ref": STACK}


def test_every_metric_of_ours_is_on_the_dashboard_and_counted_by_some_code() -> None:
    names = {name: value for name, value in OURS.items() if name not in ("NAMESPACE", "DIMENSION")}
    assert {it.name for it in of_dashboard() if it.namespace == metric_names.NAMESPACE} == set(names.values())
    counting = [
        ast.unparse(node.args[0])
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("metrics.count", "lines.count")
    ]
    assert set(counting) == names.keys()


def test_what_an_alarm_watches_is_on_the_dashboard_too() -> None:
    failing = {"Sweep", "Tick"}  # their errors are in no graph: the widget of alarms has them
    watched = {metric for alarm in ALARMS.values() for metric in of_alarm(alarm)}
    assert {metric.of for metric in watched - set(of_dashboard())} == failing


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_to_do_first_and_tells_whoever_wants_to_know(name: str) -> None:
    alarm = ALARMS[name]
    assert " First " in alarm["AlarmDescription"]
    assert len(alarm["AlarmDescription"]) <= 1024
    mailed = {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    assert (alarm["AlarmActions"], alarm["OKActions"]) == (mailed, mailed)
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("name", [name for name, alarm in ALARMS.items() if "Metrics" in alarm])
def test_an_alarm_of_several_metrics_reckons_with_all_of_them(name: str) -> None:
    told, *parts = ALARMS[name]["Metrics"]
    assert not any(part["ReturnData"] for part in parts)
    words = set(re.findall(r"[a-z]\w*", told["Expression"]))
    assert words == {part["Id"] for part in parts}


def test_the_dashboard_shows_every_alarm_and_stays_within_what_is_free() -> None:
    (alarms,) = (it["properties"]["alarms"] for it in widgets() if it["type"] == "alarm")
    assert sorted(alarms) == sorted(f"${{{name}.Arn}}" for name in ALARMS)
    assert len(of_dashboard()) <= 50


def test_no_widget_lies_on_another() -> None:
    taken = [
        (x, y)
        for it in widgets()
        for x in range(it["x"], it["x"] + it["width"])
        for y in range(it["y"], it["y"] + it["height"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23


def test_mails_of_alarms_are_encrypted_by_a_key_that_alarms_may_use() -> None:
    assert RESOURCES["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    statements = RESOURCES["AlarmKey"]["Properties"]["KeyPolicy"]["Statement"]
    (alarms,) = (it for it in statements if it["Principal"] == {"Service": "cloudwatch.amazonaws.com"})
    assert set(alarms["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    made = [RESOURCES[name] for name in ("AlarmTopic", "AlarmSubscription", "AlarmTopicPolicy", "AlarmKey")]
    assert {it["Condition"] for it in made} == {"HasAlarmEmail"}
