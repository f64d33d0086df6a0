"""Outlines as PDF and PostScript draw them: moves, lines, Bezier curves; `h` closes one, as in PDF."""

from collections.abc import Iterable, Iterator

from chalicelib.qr.outlines import Outline, turns


def curves(outlines: Iterable[Outline], offset: float) -> Iterator[str]:
    """The operators of each outline, a line for each, `offset` modules to the right and down."""
    for outline in outlines:
        corners = turns(outline)
        at = corners[0].end_x, corners[0].end_y
        yield f"{at[0] + offset:.6g} {at[1] + offset:.6g} m"
        for corner in (*corners[1:], corners[0]):
            if at != (corner.x, corner.y):
                yield f"{corner.x + offset:.6g} {corner.y + offset:.6g} l"
            if corner.radius:
                yield " ".join([f"{place + offset:.6g}" for place in corner.curve]) + " c"
            at = corner.end_x, corner.end_y
        yield "h"
