"""Where a command goes: a stage in a region of an account."""

import os
import re
from typing import NamedTuple

import boto3

from infra.errors import StackError

STAGES = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Target(NamedTuple):
    """A deployment; `stage` names it within its account and region."""

    stage: str
    region: str

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"quietzone-{self.stage}"

    @property
    def companion(self) -> str:
        """The name of its second stack, of what CloudFront wants in us-east-1, where those of all regions are."""
        return f"{self.stack}-{self.region}-global"


def is_named() -> bool:
    """Whether STAGE says that a command is for AWS, and not for the local stack."""
    return bool(os.environ.get("STAGE"))


def target() -> Target:
    """What STAGE and REGION say. Raises StackError when either is missing or wrong."""
    stage, region = os.environ.get("STAGE", ""), os.environ.get("REGION", "") or _own_region()
    if not STAGES.fullmatch(stage):
        raise StackError("STAGE= must name the deployment in lower-case letters, digits and hyphens, like STAGE=prod")
    known = boto3.Session(region_name="us-east-1").get_available_regions("lambda")
    if region not in known:
        wrong = f"REGION={region} is no region of AWS" if region else "REGION= is missing"
        raise StackError(f"{wrong}: give one of {', '.join(sorted(known))}")
    return Target(stage, region)


def _own_region() -> str:
    """The one that the AWS settings of this machine name."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
