"""Whether an account's quota of concurrent executions lets functions reserve theirs; that of a new account does not."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.artifacts import Clients

LEFT = 100  # Lambda keeps so many for functions that reserve none (Lambda developer guide, reserved concurrency)
QUOTA = "L-B99A9384"  # concurrent executions, as Service Quotas calls them


def wanted(template: dict[str, Any], values: Mapping[str, str]) -> int:
    """How many executions the functions of a translated template reserve when they may; `values` are parameters'."""
    known = {name: it.get("Default", "") for name, it in template["Parameters"].items()} | dict(values)
    resources = template["Resources"].values()
    functions = [it["Properties"] for it in resources if it["Type"] == "AWS::Lambda::Function"]
    return sum(max(_numbers(it.get("ReservedConcurrentExecutions"), known), default=0) for it in functions)


def _numbers(value: Any, known: Mapping[str, Any]) -> Iterator[int]:
    """The numbers in a property, of which a condition may choose one."""
    if isinstance(value, dict) and "Ref" in value:
        value = known.get(value["Ref"])
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each, known)
    elif str(value).isdecimal():
        yield int(value)


def is_enough(clients: Clients, needed: int, reserved: int) -> bool:
    """Whether so many may be reserved in this account; `reserved` are those that the stack holds already."""
    limit = clients("lambda").get_account_settings()["AccountLimit"]
    return int(limit["UnreservedConcurrentExecutions"]) + reserved - needed >= LEFT


def reserved(clients: Clients, functions: list[str]) -> int:
    """How many executions these functions reserve now."""
    answers = (clients("lambda").get_function_concurrency(FunctionName=name) for name in functions)
    return sum(int(it.get("ReservedConcurrentExecutions", 0)) for it in answers)


def advice(clients: Clients, needed: int, region: str) -> str:
    """What to tell whoever has too little."""
    limit = int(clients("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    return f"""
WARNING: this account may run {limit} functions at once in {region}, as new accounts may: too few to keep any for the
redirect. Deploying without reserved concurrency: many calls of the API can hold up redirects. Ask for more, it is free:

  aws service-quotas request-service-quota-increase --region {region} \\
    --service-code lambda --quota-code {QUOTA} --desired-value {max(1000, needed + LEFT)}

and run make deploy again when it is granted.
"""
