"""What the stack has beside what Chalice generates from `app.py`: the files of `infra/template/`, as one template.

`chalice package --merge-template` merges that into its own: mappings deeply, lists replaced, nothing deleted.
"""

from functools import reduce
from pathlib import Path
from typing import Any

from chalice.package import YAMLTemplateSerializer

from infra.errors import StackError

FOLDER = "infra/template"


def whole(root: Path) -> dict[str, Any]:
    """All files of the sources under `root`, with CloudFormation's short forms (`!Ref`) written out.

    Raises StackError when two files say different things of the same.
    """
    return reduce(_merged, (load(path) for path in files(root)), {})


def files(root: Path) -> list[Path]:
    """The files, in the order of their names."""
    return sorted((root / FOLDER).glob("*.yaml"))


def load(path: Path) -> dict[str, Any]:
    """A template's file, with CloudFormation's short forms written out."""
    return YAMLTemplateSerializer().load_template(path.read_text(), path.name)


def _merged(one: dict[str, Any], other: dict[str, Any], place: str = "") -> dict[str, Any]:
    both = dict(one)
    for name, value in other.items():
        if isinstance(both.get(name), dict) and isinstance(value, dict):
            both[name] = _merged(both[name], value, f"{place}{name}.")
        elif both.setdefault(name, value) != value:
            raise StackError(f"two files of {FOLDER} say different things of {place}{name}")
    return both
