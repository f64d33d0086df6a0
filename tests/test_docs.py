"""The docs say what is so: each setting, route, error code, function and link in them exists, and all are in them."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from app import app
from chalicelib import errors
from chalicelib.api import dynamic, problems
from chalicelib.core import deliveries, judging, notices
from chalicelib.core.retries import DELAYS_SECONDS
from chalicelib.core.styles import PRESETS, WORDS
from chalicelib.core.visitors import KEPT_DAYS as VISITORS_KEPT_DAYS
from chalicelib.pages import cookies
from chalicelib.pages.routes import BLUEPRINTS
from chalicelib.services import history, refusals
from infra import wishes
from infra.resume import SETTINGS
from infra.template import load, whole
from tests.test_imports import INWARDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
UNTRACKED = {".venv", ".local", ".git", "build", "node_modules"}
PAGES = sorted(p for p in ROOT.rglob("*.md") if not UNTRACKED & set(p.relative_to(ROOT).parts))

# Parameters that `make serve` sets itself.
OWN = ("PublicUrl", "OriginSecret", "LocalReceivers")
# What no user sets: where programs are, and what names AWS itself.
NOT_SETTINGS = re.compile(r"PATH|AWS_\w+")


TEMPLATE = whole(ROOT)


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of every table under a heading of a page, without the tables' own headings."""
    section = re.split(r"^#+ ", page.read_text(), flags=re.M)
    text = next(part for part in section if part.startswith(heading + "\n"))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    beginnings = [n for n, line in enumerate(lines) if set(line) <= set("|- ")]
    skipped = {n + step for n in beginnings for step in (-1, 0)}
    return [[cell.strip() for cell in line.strip("|").split("|")] for n, line in enumerate(lines) if n not in skipped]


def names(page: Path, heading: str) -> set[str]:
    """What the first column of the tables under a heading names, in code, each once."""
    named = [row[0].strip("`") for row in rows(page, heading)]
    assert sorted(set(named)) == sorted(named)
    return set(named)


def read_from_environment(folder: Path) -> Iterator[str]:
    """The variables that Python files read, wherever the name is written out."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
                key: ast.expr | None = node.slice
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("environ.get", "asked")):
                key = node.args[0] if node.args else None
            else:
                continue
            if isinstance(key, ast.Constant) and not NOT_SETTINGS.fullmatch(str(key.value)):
                yield str(key.value)


def outside_code(text: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize(
    ("heading", "parameters"),
    [
        ("Template parameters", TEMPLATE["Parameters"]),
        ("Parameters in us-east-1", load(ROOT / "infra" / "global.yaml")["Parameters"]),
    ],
    ids=["stack", "us-east-1"],
)
def test_every_template_parameter_is_documented_with_its_default(heading: str, parameters: dict[str, Any]) -> None:
    documented = [
        (name.strip("`"), "" if default == "empty" else default.strip("`"))
        for name, default, _ in rows(DOCS / "configuration.md", heading)
    ]
    assert sorted(documented) == sorted((name, str(it.get("Default", ""))) for name, it in parameters.items())


def test_every_variable_of_the_functions_is_documented_handed_over_and_read() -> None:
    documented = names(DOCS / "configuration.md", "Variables of the functions")
    assert documented == TEMPLATE["Globals"]["Function"]["Environment"]["Variables"].keys()
    assert documented == set(read_from_environment(ROOT / "chalicelib"))


def test_every_variable_of_make_is_documented_and_used() -> None:
    makefile = (ROOT / "Makefile").read_text()
    in_makefile = set(re.findall(r"\$\((\w+)\)", makefile)) - {"RUN"}
    in_serve = {variable for name, variable in SETTINGS.items() if name not in OWN}
    in_ship = {*wishes.TEXTS.values(), *wishes.SWITCHES.values()}
    in_tests = {"HYPOTHESIS_PROFILE"} & set(read_from_environment(ROOT / "tests"))
    used = in_makefile | in_serve | in_ship | in_tests | set(read_from_environment(ROOT / "infra"))
    assert names(DOCS / "configuration.md", "Variables of make") == used


def test_what_serve_leaves_is_documented() -> None:
    calls = [node for node in ast.walk(ast.parse((ROOT / "infra" / "local.py").read_text())) if is_serve_json(node)]
    keys = {ast.literal_eval(key) for call in calls for key in call.args[1].keys if key}  # type: ignore[attr-defined]
    assert names(DOCS / "configuration.md", "What `make serve` leaves") == keys


def is_serve_json(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and "serve.json" in ast.unparse(node) and len(node.args) == 2


def test_every_route_is_documented() -> None:
    pages = [page for page in DOCS.glob("*.md") if "\n## Routes\n" in page.read_text()]
    documented = [tuple(name.split()) for page in pages for name in names(page, "Routes")]
    served = {(method, unnamed(path)) for path, methods in app.routes.items() for method in methods if "+}" not in path}
    preflights = {route for route in served if route[0] == "OPTIONS"}  # said in a sentence
    pages_of_ours = {(method, unnamed(path)) for bp in BLUEPRINTS for method, path in bp.paths}  # lead to each other
    shown = {(method, unnamed(path)) for method, path in documented}
    assert served - preflights - pages_of_ours <= shown <= served


def test_every_error_code_and_its_status_is_documented() -> None:
    documented = {(row[0].strip("`"), int(row[1])) for row in rows(DOCS / "api-dynamic.md", "Errors")}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")]
    answered = {(kind.code, status_of(kind)) for kind in kinds} | {("server_error", 500)}
    shown = {(it.code, it.status) for it in vars(notices).values() if isinstance(it, notices.Notice)}
    assert documented == answered | shown


def status_of(kind: type[errors.QuietzoneError]) -> int:
    """The status that an error is answered with: that of the first it is a kind of."""
    return next(status for of, status in problems.STATUS.items() if issubclass(kind, of))


def test_the_limits_of_lists_are_those_that_hold() -> None:
    limit = next(row for row in rows(DOCS / "api-dynamic.md", "List and search") if row[0] == "`limit`")
    assert limit[1] == str(dynamic.DEFAULT_PAGE)
    assert f"1 to {dynamic.LARGEST_PAGE};" in limit[2]


def test_the_types_of_static_codes_are_those_that_are_built() -> None:
    from chalicelib.qr import payloads

    assert names(DOCS / "api-dynamic.md", "Static codes") == payloads.BUILDERS.keys()


def test_the_words_and_presets_of_styles_are_those_that_hold() -> None:
    page = DOCS / "pictures.md"
    shown = {row[0]: tuple(row[1:]) for row in rows(page, "Styles") if len(row) == 4}
    presets = {f"`{name}`": tuple(f"`{shape}`" for shape in astuple(shapes)) for name, shapes in PRESETS.items()}
    assert shown == presets
    assert {row[0].strip("`") for row in rows(page, "Styles") if row[0].endswith(("Type`", "Color`"))} == WORDS.keys()


def test_the_reasons_of_failed_deliveries_are_those_that_are_said() -> None:
    said = [refusals.SAID[reason].format(status=302) for reason in refusals.SAID if reason != "status"]
    said += [refusals.of_status(500), refusals.of_status(410)]
    assert names(DOCS / "webhooks-delivery.md", "What is said of a failure") == set(said)


def test_the_delays_of_retries_are_those_that_hold() -> None:
    words = [f"{s} s" if s < 60 else f"{s // 60} min" if s < 3600 else f"{s // 3600} h" for s in DELAYS_SECONDS]
    text = " ".join((DOCS / "webhooks-delivery.md").read_text().split())
    assert f"comes in {words[0]}, then {', '.join(words[1:-1])} and {words[-1]}." in text


def test_the_map_shows_who_may_import_whom() -> None:
    documented: dict[str, set[str]] = {}
    for importers, imported in rows(DOCS / "architecture.md", "Rooms"):
        for importer in re.findall(r"`(\w+)`", importers):
            documented[importer] = set(re.findall(r"`(\w+)`", imported))
    assert documented == INWARDS


def test_the_map_shows_every_function_with_its_memory_and_time() -> None:
    functions: Mapping[str, Any] = {
        name: it["Properties"] for name, it in TEMPLATE["Resources"].items() if "MemorySize" in it.get("Properties", {})
    }
    documented = {row[0].strip("`"): row[3] for row in rows(DOCS / "architecture.md", "Functions")}
    assert documented == {name: f"{it['MemorySize']} MB, {it['Timeout']} s" for name, it in functions.items()}


def test_the_map_shows_every_key_that_the_store_describes() -> None:
    described = {
        (pk, sk)
        for path in (ROOT / "chalicelib" / "store").glob("*.py")
        for pk, sk in re.findall(r"^pk (\S+) +sk (\S+)", ast.get_docstring(ast.parse(path.read_text())) or "", re.M)
    }
    text = (DOCS / "architecture.md").read_text().split("## Tables and keys")[1]
    text = text.split("**Scans**")[0] + text.split("**Deliveries**")[1]
    assert set(re.findall(r"^\| `(\S+)` \| `(\S+)` \|", text, re.M)) == described


def test_all_that_is_stored_of_a_scan_is_in_the_page_on_privacy() -> None:
    from chalicelib.store.scan_items import ScanItem

    told = rows(DOCS / "privacy.md", "Somebody scans: what is stored")
    assert {name for row in told for name in re.findall(r"`(\w+)`", row[0])} == ScanItem.get_attributes().keys()


def test_the_page_on_privacy_says_for_how_long_things_are_kept() -> None:
    page = " ".join((DOCS / "privacy.md").read_text().split())
    retention = f"`PUT /v1/retention` with {judging.LEAST_KEPT_DAYS} to {history.LONGEST_KEPT_DAYS:,} days"
    visitors = f"{VISITORS_KEPT_DAYS} days after its last scan"
    logs = f"| {TEMPLATE['Parameters']['LogDays']['Default']} days |"
    assert all(said in page for said in (retention, visitors, logs))
    kept = {row[0]: row[-1] for row in rows(DOCS / "privacy.md", "Somebody scans: what is stored")}
    seconds = TEMPLATE["Resources"]["SpillQueue"]["Properties"]["MessageRetentionPeriod"]
    rule = TEMPLATE["Resources"]["ExportsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"][0]
    assert kept["spill queue, and its dead letters"] == f"it is written; {seconds // 86_400} days"
    assert kept["exports bucket"] == f"{rule['ExpirationInDays']} days"
    assert kept["deliveries table"] == f"{deliveries.KEPT_DAYS} days"


def test_the_page_on_privacy_has_every_cookie() -> None:
    told = names(DOCS / "privacy.md", "Those who work with it")
    assert {cookies.ONWARD, cookies.ZONE, cookies.THEME} <= told
    assert f"`{cookies.SESSION}` (`__Host-` over https)" in (DOCS / "privacy.md").read_text()


def test_every_alarm_says_in_the_guide_what_to_do() -> None:
    alarms = {name for name, it in TEMPLATE["Resources"].items() if it.get("Type") == "AWS::CloudWatch::Alarm"}
    told = rows(DOCS / "operations.md", "What to do at each alarm")
    assert [row[0] for row in told if not (row[1] and row[2])] == []
    assert {row[0].strip("`") for row in told} == alarms


def test_the_guide_has_the_limits_that_a_deployment_sets_itself() -> None:
    told = {row[2].strip("`"): row[1] for row in rows(DOCS / "operations.md", "Limits") if len(row) == 3 and row[2]}
    said = TEMPLATE["Parameters"].items()
    parameters = {wishes.TEXTS[name]: it["Default"] for name, it in said if name in wishes.TEXTS}
    assert told == {variable: f"{int(parameters[variable]):,}" for variable in told}
    assert len(told) == 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", outside_code(page.read_text()))
    relative = {target.split("#")[0] for target in targets if not re.match(r"https?:|mailto:|#", target)}
    assert {target for target in relative if not (page.parent / target).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_files_that_are_named_exist(page: Path) -> None:
    text = page.read_text()
    makefile = (ROOT / "Makefile").read_text()
    in_code = [*re.findall(r"`(make [^`\n]*)`", text), *re.findall(r"^(?:\$ )?(make .*)", text, re.M)]
    commands = {command.split()[1] for command in in_code}
    assert {command for command in commands if not re.search(rf"^{command}:", makefile, re.M)} == set()
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml|json|md))`", text))
    bases = (ROOT, ROOT / "chalicelib", page.parent)
    missing = {name for name in named if not any((base / name).exists() for base in bases)}
    assert {name for name in missing if not name.startswith(".local/")} == set()
