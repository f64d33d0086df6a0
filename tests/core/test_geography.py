"""Places are as fine as they are known, and add up."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import rollups as r
from chalicelib.core.countries import NAMES
from chalicelib.core.fold import dimension_values
from chalicelib.core.geography import Place, places
from chalicelib.core.rollups import NAMED_VALUES, OTHER, Rollup
from chalicelib.core.scans import Facts

FACTS = st.builds(
    Facts,
    address=st.just("a"),
    agent=st.just("x"),
    country=st.sampled_from(["", "US", "GB"]),
    region=st.sampled_from(["", "CA", "ENG"]),
    region_name=st.sampled_from(["", "California"]),
    city=st.sampled_from(["", "London", "Paris"]),
)


def _rollup(scanned: list[Facts]) -> Rollup:
    rollup: Rollup = {}
    for facts in scanned:
        values = dimension_values(facts)
        rollup = r.entered(rollup, {name: {values[name]: 1} for name in (r.COUNTRY, r.REGION, r.CITY)})
    return rollup


@given(st.lists(FACTS, max_size=30))
def test_each_scan_is_at_its_place(scanned: list[Facts]) -> None:
    wanted: dict[Place, int] = {}
    for facts in scanned:
        place = Place(facts.country, facts.region_name or facts.region, facts.city)
        wanted[place] = wanted.get(place, 0) + 1
    assert places(_rollup(scanned)) == wanted


def test_of_a_full_table_the_remainder_is_a_place_of_its_own() -> None:
    cities = [Facts(address="a", agent="x", country="GB", city=f"City {n}") for n in range(NAMED_VALUES + 5)]
    found = places(_rollup([*cities, Facts(address="a", agent="x", country="GB")]))
    assert found[Place(OTHER, OTHER, OTHER)] == 6
    assert sum(found.values()) == NAMED_VALUES + 6


def test_no_scans_are_nowhere() -> None:
    assert places({}) == {}


def test_every_country_has_a_name_and_what_is_none_has_not() -> None:
    assert {len(code) for code in NAMES} == {2}
    assert len(set(NAMES.values())) == len(NAMES) == 257
    assert {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"} & NAMES.keys() == set()
    assert (NAMES["US"], NAMES["CZ"], NAMES["GB"]) == ("United States", "Czechia", "United Kingdom")
