"""Tables that leave a stack of the embedded AWS, or come into one, with all their items, as on AWS.

MiniStack (1.4.21) deletes what a template leaves out even if it is retained, makes anew what is to be imported, and
cannot restore a table that has an index. What it restores here too is a table as it is now, not as it was.
"""

import copy
import json
from collections.abc import Callable
from itertools import count, takewhile
from typing import Any, Final

from ministack.core.responses import now_iso
from ministack.services import dynamodb
from ministack.services.cloudformation import _stacks, changesets, handlers, provisioners, stacks

Params = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[Params], Answer]
Made = tuple[str, dict[str, Any]]  # the physical id, and what Fn::GetAtt finds

IMPORT: Final = "IMPORT"
TABLE: Final = "AWS::DynamoDB::Table"
CHANGING: Final = ("UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")


def retain_and_import() -> None:
    """Teach MiniStack's CloudFormation to retain and to import tables, and its DynamoDB to restore indexes."""
    actions = handlers._ACTION_HANDLERS
    actions["CreateChangeSet"] = creating(actions["CreateChangeSet"])
    actions["ExecuteChangeSet"] = executing(actions["ExecuteChangeSet"])
    actions["DeleteChangeSet"] = deleting(actions["DeleteChangeSet"])
    _retain()
    tables = provisioners._RESOURCE_HANDLERS[TABLE]
    tables["create"] = recoverable(tables["create"])
    describe = dynamodb._describe_continuous_backups
    dynamodb._restore_table_to_point_in_time = _restored
    dynamodb._describe_continuous_backups = lambda asked: _since_made(asked, describe(asked))


def recoverable(create: Callable[..., Made]) -> Callable[..., Made]:
    """What makes a stack's table, with the point-in-time recovery that its template asks for."""

    def made(logical: str, properties: Params, stack: str) -> Made:
        name, attributes = create(logical, properties, stack)
        wanted = properties.get("PointInTimeRecoverySpecification", {})
        dynamodb._pitr_settings[name] = bool(wanted.get("PointInTimeRecoveryEnabled"))
        return name, attributes

    return made


def _retain() -> None:
    """Let neither an update nor a deletion delete what its template retained."""
    delete = stacks._delete_resource

    def delete_unless_retained(kind: str, physical: str, properties: Any, stack: str = "", logical: str = "") -> None:
        known = _stacks.get(stack) or {}
        # Until an update has succeeded, a stack has the template of before it.
        resource = known.get("_template", {}).get("Resources", {}).get(logical, {})
        if known.get("StackStatus") not in CHANGING or resource.get("DeletionPolicy") != "Retain":
            delete(kind, physical, properties, stack, logical)

    stacks._delete_resource = delete_unless_retained


def creating(create: Handler) -> Handler:
    """CreateChangeSet that knows imports: one that would change anything else is refused, as AWS does."""

    def created(params: Params) -> Answer:
        answer = create(params)
        if answer[0] == 200 and changesets._p(params, "ChangeSetType") == IMPORT:
            name, stack = (changesets._p(params, key) for key in ("ChangeSetName", "StackName"))
            _, change_set = changesets._find_change_set(name, stack)
            change_set["_imports"] = _named(params)
            if refused := _refusal(change_set, _stacks[change_set["StackName"]]):
                change_set |= {"Status": "FAILED", "ExecutionStatus": "UNAVAILABLE", "StatusReason": refused}
        return answer

    return created


def executing(execute: Handler) -> Handler:
    """ExecuteChangeSet that knows imports."""

    def executed(params: Params) -> Answer:
        name, stack = (changesets._p(params, key) for key in ("ChangeSetName", "StackName"))
        _, change_set = changesets._find_change_set(name, stack)
        if not change_set or change_set["ChangeSetType"] != IMPORT:
            return execute(params)
        _import(change_set, _stacks[change_set["StackName"]])
        answer: Answer = changesets._xml(200, "ExecuteChangeSetResponse", "<ExecuteChangeSetResult/>")
        return answer

    return executed


def deleting(delete: Handler) -> Handler:
    """DeleteChangeSet whose answer has a result, without which boto3 cannot read it."""

    def deleted(params: Params) -> Answer:
        answer = delete(params)
        if answer[0] != 200:
            return answer
        whole: Answer = changesets._xml(200, "DeleteChangeSetResponse", "<DeleteChangeSetResult/>")
        return whole

    return deleted


def _named(params: Params) -> dict[str, str]:
    """The tables to be imported, by their names in the template (CreateChangeSet, ResourcesToImport)."""
    members = (f"ResourcesToImport.member.{number}" for number in count(1))
    ids = ((member, changesets._p(params, f"{member}.LogicalResourceId")) for member in members)
    return {
        logical: changesets._p(params, f"{member}.ResourceIdentifier.entry.1.value")
        for member, logical in takewhile(lambda each: each[1], ids)
    }


def _refusal(change_set: dict[str, Any], stack: dict[str, Any]) -> str:
    """Why AWS would not import that; empty when it would."""
    imports, before, after = change_set["_imports"], stack["_template"], change_set["_template"]
    if {name: it for name, it in after["Resources"].items() if name not in imports} != before["Resources"]:
        return "As part of the import operation, you cannot modify or add resources."
    if any(after.get(part) != before.get(part) for part in ("Outputs", "Parameters", "Metadata")):
        return "As part of the import operation, you cannot modify or add outputs, parameters or metadata."
    for logical, name in imports.items():
        if name not in dynamodb._tables or "DeletionPolicy" not in after["Resources"][logical]:
            return f"{logical} ({name}) is not there, or has no DeletionPolicy."
    return ""


def _import(change_set: dict[str, Any], stack: dict[str, Any]) -> None:
    for logical, name in change_set["_imports"].items():
        table = dynamodb._tables[name]
        stream = {"StreamArn": table["LatestStreamArn"]} if table["LatestStreamArn"] else {}
        stack["_resources"][logical] = {
            "PhysicalResourceId": name,
            "ResourceType": TABLE,
            "ResourceStatus": "IMPORT_COMPLETE",
            "LogicalResourceId": logical,
            "Properties": copy.deepcopy(change_set["_template"]["Resources"][logical]["Properties"]),
            "Attributes": {"Arn": table["TableArn"], **stream},
            "Timestamp": now_iso(),
        }
    stack |= {key: change_set[key] for key in ("_template", "_template_body")}
    stack |= {"StackStatus": "IMPORT_COMPLETE", "LastUpdatedTime": now_iso()}
    change_set["ExecutionStatus"] = "EXECUTE_COMPLETE"
    named = stack["StackName"]
    stacks._add_event(stack["StackId"], named, named, "AWS::CloudFormation::Stack", "IMPORT_COMPLETE")


def _restored(asked: Params) -> Answer:
    """RestoreTableToPointInTime, of any table, with its indexes; as it is now, whatever time is asked for."""
    target, source = asked["TargetTableName"], dynamodb._tables[asked["SourceTableName"]]
    if target in dynamodb._tables:
        refused: Answer = dynamodb.error_response_json("TableAlreadyExistsException", f"{target} already exists", 400)
        return refused
    indexes = {"GlobalSecondaryIndexes": source["GlobalSecondaryIndexes"]} if source["GlobalSecondaryIndexes"] else {}
    made: Answer = dynamodb._create_table(
        {
            "TableName": target,
            "BillingMode": "PAY_PER_REQUEST",
            **{key: source[key] for key in ("KeySchema", "AttributeDefinitions")},
            **indexes,
        }
    )
    if made[0] == 200:
        table = dynamodb._tables[target]
        table |= {"items": copy.deepcopy(source["items"]), "StreamSpecification": None, "LatestStreamArn": None}
        dynamodb._update_counts(table)
    return made


def _since_made(asked: dict[str, Any], answer: Answer) -> Answer:
    """A table can be had as it was at any time since it was made; MiniStack knows of this moment alone."""
    told = json.loads(answer[2])
    recovery = told.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
    if "EarliestRestorableDateTime" in recovery:
        recovery["EarliestRestorableDateTime"] = dynamodb._tables[asked["TableName"]]["CreationDateTime"]
    return answer[0], answer[1], json.dumps(told).encode()
