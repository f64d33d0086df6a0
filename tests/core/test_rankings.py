"""Rankings of a dimension, in words."""

import pytest

from chalicelib.core import rollups as r
from chalicelib.core.rankings import Ranking, Row, ranking, share


@pytest.mark.parametrize(
    ("dimension", "value", "row"),
    [
        (r.COUNTRY, "GB", Row("United Kingdom", 3, "GB")),
        (r.COUNTRY, "ZZ", Row("ZZ", 3, "ZZ")),
        (r.COUNTRY, "", Row("Unknown", 3)),
        (r.REGION, "US|CA|California", Row("California", 3, "US")),
        (r.REGION, "US|CA|", Row("CA", 3, "US")),
        (r.CITY, "US|CA|California|San Francisco", Row("San Francisco, California", 3, "US")),
        (r.CITY, "DE|BE|Berlin|Berlin", Row("Berlin", 3, "DE")),
        (r.CITY, "SG|||Singapore", Row("Singapore", 3, "SG")),
        (r.CITY, "", Row("Unknown", 3)),
        (r.DEVICE, "mobile", Row("Mobile", 3)),
        (r.REFERRER, "", Row("Direct or not told", 3)),
        (r.REFERRER, "<b>x</b>", Row("<b>x</b>", 3)),
        (r.APP, "", Row("None known", 3)),
        (r.METHOD, "camera", Row("Camera", 3)),
        (r.LANGUAGE, "de", Row("German", 3)),
        (r.LANGUAGE, "tlh", Row("tlh", 3)),
        (r.BOTS, "own_test", Row("Your own tests", 3)),
    ],
)
def test_a_value_is_told_in_words(dimension: str, value: str, row: Row) -> None:
    assert ranking({dimension: {value: 3}}, dimension) == Ranking(dimension, (row,))


def test_most_scans_come_first_and_equals_by_name() -> None:
    found = ranking({r.BROWSER: {"Safari": 2, "Chrome": 2, "Edge": 5}}, r.BROWSER)
    assert [row.name for row in found.rows] == ["Edge", "Chrome", "Safari"]


def test_what_is_the_same_in_words_is_one_row() -> None:
    found = ranking({r.DEVICE: {"": 2, "unknown": 3}}, r.DEVICE)
    assert found.rows == (Row("Unknown", 5),)


def test_the_remainder_of_a_full_table_is_other_and_no_row() -> None:
    found = ranking({r.CITY: {r.OTHER: 7, "DE|||Bonn": 1}}, r.CITY)
    assert (found.rows, found.other, found.total) == ((Row("Bonn", 1, "DE"),), 7, 8)


def test_leading_rows_and_the_others_together_are_all() -> None:
    found = ranking({r.BROWSER: {f"b{n}": n for n in range(1, 150)}}, r.BROWSER)
    assert len(found.rows) == 100
    assert found.total == found.leading(5).total == found.leading(0).total == sum(range(150))
    assert len(found.leading(5).rows) == 5


@pytest.mark.parametrize(("n", "total", "percent"), [(0, 0, 0), (1, 3, 33), (2, 3, 67), (5, 5, 100)])
def test_a_share_is_in_whole_percent(n: int, total: int, percent: int) -> None:
    assert share(n, total) == percent
