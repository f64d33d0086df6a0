"""What the variables of `make deploy` say of the template's parameters, and what follows from it.

A variable that is not given leaves its parameter as it is; `none` empties one.
"""

import os
import re
import secrets
from collections.abc import Mapping
from typing import Final

from infra.command import is_on
from infra.errors import StackError
from infra.states import Stack

TEXTS: Final = {
    "AlarmEmail": "ALARM_EMAIL",
    "ApiConcurrency": "API_CONCURRENCY",
    "ApiRequestsPerSecond": "API_REQUESTS_PER_SECOND",
    "BackgroundConcurrency": "BACKGROUND_CONCURRENCY",
    "CreatesPerHour": "CREATES_PER_HOUR",
    "Domain": "DOMAIN",
    "FoldWindowSeconds": "FOLD_WINDOW_SECONDS",
    "LogDays": "LOG_DAYS",
    "MailFrom": "MAIL_FROM",
    "OriginSecret": "ORIGIN_SECRET",
    "PlanDefault": "PLAN_DEFAULT",
    "PublicUrl": "PUBLIC_URL",
    "RedirectRequestsPerSecond": "REDIRECT_REQUESTS_PER_SECOND",
}
SWITCHES: Final = {
    "AccessLogs": "ACCESS_LOGS",
    "Edge": "EDGE",
    "ReserveConcurrency": "RESERVE_CONCURRENCY",
}
NONE = "none"
HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
WEB = re.compile(r"https://[^\s/?#]+(/[^\s?#]*[^\s?#/])?")

Parameters = dict[str, str]


def wanted() -> Parameters:
    """The parameters that the environment's variables name, as the template takes them. Raises StackError."""
    found = {name: os.environ[variable] for name, variable in TEXTS.items() if os.environ.get(variable)}
    found = {name: "" if value == NONE else value for name, value in found.items()}
    for name, variable in SWITCHES.items():
        if os.environ.get(variable):
            found[name] = _switch(is_on(os.environ[variable]))
    for name, form in {"AlarmEmail": MAIL, "Domain": HOST, "PublicUrl": WEB}.items():
        if found.get(name) and not form.fullmatch(found[name]):
            raise StackError(f"{TEXTS[name]}={found[name]} is none: give one like {_LIKE[name]}")
    return found


_LIKE: Final = {
    "AlarmEmail": "ALARM_EMAIL=you@example.com",
    "Domain": "DOMAIN=qr.example.com",
    "PublicUrl": "PUBLIC_URL=https://qr.example.com",
}


def firewall(before: Stack | None) -> bool:
    """Whether there shall be a web ACL: as WAF says, or as it was."""
    said = os.environ.get("WAF", "")
    return is_on(said) if said else bool(before and before.parameters.get("WebAclArn"))


def completed(said: Mapping[str, str], before: Stack | None, waf: bool) -> Parameters:
    """What was said, with what follows from it for the stack that there is.

    A domain is served by CloudFront, and short links live there; CloudFront proves itself with a secret that is drawn
    once. Raises StackError for what contradicts itself.
    """
    found, previous = dict(said), before.parameters if before else {}
    if found.get("Domain"):
        found.setdefault("Edge", "true")
    after = {**previous, **found}
    had_edge, edge = previous.get("Edge") == "true", after.get("Edge") == "true"
    if after.get("Domain") and not edge:
        raise StackError(f"EDGE=0 would leave {after['Domain']} without CloudFront, which serves it: add DOMAIN=none")
    if waf and not edge:
        raise StackError("WAF=1 guards CloudFront: add EDGE=1, or a DOMAIN=")
    if edge and not had_edge:
        found.setdefault("OriginSecret", secrets.token_urlsafe(32))
    if had_edge and not edge:
        found.setdefault("OriginSecret", "")
    if before and _lives_at_distribution(before) and (after.get("Domain") or not edge):
        found.setdefault("PublicUrl", "")
    return found


def _lives_at_distribution(before: Stack) -> bool:
    """Whether short links begin with the name that CloudFront gave the stack."""
    own = before.outputs.get("DistributionDomain")
    return bool(own) and before.parameters.get("PublicUrl") == f"https://{own}"


def _switch(on: bool) -> str:
    return "true" if on else "false"
