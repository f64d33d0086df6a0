"""`make package`: what would be deployed, as files to look at: `build/template.json` and `build/deployment.zip`.

The template is plain CloudFormation. Where the code lies becomes known when it is uploaded: `make deploy` fills it in.
"""

import os
import sys
from pathlib import Path

from infra.command import run, say
from infra.errors import StackError
from infra.package import CODE, PLATFORMS, ROOT, TEMPLATE, Package, architecture_of, package

FOLDER = Path(os.environ.get("BUILD_FOLDER") or ROOT / "build")


def main() -> None:
    """Make the package, and say where it is."""
    built = packaged(architecture())
    size = built.code.stat().st_size / 1_000_000
    shown = FOLDER.relative_to(ROOT) if FOLDER.is_relative_to(ROOT) else FOLDER
    say(f"  {shown / TEMPLATE}   {len(built.translated['Resources'])} resources")
    say(f"  {shown / CODE}  {size:.1f} MB, for {architecture_of(built.template)}")


def packaged(machine: str | None) -> Package:
    """The package of production, for functions that run on `machine`, by default what the project says."""
    say("  packaging (half a minute when something changed) ...")
    return package(FOLDER, architecture=machine)


def architecture() -> str | None:
    """What ARCHITECTURE names, if anything. Raises StackError when Lambda has no such machines."""
    named = os.environ.get("ARCHITECTURE") or None
    if named and named not in PLATFORMS:
        raise StackError(f"ARCHITECTURE={named}: Lambda has {' and '.join(PLATFORMS)}")
    return named


if __name__ == "__main__":
    sys.exit(run(main))
