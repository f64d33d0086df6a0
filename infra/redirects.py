"""`make redirects TO=folder`: a static redirect map, so that printed codes lead on without this product.

TO is a folder, which must be empty or new, or a zip.
"""

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from infra import chosen
from infra.attached import attach
from infra.begun import begun
from infra.command import run, say
from infra.errors import StackError
from infra.serve import FOLDER

if TYPE_CHECKING:
    from chalicelib.core.static_redirects import File


def main() -> None:
    """Write the map. Raises StackError."""
    attach(FOLDER)
    lay(os.environ.get("TO", ""))


def lay(path: str) -> Path:
    """Write the map of the chosen organization to a folder or a zip, and say so.

    Raises StackError and Unavailable.
    """
    from chalicelib.core import static_redirects
    from chalicelib.services import redirect_maps

    if not path:
        raise StackError("TO= must name a folder or a zip, like TO=redirects")
    target = Path(path).expanduser()
    try:
        hops = redirect_maps.hops(chosen.organization(), time.time_ns() // 1_000_000)
        write = _zip if target.suffix == ".zip" else _folder
        write(target, static_redirects.files(hops))
    except OSError as error:
        raise StackError(f"TO={path}: {error.strerror}") from error
    leading = sum(1 for hop in hops if hop.location)
    say(f"  {target}: {leading:,} of {len(hops):,} links lead on; its README.txt says how to publish it")
    return target


def _zip(target: Path, files: "Iterable[File]") -> None:
    with begun(target) as file, ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for name, text in files:
            zipped.writestr(name, text)


def _folder(target: Path, files: "Iterable[File]") -> None:
    if target.exists() and any(target.iterdir()):
        raise StackError(f"TO={target}: is not empty; what is left of an older map would go on leading somewhere")
    for name, text in files:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(run(main))
