"""How much CPU a picture takes: `.venv/bin/python -m bench.pictures` (`--json`). Exit code 1 when a target is missed.

Times are the process's own CPU, so what else the machine does hardly counts. How fast the machine is does, which is why
segno's own plain pictures of the same payload stand beside ours. Every picture is drawn with all caches of
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
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from chalicelib.core.styles import FORMATS, QUIET_ZONE, Format, Style

PAYLOAD: Final = "https://qz.example/spring-menu"
# Circles and two colours: of all presets what takes the longest.
STYLE: Final = Style(preset="dots", foreground="#14532D", background="#F4FAEF", corner_squares_colour="#1E3A8A")
SIZE: Final = 512
OTHER_SIZES: Final = (200, 2048)  # of PNGs
LOGO_PIXELS: Final = 400

WARM_UP: Final = 3
REPEATS: Final = 31
PROCESSES: Final = 7
CHILD: Final = "--first"

PLAIN, STYLED, BRANDED = LOOKS = ("plain", "style", "style + logo")
SEGNOS: Final = ("svg", "png")
# Milliseconds, of a picture of SIZE.
TARGETS: Final = {("png", BRANDED): 40.0, ("svg", PLAIN): 5.0}


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
    def target(self) -> float | None:
        return TARGETS.get((self.format, self.look)) if self.size == SIZE else None


CASES: Final = [
    *(Case(format_, look) for format_ in FORMATS for look in LOOKS),
    *(Case("png", look, size) for size in OTHER_SIZES for look in LOOKS),
]


def drawn(case: Case) -> Callable[[], object]:
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


def in_fresh_processes(case: Case) -> dict[str, float]:
    """The medians of `first`."""
    command = [sys.executable, "-m", "bench.pictures", CHILD, str(CASES.index(case))]
    runs = [json.loads(subprocess.check_output(command)) for _ in range(PROCESSES)]  # noqa: S603 - ourselves
    return {what: statistics.median(run[what] for run in runs) for what in runs[0]}


def by_segno(case: Case) -> Callable[[], object]:
    """What draws a plain picture of the same payload with segno's own writer, as large as whole modules allow."""
    import segno

    def draw() -> None:
        code: Any = segno.make_qr(PAYLOAD, error="M", boost_error=False)
        scale = case.size // code.symbol_size(border=QUIET_ZONE)[0]
        code.save(io.BytesIO(), kind=case.format, border=QUIET_ZONE, scale=scale)

    return draw


@dataclass(frozen=True)
class Row:
    case: Case
    cpu: float
    imports: float
    first: float
    segno: float | None = None

    @property
    def missed(self) -> bool:
        return self.case.target is not None and max(self.cpu, self.first) >= self.case.target


def measure(case: Case) -> Row:
    """One picture: first in fresh processes, then beside segno's where that writes the format."""
    fresh = in_fresh_processes(case)
    ours, *segnos = medians(drawn(case), *([by_segno(case)] if case.format in SEGNOS else []))
    return Row(case, ours, fresh["imports"], fresh["first"], *segnos)


def line(row: Row) -> str:
    """A row as the docs hold it."""
    case = row.case
    ratio = "" if row.segno is None else f"{row.cpu / row.segno:.1f}"
    target = "" if case.target is None else f"{'missed' if row.missed else 'met'}: {case.target:.0f}"
    cells = (
        case.format,
        case.look,
        case.size,
        f"{row.cpu:.1f}",
        ratio,
        f"{row.first:.1f}",
        f"{row.imports:.0f}",
        target,
    )
    return f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    """Print the table, as markdown. The exit code is 1 when a target was missed."""
    if CHILD in sys.argv:
        print(json.dumps(first(CASES[int(sys.argv[-1])])))
        return 0
    rows = list(map(measure, CASES))
    if "--json" in sys.argv:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        print("| format | look | size | CPU, ms | x segno | first, ms | imports, ms | target |")
        print("|---|---|---:|---:|---:|---:|---:|---|")
        print("\n".join(map(line, rows)))
    return int(any(row.missed for row in rows))


if __name__ == "__main__":
    sys.exit(main())
