"""Imports point inwards: who may enter which room."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Room -> the rooms of ours that it may import; a room may always import itself.
INWARDS = {
    "config": set(),
    "errors": set(),
    "ids": set(),
    "logs": {"lines"},
    "metrics": {"core"},
    "lines": {"core"},
    "version": set(),
    "core": {"errors", "ids"},
    "store": {"core", "errors", "ids", "config", "logs"},
    "qr": {"core", "errors", "ids"},
    "outbound": {"core", "errors", "config"},
    "services": {"core", "store", "qr", "outbound", "errors", "ids", "config", "logs", "metrics"},
    "api": {"services", "core", "errors", "ids", "config", "logs", "version"},
    "pages": {"api", "services", "core", "errors", "ids", "config", "logs"},
    "functions": {"api", "pages", "services", "core", "errors", "config", "logs", "metrics"},
    "wire": set(),
    "redirect": {"core", "wire", "lines"},
    "redirect_routes": {"redirect"},
    "app": {"functions", "redirect_routes"},
}
# Package -> the rooms that may import it.
ONLY = {
    "pynamodb": {"store"},
    "boto3": set(),
    "botocore": {"store", "wire"},
    "chalice": {"api", "pages", "functions", "redirect_routes"},
    "pydantic": {"api"},
    "mcp_types": {"api"},
    "aws_lambda_powertools": {"logs", "metrics"},
    "logging": {"logs"},
    "traceback": set(),
    "ssl": {"outbound", "wire"},
    "http": {"outbound"},
}
# Heavy ones are imported where they are first used, never on import of a module.
LAZY = {"segno", "PIL", "ua_parser", "is_bot", "jinja2", "markupsafe"}

FILES = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])


def room_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return "app" if relative.name == "app.py" else relative.with_suffix("").parts[1]


def imported(tree: ast.Module) -> set[str]:
    """Every module that is imported anywhere in a file, spelled in full."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_at_once(tree: ast.Module) -> set[str]:
    """The packages that importing a file imports: those of its top level."""
    top = ast.Module(body=[n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], type_ignores=[])
    return {name.split(".")[0] for name in imported(top)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_inwards(path: Path) -> None:
    room = room_of(path)
    tree = ast.parse(path.read_text())
    ours = {name.split(".")[1] for name in imported(tree) if name.startswith("chalicelib.")} - {room}
    assert ours <= INWARDS.get(room, set())
    packages = {name.split(".")[0] for name in imported(tree)}
    assert {package for package, rooms in ONLY.items() if room not in rooms} & packages == set()
    assert imported_at_once(tree) & LAZY == set()


def test_only_the_log_prints() -> None:
    printing = {
        room_of(path)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    }
    assert printing == {"logs", "lines"}


def test_the_five_apis_never_import_each_other() -> None:
    apis = {"dynamic", "qrcodes", "qpr", "reporting", "qr"}
    for path in (ROOT / "chalicelib" / "api").glob("*.py"):
        own = path.stem.split("_")[0]  # `qr_urls` is the `qr` API's
        if own in apis:
            names = {n.split(".")[2] for n in imported(ast.parse(path.read_text())) if n.startswith("chalicelib.api.")}
            assert {name.split("_")[0] for name in names} & apis <= {own}, path


def test_what_mcp_needs_is_imported_with_its_first_message_only() -> None:
    program = "import app, sys; print([name for name in sys.modules if 'mcp_' in name])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
