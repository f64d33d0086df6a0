"""A stack put on other tables: those that point-in-time recovery makes anew, or those of a stack that is gone.

Whatever cuts this off, done again with the same words it goes on where it was: restored tables are named after their
time, and while the stack is on its way its template holds the one to come back to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from infra.artifacts import Clients, put_template
from infra.deploy import Witness, agree, change
from infra.errors import StackError
from infra.recovery import Tell, begin, check_window, complete
from infra.removal import exists
from infra.states import check_changeable, find
from infra.swapping import Table, Template, imports, tables, with_imported, without
from infra.under_way import check_arrived, deployed, noted, noting


@dataclass(frozen=True)
class Plan:
    """What is to be done: each table's present name, and that of the other, by the name of its resource.

    `said` is what the user said to have it done. The others are made as of `at`; None when they are there already.
    """

    stack: str
    said: str
    template: Template
    present: dict[str, str]
    targets: dict[str, str]
    at: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.present == self.targets


def recovering(clients: Clients, stack: str, at: datetime) -> Plan:
    """The plan to put a stack on its tables as they were at a time. Raises StackError when it cannot be done."""
    at = at.astimezone(UTC)
    template, present = _standing(clients, stack, said := f"AT={at:%Y-%m-%dT%H:%M:%SZ}")
    targets = {name: f"{stack}-{name}-{at:%Y%m%dT%H%M%SZ}" for name in present}
    plan = Plan(stack, said, template, present, targets, at)
    if not plan.is_done and not noted(deployed(clients("cloudformation"), stack)):
        check_window(clients("dynamodb"), present, at)
    return plan


def adopting(clients: Clients, stack: str, targets: Mapping[str, str]) -> Plan:
    """The plan to put a stack on tables that are there. Raises StackError when it cannot be done."""
    said = f"TABLES='{' '.join(f'{resource}={name}' for resource, name in sorted(targets.items()))}'"
    template, present = _standing(clients, stack, said)
    if targets.keys() != present.keys():
        raise StackError(f"TABLES= must name all of {', '.join(sorted(present))}, and no others")
    if missing := [name for name in targets.values() if not exists(clients("dynamodb"), name)]:
        raise StackError(f"there is no table {', '.join(missing)}")
    return Plan(stack, said, template, present, dict(targets))


def _standing(clients: Clients, stack: str, said: str) -> tuple[Template, dict[str, str]]:
    """A stack's template and the names of its tables; of one on its way, what they were before it set out."""
    cloudformation = clients("cloudformation")
    found = find(cloudformation, stack)
    if found is None:
        raise StackError(f"there is no stack {stack}")
    check_changeable(stack, found)
    template = deployed(cloudformation, stack)
    if note := noted(template):
        if note["said"] != said:
            check_arrived(cloudformation, stack)
        return note["template"], note["present"]
    return template, {name: _physical(cloudformation, stack, name) for name in tables(template)}


def restore(clients: Clients, plan: Plan, witness: Witness, tell: Tell) -> None:
    """Do what is planned, or what is left of it. Raises StackError and ClientError; then do it again."""
    dynamodb = clients("dynamodb")
    for resource, source in plan.present.items():
        if plan.at and begin(dynamodb, source, plan.targets[resource], plan.at):
            tell(f"{resource}: restoring {source} to {plan.targets[resource]}")
    defined = tables(plan.template)
    others = dict[str, Table]()
    for resource in defined:
        others[resource] = complete(dynamodb, plan.targets[resource], defined[resource]["Properties"], witness.pause)
        tell(f"{resource}: {others[resource].name} is there")
    move = _Move(clients, plan, replace(witness, approve=agree))
    note = {"said": plan.said, "present": plan.present, "template": plan.template}
    rest = noting(without(plan.template, others), note)
    now = deployed(clients("cloudformation"), plan.stack)
    if not noted(now):
        tell("the stack lets go of its tables and uses the others")
        move.to("UPDATE", rest)
    if not noted(now) or not tables(now):
        tell("the stack takes the others in")
        move.to("IMPORT", with_imported(rest, plan.template, others), ResourcesToImport=imports(others))
    tell("the stack becomes what it was, on these tables")
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
