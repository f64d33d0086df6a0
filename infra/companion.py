"""The second stack, in us-east-1: what CloudFront takes from there alone, a domain's certificate and a web ACL."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.account import Account
from infra.deploy import Witness, apply
from infra.errors import StackError
from infra.package import ROOT
from infra.progress import Event, Progress
from infra.removal import delete_stack
from infra.states import NEVER_MADE, Stack, find
from infra.target import Target
from infra.template import load

REGION = "us-east-1"
TEMPLATE = ROOT / "infra" / "global.yaml"
CERTIFICATE = "AWS::CertificateManager::Certificate"
WAITING = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
RECORD = "Content of DNS Record is:"  # so CloudFormation says what a certificate waits for


class Companion:
    """The companion of a deployment, as an account has it; `template` says what it consists of."""

    def __init__(self, account: Account, target: Target, witness: Witness, template: Path = TEMPLATE) -> None:
        self._cloudformation = account.clients_in(REGION)("cloudformation")
        self._stack, self._witness, self._template = target.companion, witness, template

    def found(self) -> Stack | None:
        """The stack, None when there is none."""
        return find(self._cloudformation, self._stack)

    def provide(self, parameters: dict[str, str]) -> dict[str, str]:
        """Make what the parameters ask for (`Domain`, `HostedZoneId`, `Firewall`); return the outputs.

        Raises StackError when the certificate waits for a record that somebody must set first.
        """
        found = self.found()
        if found and self._is_of_no_use(found, parameters.get("Domain", "")):
            self.remove()
        elif found and found.status in WAITING and (record := self._awaited()):
            raise _waiting(record)
        witness = self._witness
        if parameters.get("Domain") and not parameters.get("HostedZoneId"):
            witness = replace(witness, report=self._until_waiting)
        source, declared = {"TemplateBody": self._template.read_text()}, load(self._template)["Parameters"]
        return apply(self._cloudformation, self._stack, source, declared, parameters, witness)

    def remove(self) -> None:
        """Delete the stack, when there is one. Nothing may use what it holds any more."""
        if found := self.found():
            delete_stack(self._cloudformation, found, self._witness)

    def _is_of_no_use(self, found: Stack, domain: str) -> bool:
        """Whether it was never made, or is being made for another domain: nothing can hold on to it yet."""
        mistaken = found.status == "CREATE_IN_PROGRESS" and found.parameters.get("Domain", "") != domain
        return mistaken or found.status in NEVER_MADE

    def _until_waiting(self, event: Event) -> None:
        self._witness.report(event)
        if RECORD in event.reason:
            raise _waiting(event.reason)

    def _awaited(self) -> str:
        """What a certificate that is being made waits for."""
        events = Progress(self._cloudformation, self._stack, self._witness.pause).past()
        return next((it.reason for it in events if it.type == CERTIFICATE and RECORD in it.reason), "")


def hosted_zone(route53: Any, domain: str) -> str:
    """The id of the account's public zone that holds a domain, the nearest one; '' when there is none."""
    pages = route53.get_paginator("list_hosted_zones").paginate()
    zones = [it for page in pages for it in page["HostedZones"] if not it.get("Config", {}).get("PrivateZone")]
    holding = [it for it in zones if f".{domain}.".endswith(f".{it['Name'].rstrip('.')}.")]
    nearest = max(holding, key=lambda it: len(it["Name"]), default=None)
    return str(nearest["Id"]).removeprefix("/hostedzone/") if nearest else ""


def _waiting(reason: str) -> StackError:
    record = reason.partition(RECORD)[2].strip(" {}")
    return StackError(
        "the domain has no hosted zone in this account, so its certificate waits for you. Set this record where the"
        f" domain's DNS is kept:\n\n  {record}\n\nand run the same command again some minutes later: it goes on from"
        " here. (AWS waits for three days.)"
    )
