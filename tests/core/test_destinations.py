"""Destinations: a link leads to the public web or nowhere, and what is judged is what is sent."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.destinations import LONGEST_BYTES, check, location
from chalicelib.errors import InvalidRequest, QuietzoneError, UnsafeDestination

OWN = ("Qz.example", "links.example.org")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://example.com", id="bare"),
        pytest.param("HTTPS://Example.COM:8443/a?b=c&d=%20#e", id="port, query, fragment"),
        pytest.param("http://example.org./", id="trailing dot"),
        pytest.param("https://example.com/?next=http://127.0.0.1/", id="a private address in the query"),
        pytest.param("https://example.com/a|b'(c)[d]{e}", id="printable ASCII is left alone"),
        pytest.param("https://my_shop.example.com/", id="underscore"),
        pytest.param("https://localhost.example.com/", id="internal word elsewhere"),
        pytest.param("https://8.8.8.8/", id="public IPv4"),
        pytest.param("https://[2606:4700:4700::1111]/", id="public IPv6"),
        pytest.param("https://notqz.example/", id="ends like our host"),
    ],
)
def test_a_public_destination_comes_back_to_the_letter(url: str) -> None:
    check(url, OWN)
    assert location(url) == url


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        pytest.param("https://b\u00fccher.example/", "https://xn--bcher-kva.example/", id="host"),
        pytest.param("https://b\u00fccher.example:8080/", "https://xn--bcher-kva.example:8080/", id="host and port"),
        pytest.param(
            "https://example.com/\u00e4?\u00f6=%20#\u00fc", "https://example.com/%C3%A4?%C3%B6=%20#%C3%BC", id="tail"
        ),
        pytest.param("https://\uff45xample.com/", "https://example.com/", id="full-width host"),
    ],
)
def test_other_letters_are_encoded_for_the_header(url: str, sent: str) -> None:
    check(url, OWN)
    assert location(url) == sent


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="empty"),
        pytest.param("example.com", id="no scheme"),
        pytest.param("//example.com", id="no scheme, slashes"),
        pytest.param("http:example.com", id="no slashes"),
        pytest.param("http:///path", id="no host"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("ftp://example.com/", id="ftp"),
        pytest.param("https://example.com/" + "\u00e4" * (LONGEST_BYTES // 2), id="too many bytes"),
        pytest.param(" https://example.com", id="leading space"),
        pytest.param("https://example.com/\r\nSet-Cookie: a=b", id="header injection"),
        pytest.param("https://example.com/\x7f", id="delete"),
        pytest.param("https://example.com/\ud800", id="lone surrogate"),
        pytest.param("https://exa mple.com/", id="space in the host"),
        pytest.param("https://example.com\\@evil.example/", id="backslash"),
        pytest.param("https://user:pass@example.com/", id="credentials"),
        pytest.param("https://example.com:99999/", id="port too great"),
        pytest.param("https://example.com:port/", id="port no number"),
        pytest.param("https://[::1/", id="open bracket"),
        pytest.param("https://[v1.x]/", id="address of the future"),
        pytest.param("https://example..com/", id="empty label"),
        pytest.param("https://.example.com/", id="leading dot"),
        pytest.param("https://" + "a" * 64 + ".com/", id="long label"),
        pytest.param("https://" + "a." * 130 + "com/", id="long name"),
        pytest.param("https://example.com%00/", id="null in the host"),
        pytest.param("https://1.2.3.4.5/", id="five numbers"),
        pytest.param("https://example.c%E3%80%82m/", id="escaped letters in the host"),
    ],
)
def test_what_is_no_url_is_refused_by_the_fields_name(url: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check(url, OWN, field="url")
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),  # noqa: S104
        *(
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "198.18.0.1",
            "192.0.0.8",
            "192.88.99.1",
            "224.0.0.1",
            "240.0.0.1",
        ),
        *("255.255.255.255", "[::]", "[::1]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]"),
        *("[3fff::1]", "[5f00::1]", "[4000::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[::127.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::1]", "[2001:0:7f00:1::1]", "[fe80::1%25eth0]"),
    ],
)
def test_an_address_that_is_not_public_is_unsafe(host: str) -> None:
    with pytest.raises(UnsafeDestination):
        check(f"http://{host}/", OWN)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0X7F.1",
            "0177.0.0.1",
            "017700000001",
            "127.1",
            "127.0.1",
            "127.0.0.1.",
        ),
        *("%31%32%37.0.0.1", "127%2e0%2e0%2e1", "\u2460\u2461\u2466.0.0.1", "\uff11\uff12\uff17.0.0.1"),
        pytest.param("127\u30020\u30020\u30021", id="ideographic dots"),
        pytest.param("127.0.0.1\u3002", id="ideographic trailing dot"),
        pytest.param("127.0.0.\xad1", id="soft hyphen"),
        pytest.param("127.0.0.\u200b1", id="zero-width space"),
    ],
)
def test_every_spelling_of_a_private_address_is_unsafe(host: str) -> None:
    with pytest.raises(UnsafeDestination):
        check(f"http://{host}/", OWN)


@pytest.mark.parametrize("host", ["127.0x.1", "0x.0x.0x.0x", "127.0.0.0x", "127.0.0.08"])
def test_numbers_that_only_browsers_read_as_an_address_are_no_host(host: str) -> None:
    with pytest.raises(InvalidRequest):
        check(f"http://{host}/", OWN)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "a.localhost", "localhost.", "printer", "printer.local", "db.internal", "nas.lan"),
        *("home.arpa", "nas.home.arpa", "a.internal.", "%6cocalhost", "a.\u24dbocal"),
        pytest.param("localhost\u3002", id="ideographic trailing dot"),
        pytest.param("foo.loc\xadal", id="soft hyphen"),
    ],
)
def test_a_name_inside_a_network_is_unsafe(host: str) -> None:
    with pytest.raises(UnsafeDestination):
        check(f"http://{host}/", OWN)


@pytest.mark.parametrize(
    "host",
    [
        *("qz.example", "QZ.EXAMPLE", "qz.example.", "qz.example:8080", "links.example.org", "qz%2eexample"),
        pytest.param("qz.exam\xadple", id="soft hyphen"),
        pytest.param("qz\u3002example\u3002", id="ideographic dots"),
    ],
)
def test_a_destination_on_our_own_host_is_a_loop(host: str) -> None:
    with pytest.raises(UnsafeDestination):
        check(f"https://{host}/spring", OWN)


urls = st.one_of(
    st.text(),
    st.builds("http://{}/{}".format, st.text(min_size=1), st.text()),
    st.builds("https://{}.{}?{}".format, st.text(min_size=1), st.sampled_from(["com", "de", "example"]), st.text()),
)


@given(urls)
def test_a_destination_is_refused_or_fits_a_header(url: str) -> None:
    try:
        check(url, OWN)
    except QuietzoneError:
        return
    sent = location(url)
    assert sent.isascii()
    assert all(0x20 < ord(character) < 0x7F for character in sent)


invisible = st.lists(st.sampled_from("\xad\u200b\u2060\ufeff"), max_size=2).map("".join)


@given(st.data(), st.sampled_from(["127.0.0.1", "10.0.0.1", "a.local", "qz.example", "localhost", "example.com"]))
def test_what_the_header_names_would_have_been_accepted_itself(data: st.DataObject, host: str) -> None:
    disguised = "".join(character + data.draw(invisible) for character in host)
    try:
        check(f"http://{disguised}/", OWN)
    except QuietzoneError:
        return
    sent = location(f"http://{disguised}/")
    check(sent, OWN)
    assert urlsplit(sent).hostname == host
