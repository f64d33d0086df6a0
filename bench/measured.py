"""Figures of other benchmarks, looked up by section, row and column; what is missing is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.outcome import Cell, Section


class Missing(Exception):
    """A figure that the reckoning needs was not measured; it says which."""


@dataclass(frozen=True)
class Measured:
    """The sections by name, as `bench.results.sections` has them."""

    sections: Mapping[str, Section]

    def number(self, section: str, row: str, column: str) -> float:
        """The number in a cell: of the row that begins with `row`, in the column whose name begins with `column`.

        What tells rows apart may be in several cells: `0.4 | 20` is the row whose first is 0.4 and whose second is 20.
        Raises Missing.
        """
        where = f"section `{section}`, row `{row}`, column `{column}`"
        found = self._section(section)
        rows = [cells for cells in found.rows if _begins(cells, row)]
        columns = [n for n, name in enumerate(found.columns) if name.startswith(column)]
        if not rows or not columns:
            have = ", ".join(f"`{cells[0]}`" for cells in found.rows)
            raise Missing(f"{where} is not there; rows: {have}; columns: {', '.join(found.columns)}")
        return _number(rows[0][columns[0]], where)

    def _section(self, name: str) -> Section:
        try:
            return self.sections[name]
        except KeyError as error:
            raise Missing(f"section `{name}` is not in bench/results.json: run `make bench`") from error


def _begins(cells: Sequence[Cell], row: str) -> bool:
    *whole, last = row.split(" | ")
    exact = [str(cell) for cell in cells[: len(whole)]] == whole
    return exact and str(cells[len(whole)]).startswith(last)


def _number(cell: Cell, where: str) -> float:
    try:
        return float(cell.replace(",", "") if isinstance(cell, str) else cell)
    except ValueError as error:
        raise Missing(f"{where} is {cell!r}, no number") from error
