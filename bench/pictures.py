"""How much CPU a picture takes, beside segno and `qrcode` with Pillow: `.venv/bin/python -m bench.pictures`.

Times are the process's own CPU; how fast the machine is shows all the same, so what is held to a limit is the ratio to
another library's picture of the same payload, drawn in turns with ours. Every picture is drawn with all caches of
`chalicelib.qr` empty. The first one of a process is drawn in fresh processes, apart from what is imported for it.
"""

import importlib
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bench import outcome, picture_peers
from bench.outcome import Cell, Limit, Section
from chalicelib.core.styles import FORMATS, Format, Style

PAYLOAD: Final = "https://qz.example/spring-menu"
# Circles and two colours: of all presets what takes the longest.
STYLE: Final = Style(preset="dots", foreground="#14532D", background="#F4FAEF", corner_squares_colour="#1E3A8A")
SIZE: Final = 512
LARGE: Final = 2048
LOGO_PIXELS: Final = 400

WARM_UP: Final = 2
REPEATS: Final = 11
PROCESSES: Final = 3
CHILD: Final = "--first"
SEGNO: Final = "segno"

PLAIN, STYLED, BRANDED = LOOKS = ("plain", "style", "style + logo")
PROOF: Final = "proof of scanning"
COLUMNS: Final = (
    "picture",
    "CPU, ms",
    "x plain segno",
    "x plain qrcode",
    "x qrcode alike",
    "first, ms",
    "imports, ms",
    "bytes",
)
NOTE: Final = """\
Milliseconds of CPU for a short URL of 30 characters, 512 pixels wide unless said otherwise: the median of 11 pictures,
all caches empty. "x" is that divided by the CPU of the same file by another library, in turns with ours: segno's own
writer, and `qrcode`, which draws PNG and WebP with Pillow, both plain; "alike" is `qrcode` with circles in two colours,
and with the logo. segno writes no WebP; `qrcode` neither PDF nor EPS, nor a logo into an SVG. "first" is the first
picture of a process, the median of 3, after its imports, which are paid once a process. A proof draws the picture once
and reads it five times."""


@dataclass(frozen=True)
class Case:
    """A picture: its format, one of LOOKS, and its width."""

    format: Format
    look: str
    size: int = SIZE

    @property
    def style(self) -> Style:
        return replace(Style() if self.look == PLAIN else STYLE, format=self.format, size=self.size)

    @property
    def modules(self) -> Sequence[str]:
        """What must be imported to draw it; what Pillow imports by itself is named too."""
        raster = ["PIL.Image", "PIL.ImageDraw", "PIL.PngImagePlugin", "PIL.WebPImagePlugin"]
        wants_raster = self.format in ("png", "webp") or self.look == BRANDED
        return [
            "chalicelib.qr.pictures",
            "segno",
            *(raster if wants_raster else ()),
            *(["pydyf"] if self.format == "pdf" else ()),
        ]

    @property
    def name(self) -> str:
        return f"{self.format}, {self.look}{'' if self.size == SIZE else f', {self.size} px'}"


CASES: Final = [
    *(Case(format_, look) for format_ in FORMATS for look in LOOKS),
    *(Case("png", look, LARGE) for look in LOOKS),
]


@dataclass(frozen=True)
class Row:
    """What was measured of a picture, in milliseconds of CPU; peers that do not draw it are None."""

    case: Case
    cpu: float
    first: float
    imports: float
    bytes: int
    segno: float | None
    plain: float | None
    alike: float | None

    @property
    def cells(self) -> Sequence[Cell]:
        peers = [f"{self.cpu / peer:.2f}" if peer else "" for peer in (self.segno, self.plain, self.alike)]
        return [self.case.name, round(self.cpu, 1), *peers, f"{self.first:.1f}", f"{self.imports:.0f}", self.bytes]


def drawn(case: Case) -> Callable[[], bytes]:
    """What draws a picture once."""
    from chalicelib.qr import pictures

    style, logo = case.style, sample_logo() if case.look == BRANDED else None
    return lambda: pictures.draw(PAYLOAD, style, logo)


def sample_logo() -> bytes:
    """A disc with rings on a transparent ground, as a PNG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (LOGO_PIXELS, LOGO_PIXELS), (0, 0, 0, 0))
    pen, end = ImageDraw.Draw(image), LOGO_PIXELS - 1
    for inset, colour in ((0, "#1E3A8A"), (80, "#FBBF24"), (140, "#1E3A8A")):
        pen.ellipse((inset, inset, end - inset, end - inset), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def milliseconds(run: Callable[[], object]) -> float:
    """The CPU of one run."""
    started = time.process_time()
    run()
    return (time.process_time() - started) * 1000


def medians(*runs: Callable[[], object]) -> list[float]:
    """The median CPU of each run, over many that take turns, each with our caches empty."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(WARM_UP + REPEATS):
        for run, found in zip(runs, times, strict=True):
            empty_caches()
            found.append(milliseconds(run))
    return [statistics.median(found[WARM_UP:]) for found in times]


def empty_caches() -> None:
    """Forget all that `chalicelib.qr` keeps from one picture to the next."""
    kept = [vars(module) for name, module in list(sys.modules.items()) if name.startswith("chalicelib.qr")]
    for clear in [getattr(found, "cache_clear", None) for names in kept for found in names.values()]:
        if clear:
            clear()


def first(case: Case) -> dict[str, float]:
    """The CPU of the first picture of this process, and before that of what is imported for it."""
    imports = milliseconds(lambda: [importlib.import_module(name) for name in case.modules])
    return {"imports": imports, "first": milliseconds(drawn(case))}


def first_by_segno(case: Case) -> float:
    """The CPU of the first picture of this process, drawn by segno."""
    importlib.import_module("segno")
    draw = picture_peers.segno(PAYLOAD, case.format, case.size)
    if draw is None:
        raise ValueError(f"segno writes no {case.format}")
    return milliseconds(draw)


def in_fresh_processes(case: Case, *by: str) -> dict[str, float]:
    """The medians of `first`, or of `first_by_segno`."""
    command = [sys.executable, "-m", "bench.pictures", CHILD, str(CASES.index(case)), *by]
    runs = [json.loads(subprocess.check_output(command)) for _ in range(PROCESSES)]  # noqa: S603 - ourselves
    return {what: statistics.median(run[what] for run in runs) for what in runs[0]}


def row(case: Case) -> Row:
    """One picture: first in fresh processes, then in turns with the peers that draw it."""
    fresh, ours = in_fresh_processes(case), drawn(case)
    logo = sample_logo() if case.look == BRANDED else None
    is_alike = case.look != PLAIN and case.size == SIZE  # of 2048 pixels `qrcode` takes seconds
    peers = [
        picture_peers.segno(PAYLOAD, case.format, case.size),
        picture_peers.qrcode(PAYLOAD, case.style, circles=False, logo=None),
        picture_peers.qrcode(PAYLOAD, case.style, circles=True, logo=logo) if is_alike else None,
    ]
    cpu, *others = medians(ours, *filter(None, peers))
    found = iter(others)
    segno, plain, alike = [next(found) if peer else None for peer in peers]
    return Row(case, cpu, fresh["first"], fresh["imports"], len(ours()), segno, plain, alike)


def proof(look: str) -> Sequence[Cell]:
    """The row of a proof: drawing a PNG, and reading it as it is, small, blurred, turned and faded."""
    from chalicelib.qr.proof import examine

    case = Case("png", look)
    logo = sample_logo() if look == BRANDED else None
    (cpu,) = medians(lambda: examine(PAYLOAD, case.style, logo))
    return [f"{PROOF}, {look}", round(cpu, 1), "", "", "", "", "", ""]


def limits(rows: Sequence[Row]) -> Sequence[Limit]:
    """What is held: the plain pictures beside others' plain ones, the dearest usual one, and the first of a process."""
    by_case = {row.case: row for row in rows}
    png, branded = by_case[Case("png", PLAIN)], by_case[Case("png", BRANDED)]
    svg, webp = by_case[Case("svg", PLAIN)], by_case[Case("webp", PLAIN)]
    svg_first, png_first = (in_fresh_processes(it.case, SEGNO)["first"] for it in (svg, png))
    return [
        Limit("CPU of a plain SVG, x segno's", svg.cpu / _drawn(svg.segno), 1.0),
        Limit("CPU of a plain PNG, x qrcode's with Pillow", png.cpu / _drawn(png.plain), 1.0),
        Limit("CPU of a plain WebP, x qrcode's with Pillow", webp.cpu / _drawn(webp.plain), 1.2),
        Limit("CPU of a PNG with style and logo, x segno's plain one", branded.cpu / _drawn(branded.segno), 5.0),
        Limit("CPU of a PNG with style and logo, x qrcode's alike", branded.cpu / _drawn(branded.alike), 0.5),
        Limit("CPU of a process's first plain SVG, x segno's first", svg.first / svg_first, 1.5),
        Limit(
            "CPU of a process's first PNG with style and logo, x segno's first plain one", branded.first / png_first, 5
        ),
    ]


def _drawn(cpu: float | None) -> float:
    if cpu is None:
        raise ValueError("a peer does not draw what a limit compares with")
    return cpu


def measure() -> Sequence[Section]:
    rows = list(map(row, CASES))
    cells = [*(it.cells for it in rows), *map(proof, (PLAIN, BRANDED))]
    return [Section("pictures", "What a picture costs", COLUMNS, cells, limits(rows), NOTE)]


def _child() -> None:
    case = CASES[int(sys.argv[2])]
    print(json.dumps({"first": first_by_segno(case)} if SEGNO in sys.argv else first(case)))


if __name__ == "__main__":
    _child() if CHILD in sys.argv else outcome.main(measure)
