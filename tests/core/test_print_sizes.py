import pytest

from chalicelib.core.print_sizes import DISTANCES, finest_mm, width_mm


@pytest.mark.parametrize(("modules", "mm"), [(29, 12), (33, 14), (57, 23)])
def test_a_module_is_no_finer_than_printers_and_phones_manage(modules: int, mm: int) -> None:
    assert finest_mm(modules) == mm
    assert width_mm(modules, 10) == mm


def test_a_code_of_33_modules_is_a_tenth_of_the_distance_wide_and_a_finer_one_wider() -> None:
    assert width_mm(33, 1_000) == 99
    assert width_mm(66, 1_000) == 198


def test_who_stands_further_away_needs_no_smaller_code() -> None:
    widths = [width_mm(41, distance) for distance in DISTANCES.values()]
    assert widths == sorted(widths)
