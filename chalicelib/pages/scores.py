"""How well a picture can be read, in words."""

from base64 import b64encode
from typing import Any, Final, NamedTuple

from chalicelib.core.print_sizes import DISTANCES, finest_mm, width_mm
from chalicelib.services.designing import Look


class Verdict(NamedTuple):
    """From which score on it holds, what it says, and the kind of its badge."""

    score: int
    words: str
    kind: str


VERDICTS: Final = (
    Verdict(95, "Scans anywhere", "good"),
    Verdict(80, "Scans well", "good"),
    Verdict(50, "Scans in good light", "warn"),
    Verdict(1, "Hard to scan", "bad"),
    Verdict(0, "Cannot be scanned", "bad"),
)


def verdict(score: int) -> Verdict:
    """What a score means."""
    return next(each for each in VERDICTS if score >= each.score)


def source(svg: str) -> str:
    """What an image element shows an SVG from: as an image nothing in it can run."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def shown(look: Look) -> dict[str, Any]:
    """What the designer shows of a look, as its script takes it too."""
    found = verdict(look.score)
    return {
        "source": source(look.svg),
        "score": look.score,
        "verdict": found.words,
        "kind": found.kind,
        "reasons": [f"{reason}." for reason in look.reasons],
        "widths": [_length(width_mm(look.modules, distance)) for distance in DISTANCES.values()],
        "finest": f"{finest_mm(look.modules)} mm",
    }


def _length(mm: int) -> str:
    return f"{mm} mm" if mm < 100 else f"{mm / 10:.0f} cm"
