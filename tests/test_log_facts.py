"""What is logged beside a message has no name that Python's logging keeps for itself: it would raise."""

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESERVED = {*vars(logging.makeLogRecord({})), "message", "asctime"}


def _facts(source: str) -> Iterator[str]:
    """The names of what is told beside messages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.info", "logs.report"):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def test_no_fact_is_named_like_a_part_of_every_record() -> None:
    found = {path.name: set(_facts(path.read_text())) for path in (ROOT / "chalicelib").rglob("*.py")}
    assert {name: names & RESERVED for name, names in found.items() if names & RESERVED} == {}
    assert set(_facts("logs.info('asked', name=1)")) & RESERVED == {"name"}
