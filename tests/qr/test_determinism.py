"""The same picture is the same file, whenever and wherever it is drawn."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chalicelib.core.styles import FORMATS, PRESETS, TRANSPARENT, Style
from chalicelib.qr.pictures import draw
from tests.qr.samples import LOGOS, PAYLOADS


def digests() -> Iterator[str]:
    """A line for each format, preset, payload and logo."""
    for format in FORMATS:
        for number, (preset, label) in enumerate(zip(PRESETS, PAYLOADS, strict=False)):
            style = Style(format=format, preset=preset, background=TRANSPARENT if number % 2 else "#FFFFFF")
            for logo in (None, LOGOS["3:1"]):
                yield f"{format} {preset} {hashlib.sha256(draw(PAYLOADS[label], style, logo)).hexdigest()}"


@pytest.fixture(name="drawn", scope="module")
def _drawn() -> list[str]:
    return list(digests())


def test_a_second_time_gives_the_same_file(drawn: list[str]) -> None:
    assert list(digests()) == drawn


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_gives_the_same_file(drawn: list[str], seed: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.qr.test_determinism"],
        env=os.environ | {"PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.splitlines() == drawn


if __name__ == "__main__":
    print(*digests(), sep="\n")
