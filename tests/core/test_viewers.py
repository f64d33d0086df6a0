"""What a request tells of who scans, and how little of it is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.viewers import LONGEST_HOST, LONGEST_PLACE, is_counted, referrer_host, viewer
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


@pytest.mark.parametrize(
    ("method", "headers", "counted"),
    [
        pytest.param("GET", {}, True, id="a scan"),
        pytest.param("GET", {"sec-purpose": ""}, True, id="no purpose"),
        pytest.param("GET", {"sec-purpose": "navigate"}, True, id="another purpose"),
        pytest.param("GET", {"sec-purpose": "prefetch;anonymous-client-ip"}, False, id="prefetch through a proxy"),
        pytest.param("GET", {"sec-purpose": "Prefetch"}, False, id="capitals"),
        pytest.param("GET", {"purpose": "prefetch"}, False, id="its older name"),
        pytest.param("GET", {"x-purpose": "preview"}, False, id="a preview"),
        pytest.param("HEAD", {}, False, id="HEAD"),
        pytest.param("OPTIONS", {}, False, id="OPTIONS"),
    ],
)
def test_a_request_counts_when_somebody_looks(method: str, headers: dict[str, str], counted: bool) -> None:
    assert is_counted(method, headers) == counted


@pytest.mark.parametrize(
    ("name", "header", "fact", "kept"),
    [
        ("cloudfront-viewer-country", "gb", "country", "GB"),
        ("cloudfront-viewer-country", "GBR", "country", ""),
        ("cloudfront-viewer-country", "G1", "country", ""),
        ("cloudfront-viewer-country", "\u0130\u0130", "country", ""),
        ("cloudfront-viewer-country-region", "eng", "region", "ENG"),
        ("cloudfront-viewer-country-region", "ENGL", "region", ""),
        ("cloudfront-viewer-country-region-name", "%C3%8Ele-de-France", "region_name", "\u00cele-de-France"),
        ("cloudfront-viewer-city", "a|b\x00c\x85d", "city", "a b c d"),
        ("cloudfront-viewer-city", "%ff%fe", "city", "\ufffd\ufffd"),
        ("cloudfront-viewer-city", "   ", "city", ""),
        ("accept-language", "de-AT,de;q=0.9", "language", "de"),
        ("accept-language", "*", "language", ""),
        ("accept-language", "english", "language", ""),
        ("accept-language", "FIL", "language", "fil"),
    ],
)
def test_of_a_header_only_what_can_be_true_is_kept(name: str, header: str, fact: str, kept: str) -> None:
    assert getattr(viewer({name: header}, "198.51.100.9", trusted=True).facts, fact) == kept


def test_who_is_not_trusted_tells_no_place_no_device_and_no_address() -> None:
    claims = {
        "cloudfront-viewer-address": "203.0.113.7:1",
        "cloudfront-viewer-country": "GB",
        "cloudfront-viewer-country-region": "ENG",
        "cloudfront-viewer-city": "London",
        "cloudfront-is-mobile-viewer": "true",
        "x-forwarded-for": "192.0.2.1",
    }
    seen = viewer(claims, "198.51.100.9", trusted=False)
    assert (seen.address, seen.device_hint) == ("198.51.100.9", "")
    assert (seen.facts.country, seen.facts.region, seen.facts.city) == ("", "", "")


@pytest.mark.parametrize(
    ("devices", "hint"),
    [
        pytest.param({"mobile": "true"}, "mobile", id="mobile"),
        pytest.param({"tablet": "true", "mobile": "true"}, "tablet", id="tablets say that they are mobile"),
        pytest.param({"desktop": "true"}, "desktop", id="desktop"),
        pytest.param({"smarttv": "true"}, "", id="television"),
        pytest.param({"mobile": "false"}, "", id="none"),
    ],
)
def test_cloudfronts_device_headers_give_one_hint(devices: dict[str, str], hint: str) -> None:
    headers = {f"cloudfront-is-{device}-viewer": value for device, value in devices.items()}
    assert viewer(headers, "198.51.100.9", trusted=True).device_hint == hint


def test_people_with_neighbouring_ipv6_addresses_are_not_one() -> None:
    seen = [viewer({}, f"2001:db8::1:{n}", trusted=False).address for n in (2, 3)]
    assert seen == ["2001:db8::1:2", "2001:db8::1:3"]
