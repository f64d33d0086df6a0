"""Stack updates in the embedded AWS: what MiniStack would make anew is changed where it stands, as AWS does it.

MiniStack (1.4.21) makes a resource of a type that it cannot update once more, under the same name: a table without its
items, a queue without its messages, an API with another id. And an update that fails it takes back by deleting all that
it had touched.
"""

import threading
from typing import Any, Final

from ministack.core import lambda_runtime
from ministack.services import apigateway_v1, dynamodb, sqs
from ministack.services.cloudformation import _stacks, provisioners, stacks

from infra.carried import Properties, replacing

Updated = tuple[str, dict[str, Any]]  # the physical id, and what Fn::GetAtt finds

# What a queue is given when its template says nothing (SetQueueAttributes in the SQS API reference).
QUEUE_DEFAULTS: Final = {
    "VisibilityTimeout": 30,
    "MaximumMessageSize": 262_144,
    "MessageRetentionPeriod": 345_600,
    "DelaySeconds": 0,
    "ReceiveMessageWaitTimeSeconds": 0,
}


def update_in_place() -> None:
    """Teach MiniStack's CloudFormation to update tables, queues and APIs, and to lose nothing when it fails."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::DynamoDB::Table"]["update"] = update_table
    handlers["AWS::SQS::Queue"]["update"] = update_queue
    handlers["AWS::ApiGateway::RestApi"] |= {"update": update_api, "update_with_logical_id": True}
    _keep_after_failures()
    _finish_requests()


def update_table(name: str, old: Properties, new: Properties, _stack: str) -> Updated:
    """Change a table and keep its items. Raises ValueError for what AWS would replace the table for.

    Indexes are computed when they are asked, so a changed one is there at once.
    """
    if changed := replacing(old, new):
        raise ValueError(f"{name} would be replaced, and emptied: {', '.join(changed)} changed")
    table = dynamodb._tables[name]
    table["AttributeDefinitions"] = new.get("AttributeDefinitions", [])
    table["GlobalSecondaryIndexes"] = new.get("GlobalSecondaryIndexes", [])
    table["BillingModeSummary"] = {"BillingMode": new.get("BillingMode", "PROVISIONED")}
    table["DeletionProtectionEnabled"] = new.get("DeletionProtectionEnabled", False)
    _update_stream(table, new.get("StreamSpecification"))
    stream = {"StreamArn": table["LatestStreamArn"]} if table["LatestStreamArn"] else {}
    return name, {"Arn": table["TableArn"], **stream}


def _update_stream(table: dict[str, Any], wanted: Properties | None) -> None:
    """A stream keeps its ARN, by which its readers know it, as long as it shows the same of items."""
    before, view = table["StreamSpecification"] or {}, (wanted or {}).get("StreamViewType")
    if before.get("StreamViewType") == view:
        return
    label = dynamodb._stream_label() if view else None
    table["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view} if view else None
    table["LatestStreamLabel"] = label
    table["LatestStreamArn"] = f"{table['TableArn']}/stream/{label}" if label else None


def update_queue(url: str, old: Properties, new: Properties, _stack: str) -> Updated:
    """Change a queue and keep its messages. Raises ValueError for a new name: that would be another queue."""
    if old.get("QueueName") != new.get("QueueName"):
        raise ValueError(f"{url} would be replaced, and emptied: QueueName changed")
    queue = sqs._queues[url]
    queue["attributes"] |= {name: str(new.get(name, default)) for name, default in QUEUE_DEFAULTS.items()}
    return url, {"Arn": queue["attributes"]["QueueArn"], "QueueName": queue["name"], "QueueUrl": url}


def update_api(kept: str, _old: Properties, new: Properties, stack: str, logical: str) -> Updated:
    """Give an API other routes and keep its id, which is in its URL."""
    made, attributes = provisioners._apigw_rest_api_create(logical, new, stack)
    apigateway_v1._resources[kept] = apigateway_v1._resources[made]
    record = apigateway_v1._rest_apis[made]
    created = apigateway_v1._rest_apis[kept]["createdDate"]
    apigateway_v1._rest_apis[kept] = {**record, "id": kept, "createdDate": created}
    apigateway_v1._delete_rest_api(made)
    return kept, {**attributes, "Arn": attributes["Arn"].replace(made, kept)}


def _keep_after_failures() -> None:
    """Let a failed update delete only what it made itself; what is left has new settings, which AWS would take back."""
    delete = stacks._delete_resource

    def delete_if_new(kind: str, physical: str, properties: Any, stack: str = "", logical: str = "") -> None:
        known = _stacks.get(stack) or {}
        failed = known.get("StackStatus") == "UPDATE_ROLLBACK_IN_PROGRESS"
        # Until an update has succeeded, a stack has the template of before it.
        if not failed or logical not in known["_template"]["Resources"]:
            delete(kind, physical, properties, stack, logical)

    stacks._delete_resource = delete_if_new


def _finish_requests() -> None:
    """Let a function that is updated finish what it is at; MiniStack kills its process at once."""
    kill = lambda_runtime.Worker.kill

    def kill_when_idle(worker: Any) -> None:
        with worker._lock:
            kill(worker)

    def retire(worker: Any) -> None:
        # In a thread: what the function is at may wait for an answer of this one.
        threading.Thread(target=kill_when_idle, args=[worker], name="retire", daemon=True).start()

    lambda_runtime.Worker.kill = retire
