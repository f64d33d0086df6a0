"""What a request tells of who scans, and how little of it is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.viewers import LONGEST_HOST, LONGEST_PLACE, referrer_host, viewer
from chalicelib.core.visitors import hashes


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("", ""),
        ("https://www.Example.org/page?q=1", "example.org"),
        ("http://t.co:8080/x", "t.co"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("https://user:secret@example.org/", "example.org"),
        ("https://[::1]/", "::1"),
        ("no url", ""),
        ("https://exa mple.org/", ""),
        ("https://[broken", ""),
        ("https://<script>/", ""),
    ],
)
def test_a_referrer_is_its_host(referrer: str, host: str) -> None:
    assert referrer_host(referrer) == host


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.7:4711", "203.0.113.7"),
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::7:4711", "2001:db8::7"),
        ("[2001:DB8:0::7]:4711", "2001:db8::7"),
        ("rubbish", "198.51.100.9"),
        ("", "198.51.100.9"),
    ],
)
def test_a_viewers_address_comes_without_its_port_and_in_one_spelling(header: str, address: str) -> None:
    seen = viewer({"cloudfront-viewer-address": header}, "198.51.100.9", trusted=True)
    assert seen.address == address


@given(
    st.dictionaries(st.sampled_from(["referer", "accept-language", "cloudfront-viewer-city", "user-agent"]), st.text())
)
def test_whatever_is_sent_can_be_stored_and_is_bounded(headers: dict[str, str]) -> None:
    seen = viewer(headers, "198.51.100.9", trusted=True)
    facts = seen.facts
    assert len(facts.city) <= LONGEST_PLACE
    assert len(facts.referrer) <= LONGEST_HOST
    assert "|" not in facts.city
    for text in (seen.user_agent, facts.city, facts.referrer, facts.language):
        text.encode()


def test_hashes_of_two_organizations_never_match_and_hold_nothing_of_the_address() -> None:
    first, second = hashes(b"a" * 32, "203.0.113.7", "Safari"), hashes(b"b" * 32, "203.0.113.7", "Safari")
    assert not set(first) & set(second)
    assert (len(first[0]), len(first[1])) == (16, 8)
    assert hashes(b"a" * 32, "203.0.113.7", "Chrome")[0] == first[0]
    assert hashes(b"a" * 32, "203.0.113.7", "Chrome")[1] != first[1]
