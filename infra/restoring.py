"""A stack as it was at a time: its tables made anew from point-in-time recovery, then the stack moved onto them.

Whatever cuts this off, done again with the same time it goes on where it was: the tables are named after the time, and
while the stack is on its way its template holds the one to come back to.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from infra.artifacts import Clients, put_template
from infra.deploy import Witness, agree, change
from infra.errors import StackError
from infra.recovery import Tell, begin, check_window, complete
from infra.states import check_changeable, find
from infra.swapping import Table, Template, imports, tables, with_imported, without
from infra.under_way import check_arrived, deployed, noted, noting


@dataclass(frozen=True)
class Plan:
    """What is to be done: each table's present name and the one that it will have, by the name of its resource."""

    stack: str
    at: datetime
    template: Template
    present: dict[str, str]

    def target(self, resource: str) -> str:
        """The name of the restored table: the same whenever the same time is asked for."""
        return f"{self.stack}-{resource}-{self.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    @property
    def is_done(self) -> bool:
        return all(name == self.target(resource) for resource, name in self.present.items())


def planned(clients: Clients, stack: str, at: datetime) -> Plan:
    """What restoring a stack would do, or has left to do. Raises StackError when it cannot be done."""
    cloudformation = clients("cloudformation")
    found = find(cloudformation, stack)
    if found is None:
        raise StackError(f"there is no stack {stack}")
    check_changeable(stack, found)
    template = deployed(cloudformation, stack)
    if note := noted(template):
        if note["at"] != at.isoformat():
            check_arrived(cloudformation, stack)
        return Plan(stack, at, note["template"], note["present"])
    names = {name: _physical(cloudformation, stack, name) for name in tables(template)}
    plan = Plan(stack, at, template, names)
    if not plan.is_done:
        check_window(clients("dynamodb"), names, at)
    return plan


def restore(clients: Clients, plan: Plan, witness: Witness, tell: Tell) -> None:
    """Do what is planned, or what is left of it. Raises StackError and ClientError; then do it again."""
    dynamodb = clients("dynamodb")
    for resource, source in plan.present.items():
        if begin(dynamodb, source, plan.target(resource), plan.at):
            tell(f"{resource}: restoring {source} to {plan.target(resource)}")
    defined = tables(plan.template)
    others = dict[str, Table]()
    for resource in defined:
        others[resource] = complete(dynamodb, plan.target(resource), defined[resource]["Properties"], witness.pause)
        tell(f"{resource}: {others[resource].name} is there")
    move = _Move(clients, plan, replace(witness, approve=agree))
    note = {"at": plan.at.isoformat(), "present": plan.present, "template": plan.template}
    rest = noting(without(plan.template, others), note)
    now = deployed(clients("cloudformation"), plan.stack)
    if not noted(now):
        tell("the stack lets go of its tables and uses the restored ones")
        move.to("UPDATE", rest)
    if not noted(now) or not tables(now):
        tell("the stack takes the restored tables in")
        move.to("IMPORT", with_imported(rest, plan.template, others), ResourcesToImport=imports(others))
    tell("the stack is as it was, on these tables")
    move.to("UPDATE", plan.template)


@dataclass(frozen=True)
class _Move:
    """Change sets of one stack; its parameters stay as they are."""

    clients: Clients
    plan: Plan
    witness: Witness

    def to(self, kind: str, template: Template, **arguments: Any) -> None:
        parameters = [{"ParameterKey": name, "UsePreviousValue": True} for name in template.get("Parameters", {})]
        source = {"TemplateURL": put_template(self.clients, template), "Parameters": parameters}
        change(self.clients("cloudformation"), self.plan.stack, kind, {**source, **arguments}, self.witness)


def _physical(cloudformation: Any, stack: str, resource: str) -> str:
    told = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=resource)
    return str(told["StackResourceDetail"]["PhysicalResourceId"])
