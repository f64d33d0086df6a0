"""The tables of the documents, as the committed results have them.

A document marks where a table goes by its section's name, and the machine's line by `machine`; what is between the
marks is written anew by `make bench`:

    <!-- bench: redirect -->
    <!-- /bench -->
"""

import re
from pathlib import Path
from typing import Final

from bench import outcome, results

DOCUMENTS: Final = ("README.md", "docs/performance.md", "docs/operations.md", "docs/counting.md")
_MARKED = re.compile(r"(<!-- bench: ([\w-]+) -->\n).*?(<!-- /bench -->)", re.S)


def write(root: Path) -> None:
    """Put the committed results into the documents of a checkout."""
    for name in DOCUMENTS:
        (root / name).write_text(written((root / name).read_text()))


def written(document: str) -> str:
    """A document with the present tables. Raises KeyError for a mark that no section has."""
    found = {name: outcome.body(section) for name, section in results.sections().items()}
    found["machine"] = _machine()
    return _MARKED.sub(lambda mark: f"{mark[1]}\n{found[mark[2]]}\n\n{mark[3]}", document)


def _machine() -> str:
    read = results.read()
    on, seconds = read["machine"], sum(read["seconds"].values())
    return (
        f"Measured on {read['measured_on']} with Python {on['python']} on {on['cores']} cores ({on['architecture']}), "
        f"in {seconds / 60:.1f} minutes."
    )
