"""Alarms that look at several metrics at once, which MiniStack's CloudFormation refuses."""

from typing import Any, Final

# Metrics that never come: such an alarm is there, and stays without data.
NEVER: Final = {"Namespace": "Several", "MetricName": "Several"}


def keep_alarms_of_several_metrics() -> None:
    """Make these alarms like all others. What one says of its metrics is left out."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]
    create = handlers["create"]

    def created(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        if "Metrics" in properties:
            properties = {name: value for name, value in properties.items() if name != "Metrics"} | NEVER
        return create(logical_id, properties, stack)

    handlers["create"] = created
