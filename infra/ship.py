"""`make deploy STAGE=prod REGION=eu-west-1`: a production deployment in an AWS account, new or brought up to date.

Checks, packages, uploads, shows what would change and asks; deploys, makes the first organization, migrates stored
data, tries everything over HTTP, and prints where it is. Whatever fails, the same command goes on from there.
"""

import os
import sys
import time
from collections.abc import Mapping

from infra import wishes
from infra.account import Account
from infra.attached import attach_place, place_of
from infra.command import asked, run, say
from infra.migrate import migrate
from infra.shipment import Shipment
from infra.site import Site, site_of, url_of
from infra.smoke import oldest_organization, smoke_test
from infra.states import check_changeable, find
from infra.target import target

NOBODY = "owner@example.com"


def main() -> None:
    """Deploy what the environment's variables ask for."""
    started = time.monotonic()
    shipment = prepare()
    outputs = shipment.deploy()
    first_organization(shipment, outputs)
    migrate(lambda line: say(f"  {line}"))
    url = "" if shipment.account.is_embedded else url_of(outputs)
    smoke_test(_site(shipment, outputs), url, has_edge=bool(url) and "DistributionDomain" in outputs)
    say(f"\n{where(shipment, outputs, time.monotonic() - started)}")


def prepare() -> Shipment:
    """Everything that can be known beforehand. Raises StackError for what cannot be deployed."""
    said, deployment = wishes.wanted(), target()
    account = Account(deployment.region)
    say(f"  account {account.number}, as {account.identity}")
    say(f"  {deployment.stack} in {deployment.region}{f', at {account.endpoint}' if account.endpoint else ''}")
    before = find(account.clients("cloudformation"), deployment.stack)
    check_changeable(deployment.stack, before)
    waf = wishes.firewall(before)
    return Shipment(deployment, account, before, wishes.completed(said, before, waf), waf)


def first_organization(shipment: Shipment, outputs: Mapping[str, str]) -> None:
    """Make it in a stack that has none, and print at once how its owner begins: nobody can know the key later."""
    attach_place(place_of(shipment.account, shipment.target.stack))
    if oldest_organization() is not None:
        return
    from infra.seed import seed, sign_in_link

    email = os.environ.get("OWNER_EMAIL") or os.environ.get("ALARM_EMAIL") or NOBODY
    say(f"  making the first organization, its owner {email}, and an API key ...")
    place = {"PUBLIC_URL": url_of(outputs)}
    seeded = seed(place, email, demo=asked("DEMO"))
    say(f"\n    sign in, once, now   {sign_in_link(place, seeded.organization)}")
    if email == NOBODY:
        say("                         (no OWNER_EMAIL= was given: add yourself as an owner, under Members)")
    say(f"    API key              {seeded.api_key}")
    say("                         (shown this once and stored nowhere: keep it)")
    if seeded.demo_link:
        say(f"    demo link            {seeded.demo_link}")
    say("")


def where(shipment: Shipment, outputs: Mapping[str, str], seconds: float) -> str:
    """Where everything is, and what is left to do."""
    url, stage = url_of(outputs), f"STAGE={shipment.target.stage} REGION={shipment.target.region}"
    lines = [
        f"{shipment.target.stack} is deployed and works (after {seconds:.0f} s).",
        "",
        f"  short links, API, docs   {url}",
        f"  dashboard                {url}/dashboard",
    ]
    if graphs := outputs.get("DashboardUrl"):
        lines.append(f"  metrics and alarms       {graphs}")
    lines.append(f"  how it is                make status {stage}")
    lines.append(f"  what it logs             make logs {stage}")
    if _waits_for_name(shipment):
        domain, own = shipment.parameters.get("Domain"), outputs["DistributionDomain"]
        lines += [
            "",
            f"  TO DO: where the DNS of {domain} is kept, point it at {own} (CNAME, or ALIAS for a bare domain)",
        ]
    return "\n".join(lines)


def _site(shipment: Shipment, outputs: Mapping[str, str]) -> Site:
    """What is tried: a domain that somebody else must point at the distribution may not lead there yet."""
    if _waits_for_name(shipment):
        return Site(f"https://{outputs['DistributionDomain']}")
    return site_of(shipment.account, outputs)


def _waits_for_name(shipment: Shipment) -> bool:
    return bool(shipment.parameters.get("Domain")) and not shipment.zone


if __name__ == "__main__":
    sys.exit(run(main))
