"""Production's zip for this machine, as Chalice and pip have it and as it is deployed, and what its bytes are for."""

import platform
import shutil
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.outcome import Limit, Section
from infra.compact import compact
from infra.package import assemble

MOST_MB: Final = 20
MB: Final = 1_000_000
ARCHITECTURE: Final = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
OURS: Final = "Quietzone itself"
OUR_FILES: Final = ("app.py", "chalicelib", ".chalice", "requirements.txt", "REVISION")


@dataclass(frozen=True)
class Zips:
    """Two archives of the same sources and packages, and each unpacked."""

    chalice: Path
    compact: Path
    chalice_folder: Path
    compact_folder: Path


def build(folder: Path) -> Zips:
    """Both, in `folder`. Raises StackError where packages cannot be had."""
    plain = assemble(_made(folder / "built"), architecture=ARCHITECTURE)
    small = folder / "compact.zip"
    shutil.copy(plain, small)
    compact(small)
    return Zips(plain, small, _unpacked(plain, folder / "chalice"), _unpacked(small, folder / "compact"))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _unpacked(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as source:
        source.extractall(folder)
    return folder


def shares(zips: Zips) -> Section:
    """The section `zip`: what each package takes of the zip that is deployed."""
    owners = _owners(zips.chalice_folder)
    packed: dict[str, int] = defaultdict(int)
    unpacked: dict[str, int] = defaultdict(int)
    kinds: dict[str, int] = defaultdict(int)
    with zipfile.ZipFile(zips.compact) as archive:
        for entry in archive.infolist():
            owner = owners[_top(entry.filename)]
            packed[owner] += entry.compress_size
            unpacked[owner] += entry.file_size
            kinds[Path(entry.filename).suffix] += entry.compress_size
    total = zips.compact.stat().st_size
    rows = [
        (name, round(size / MB, 2), round(unpacked[name] / MB, 2), f"{size / total:.0%}")
        for name, size in sorted(packed.items(), key=lambda it: -it[1])
    ]
    return Section(
        name="zip",
        title="The deployment zip",
        columns=("what", "packed, MB", "unpacked, MB", "share"),
        rows=[*rows, ("all", round(total / MB, 2), round(sum(unpacked.values()) / MB, 2), "100%")],
        limits=[Limit("the zip, in MB", round(total / MB, 2), MOST_MB)],
        note=(
            f"Production's zip for {ARCHITECTURE}; {kinds['.pyc'] / MB:.1f} MB of it are bytecode, "
            f"{kinds['.py'] / MB:.1f} MB Python sources. As Chalice and pip have it, it is "
            f"{_size(zips.chalice_folder) / MB:.1f} MB unpacked, without bytecode."
        ),
    )


def _owners(folder: Path) -> dict[str, str]:
    """By file or folder at the top of a zip, the distribution that brought it, as pip's records say."""
    owners = dict.fromkeys(OUR_FILES, OURS) | {"chalice": "chalice"}
    for record in folder.glob("*.dist-info/RECORD"):
        distribution = record.parent.name.split("-")[0]
        for line in record.read_text().splitlines():
            owners.setdefault(_top(line.split(",")[0]), distribution)
    return owners


def _top(name: str) -> str:
    """What a file of a zip stands in at the top; bytecode at the top is that of the file it was made of."""
    first, _, rest = name.partition("/")
    return f"{rest.split('.')[0]}.py" if first == "__pycache__" else first


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
