"""Looking figures up: by name, and never a figure that was not measured."""

import pytest

from bench.measured import Measured, Missing
from bench.outcome import Section

FOUND = Measured(
    {
        "fold": Section("fold", "Fold", ("traffic", "units a scan", "CPU"), [("hot code", 5.5, "1,200")]),
        "rates": Section("rates", "By rate", ("a second", "codes", "units"), [(0.4, 1, 12.0), (0.4, 20, 13.0)]),
    }
)


@pytest.mark.parametrize(
    ("section", "row", "column", "number"),
    [
        pytest.param("fold", "hot code", "units a scan", 5.5, id="a number"),
        pytest.param("fold", "hot", "CPU", 1200.0, id="a number that was written out, by how its row begins"),
        pytest.param("rates", "0.4 | 20", "units", 13.0, id="by two cells of its row"),
    ],
)
def test_a_figure_is_found_by_its_row_and_column(section: str, row: str, column: str, number: float) -> None:
    assert FOUND.number(section, row, column) == number


@pytest.mark.parametrize(
    ("section", "row", "column", "said"),
    [
        pytest.param("redirect", "warm", "CPU", r"section `redirect` .*: run `make bench`", id="a section"),
        pytest.param("fold", "cold code", "CPU", r"row `cold code`.*rows: `hot code`", id="a row"),
        pytest.param("fold", "hot code", "bytes", r"column `bytes`.*columns: traffic, units a scan", id="a column"),
        pytest.param("fold", "hot code", "traffic", "'hot code', no number", id="a number"),
    ],
)
def test_what_was_not_measured_is_named(section: str, row: str, column: str, said: str) -> None:
    with pytest.raises(Missing, match=said):
        FOUND.number(section, row, column)
