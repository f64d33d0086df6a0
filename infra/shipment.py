"""A deployment under way: what the stack shall be told, in which order, and who is asked before it is."""

import platform
from dataclasses import dataclass
from functools import partial
from typing import Any

from infra import quota
from infra.account import Account
from infra.changes import Change, is_loss, summary, table, warnings
from infra.command import asked, confirmed, say
from infra.companion import REGION as COMPANION_REGION
from infra.companion import Companion, hosted_zone
from infra.deploy import Witness, deploy
from infra.errors import StackError
from infra.inventory import FUNCTION, resources
from infra.package import PLATFORMS, Package
from infra.packaging import architecture, packaged
from infra.progress import Event
from infra.states import Stack
from infra.target import Target
from infra.wishes import Parameters

# What the stack gets of its companion.
LENT = ("CertificateArn", "HostedZoneId", "WebAclArn")


@dataclass
class Shipment:
    """`before` is the stack that is there, `parameters` what shall change of it.

    `waf` tells whether there shall be a web ACL; `zone` is the hosted zone of its domain, '' without one.
    """

    target: Target
    account: Account
    before: Stack | None
    parameters: Parameters
    waf: bool
    zone: str = ""

    def deploy(self) -> dict[str, str]:
        """Bring everything up to date; return the stack's outputs. Raises StackError."""
        built = packaged(architecture() or self._usual_architecture())
        self._reserve(built)
        companion = Companion(self.account, self.target, self._asking(COMPANION_REGION))
        self._borrow(companion)
        outputs = self._apply(built, self.parameters, self._asking(self.target.region))
        outputs = self._name_distribution(built, outputs)
        self._give_back(companion)
        return outputs

    def _usual_architecture(self) -> str | None:
        """What the functions run on until now; the embedded AWS runs them on this machine."""
        if self.before:
            name = self.before.outputs["APIHandlerName"]
            found = self.account.clients("lambda").get_function_configuration(FunctionName=name)
            return str(found["Architectures"][0])
        own = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
        return own if self.account.is_embedded and own in PLATFORMS else None

    def _reserve(self, built: Package) -> None:
        """Reserve concurrency where the account's quota lets us, unless it was said whether to."""
        clients, needed = self.account.clients, quota.wanted(built.translated, {**self._previous, **self.parameters})
        if "ReserveConcurrency" in self.parameters or not needed:
            return
        functions = resources(clients("cloudformation"), self.target.stack).get(FUNCTION, {}) if self.before else {}
        enough = quota.is_enough(clients, needed, quota.reserved(clients, list(functions.values())))
        self.parameters["ReserveConcurrency"] = "true" if enough else "false"
        if not enough:
            say(quota.advice(clients, needed, self.target.region))

    def _borrow(self, companion: Companion) -> None:
        """Certificate and web ACL first: the distribution wants them to be there."""
        lent = {name: "" for name in LENT if self._before(name)}
        domain = self._after("Domain")
        # What is no longer wanted stays until the distribution has let go of it.
        kept = domain or self._before("Domain")
        if domain or self.waf:
            self.zone = hosted_zone(self.account.clients("route53"), kept) if kept else ""
            say(f"  {self.target.companion} in us-east-1, for CloudFront: certificate and web ACL")
            made = companion.provide(self._wanted(kept, self.waf or self._had_waf))
            lent |= {"HostedZoneId": self.zone} if domain else {}
            lent |= {"CertificateArn": made["CertificateArn"]} if domain else {}
            lent |= {"WebAclArn": made["WebAclArn"]} if self.waf else {}
        self.parameters |= lent

    def _give_back(self, companion: Companion) -> None:
        """Take from the companion what the distribution has let go of."""
        domain = self._after("Domain")
        if not (domain or self.waf):
            companion.remove()
        elif (self._before("Domain") and not domain) or (self._had_waf and not self.waf):
            companion.provide(self._wanted(domain, self.waf))

    def _wanted(self, domain: str, waf: bool) -> Parameters:
        zone = self.zone if domain else ""
        return {"Domain": domain, "HostedZoneId": zone, "Firewall": "true" if waf else "false"}

    def _name_distribution(self, built: Package, outputs: dict[str, str]) -> dict[str, str]:
        """Without a domain short links live at the distribution, whose name is known only when it is there."""
        own = outputs.get("DistributionDomain")
        if not own or self._after("PublicUrl") or self._after("Domain"):
            return outputs
        say(f"  CloudFront's name is {own}: the functions are told, by a second, small change")
        return self._apply(built, {"PublicUrl": f"https://{own}"}, self._witness(show))

    def _apply(self, built: Package, parameters: Parameters, witness: Witness) -> dict[str, str]:
        return deploy(self.account.clients, self.target.stack, built, parameters, witness=witness)

    def _witness(self, approve: Any) -> Witness:
        return Witness(approve, show_event, 0.2 if self.account.is_embedded else 5)

    def _asking(self, region: str) -> Witness:
        return self._witness(partial(self._approve, region))

    def _approve(self, region: str, changes: list[Change]) -> bool:
        show(changes)
        if asked("YES") and (lost := [it.resource for it in changes if is_loss(it)]):
            raise StackError(
                f"nothing was changed: YES=1 is not enough to lose {', '.join(lost)}; run it in a terminal"
            )
        return confirmed(f"Apply these changes to account {self.account.number} in {region}?")

    @property
    def _had_waf(self) -> bool:
        return bool(self._before("WebAclArn"))

    @property
    def _previous(self) -> Parameters:
        return self.before.parameters if self.before else {}

    def _before(self, name: str) -> str:
        return self._previous.get(name, "")

    def _after(self, name: str) -> str:
        return self.parameters.get(name, self._before(name))


def show(changes: list[Change]) -> bool:
    """Print what would change, and loudly what may be lost."""
    say(f"\n{table(changes)}\n\n  {summary(changes)}\n")
    for warning in warnings(changes):
        say(f"  {warning}\n")
    return True


def show_event(event: Event) -> None:
    """Print what became of a resource, once it is done."""
    if event.status.endswith(("_COMPLETE", "_FAILED")):
        kind = event.type.removeprefix("AWS::")
        say(f"    {event.status:<16} {event.resource} ({kind}){': ' if event.reason else ''}{event.reason}")
