"""Slugs: random ones can be typed, and one's own cannot shadow the product's pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.paths import LONGEST, normalise, parts
from chalicelib.core.slugs import ALPHABET, LENGTH, RESERVED, check_custom, random_slug
from chalicelib.errors import InvalidRequest


def test_random_slugs_are_short_and_without_look_alikes() -> None:
    made = {random_slug() for _ in range(200)}
    assert len(made) == 200
    assert all(len(slug) == LENGTH and set(slug) <= set(ALPHABET) and normalise(slug) == slug for slug in made)
    assert not set("0o1li") & set(ALPHABET)


def test_no_random_slug_can_be_a_reserved_word() -> None:
    assert not [word for word in RESERVED if len(word) == LENGTH and set(word) <= set(ALPHABET)]


@pytest.mark.parametrize(
    ("slug", "kept"),
    [
        pytest.param("spring-sale", "spring-sale", id="plain"),
        pytest.param("Spring-SALE", "spring-sale", id="case does not matter"),
        pytest.param("a-1", "a-1", id="shortest"),
        pytest.param("x" * LONGEST, "x" * LONGEST, id="longest"),
        pytest.param("2026", "2026", id="digits"),
    ],
)
def test_a_slug_of_ones_own_is_kept_in_lower_case(slug: str, kept: str) -> None:
    assert check_custom(slug) == normalise(slug) == kept


@pytest.mark.parametrize(
    "slug",
    [
        pytest.param("", id="empty"),
        pytest.param("ab", id="too short"),
        pytest.param("x" * (LONGEST + 1), id="too long"),
        pytest.param("-abc", id="leading hyphen"),
        pytest.param("abc-", id="trailing hyphen"),
        pytest.param("a b c", id="space"),
        pytest.param("abc\n", id="line end"),
        pytest.param("a/bc", id="slash"),
        pytest.param("robots.txt", id="dot"),
        pytest.param("gr\u00fcn", id="umlaut"),
        pytest.param("\u212aelvin", id="the Kelvin sign is no k"),
        *(pytest.param(word, id=f"reserved: {word}") for word in ("docs", "API", "mcp", "sign-in", "well-known")),
    ],
)
def test_other_slugs_are_refused_by_the_fields_name(slug: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_custom(slug, "alias")
    assert refused.value.field == "alias"


@given(st.text())
def test_whatever_is_scanned_means_one_slug_or_none(text: str) -> None:
    slug = normalise(text)
    assert slug in ("", text.lower())
    assert normalise(slug) == slug


@pytest.mark.parametrize(
    ("path", "slug", "marker"),
    [
        pytest.param("spring", "spring", "", id="no marker"),
        pytest.param("SPRING.2", "spring", "2", id="a marker"),
        pytest.param("spring.", "spring", "", id="an empty marker"),
        pytest.param("spring.2.3", "spring", "2.3", id="two of them are none"),
        pytest.param("spring.x", "spring", "x", id="no number"),
        pytest.param(".2", "", "2", id="no slug"),
        pytest.param("", "", "", id="nothing"),
        pytest.param("robots.txt", "robots", "txt", id="a file"),
        pytest.param("-a.2", "", "2", id="no slug can be spelled so"),
    ],
)
def test_what_follows_the_host_is_a_slug_and_perhaps_a_marker(path: str, slug: str, marker: str) -> None:
    assert parts(path) == (slug, marker)


@given(st.text())
def test_whatever_is_scanned_has_two_parts(path: str) -> None:
    slug, marker = parts(path)
    assert slug == normalise(path.split(".")[0])
    assert (marker == "") or path.endswith(f".{marker}")
