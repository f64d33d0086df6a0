"""Makes the production zip start fast and small: bytecode compiled in, and nothing that no function ever opens.

What that brings, `bench/cold_start.py` measures beside the zip as Chalice makes it.
"""

import compileall
import gzip
import json
import py_compile
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final

SERVICES: Final = {"dynamodb", "s3", "sesv2", "sqs", "ssm"}
# Each line with the reason why nothing misses it. Names of compiled libraries end in a hash, hence the stars.
UNUSED: Final = (
    *("PIL/_avif*", "pillow.libs/libavif*"),  # no picture and no logo is one: AVIF, a fifth of the whole zip
    *("PIL/_imagingft*", "pillow.libs/libfreetype*", "pillow.libs/libharfbuzz*"),  # no picture holds text
    *("pillow.libs/libpng*", "pillow.libs/libbrotli*"),  # of these fonts alone; Pillow reads PNG by itself
    *("PIL/_imagingcms*", "pillow.libs/liblcms2*", "PIL/_imagingtk*"),  # no colour profiles, no windows
    *("**/*.pyi", "**/py.typed", "**/*.c"),  # of type checkers and compilers
    # Of Powertools, the log and metrics are in use; `utilities` keeps what these import.
    *("aws_lambda_powertools/event_handler", "aws_lambda_powertools/utilities/[!_j]*"),
    *("bin", "share", "regex/tests", "pydantic/v1", "pydantic/mypy.py"),  # commands and manuals, tests, what was before
    "dateutil/zoneinfo/*.tar.gz",  # time zones are those of tzdata
    "*.dist-info",  # what pip knows of a package; pydantic would look through all of them for plugins
    "botocore/data/*/*/examples-1.json",
)


def compact(archive: Path) -> None:
    """Rewrite a Lambda deployment zip in place; the same files give the same bytes."""
    with tempfile.TemporaryDirectory(prefix="quietzone-compact-") as name:
        folder = Path(name)
        with zipfile.ZipFile(archive) as source:
            source.extractall(folder)
        _drop(folder)
        _trim(folder / "botocore" / "data")
        _compile(folder)
        _write(folder, archive)


def _drop(folder: Path) -> None:
    """Take away what is never called; Pillow does without, and says that it cannot."""
    for pattern in UNUSED:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _trim(data: Path) -> None:
    """Keep what botocore reads of the services in use. Every first client in a process parses all of that."""
    for entry in data.glob("*/"):
        if entry.name not in SERVICES:
            shutil.rmtree(entry)
    for packed in data.rglob("*.json.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))  # the zip packs it as well
        packed.unlink()
    for model in data.rglob("service-2.json"):
        _rewrite(model, _undocumented(json.loads(model.read_bytes())))
    endpoints = data / "endpoints.json"
    if endpoints.exists():
        _rewrite(endpoints, _of_our_services(json.loads(endpoints.read_bytes())))


def _undocumented(model: Any) -> Any:
    """A service's description without its prose, three quarters of it."""
    if isinstance(model, list):
        return [_undocumented(each) for each in model]
    if not isinstance(model, dict):
        return model
    return {
        name: _undocumented(each)
        for name, each in model.items()
        if not (name == "documentation" and isinstance(each, str))  # a member of a shape may have that name
    }


def _of_our_services(endpoints: dict[str, Any]) -> dict[str, Any]:
    """Where services are, by partition and region, without the 300 that nobody asks for."""
    partitions = [
        {**it, "services": {name: found for name, found in it["services"].items() if name in SERVICES}}
        for it in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def _rewrite(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")))


def _compile(folder: Path) -> None:
    # Unchecked hashes: Lambda gives every file the date 1980, and the code never changes under its bytecode.
    compileall.compile_dir(
        folder,
        quiet=2,
        workers=0,  # one for each core
        stripdir=str(folder),
        prependdir="/var/task",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _write(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(str(path.relative_to(folder)), (1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o755 << 16
                target.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
