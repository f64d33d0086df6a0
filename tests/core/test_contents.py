"""What a payload is: a word for it, and what of it may be read beside its picture."""

import pytest

from chalicelib.core.contents import LONGEST_TITLE, contents
from chalicelib.qr import payloads


@pytest.mark.parametrize(
    ("payload", "title"),
    [
        pytest.param("https://qz.example/spring", "qz.example/spring", id="an address"),
        pytest.param("HTTPS://QZ.EXAMPLE/SPRING", "QZ.EXAMPLE/SPRING", id="in capitals"),
        pytest.param("http://qz.example/", "qz.example", id="a home page"),
        pytest.param("https://qz.example/ and more", "Text", id="an address and more"),
        pytest.param("https://wa.me/4420", "WhatsApp", id="whatsapp"),
        pytest.param("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD", "Contact", id="vcard"),
        pytest.param("MECARD:N:Doe;;", "Contact", id="mecard"),
        pytest.param("BEGIN:VEVENT\nEND:VEVENT", "Event", id="event"),
        pytest.param("mailto:a@example.com", "Email", id="email"),
        pytest.param("tel:+4420", "Phone number", id="phone"),
        pytest.param("SMSTO:+4420:hi", "Message", id="sms"),
        pytest.param("geo:1,2", "Place", id="geo"),
        pytest.param("hello", "Text", id="text"),
    ],
)
def test_a_payload_is_named_by_what_it_is_and_may_be_read(payload: str, title: str) -> None:
    assert contents(payload) == (title, payload)


def test_a_long_address_is_cut_in_a_title_only() -> None:
    payload = "https://qz.example/" + "x" * 200
    found = contents(payload)
    assert (len(found.title), found.title[-1], found.text) == (LONGEST_TITLE, "…", payload)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        pytest.param("WIFI:T:WPA;S:Cafe;P:espresso;;", "Network: Cafe\nSecurity: WPA", id="plain"),
        pytest.param("wifi:P:espresso;S:Cafe;;", "Network: Cafe", id="in another order"),
        pytest.param(r"WIFI:S:a\;P\:b\\;P:es\;S:presso;;", "Network: a;P:b\\", id="escaped"),
        pytest.param("WIFI:P:espresso", "", id="not a network's format"),
        pytest.param(" WIFI:S:Cafe;P:espresso;;", "Network: Cafe", id="behind a blank"),
        pytest.param("\ufeffWIFI:S:Cafe;P:espresso;;", "Network: Cafe", id="behind a byte order mark"),
        pytest.param("Join us!\nwifi:S:Cafe;P:espresso;;", "Network: Cafe", id="within a text"),
    ],
)
def test_a_networks_password_is_never_told(payload: str, text: str) -> None:
    assert contents(payload) == ("Wi-Fi", text)
    assert "presso" not in text


def test_what_is_built_for_a_network_is_read_as_one() -> None:
    payload = payloads.build("wifi", {"ssid": 'Café; "quiet", 1:1\\', "password": "pass;S:word"})
    assert contents(payload) == ("Wi-Fi", 'Network: Café; "quiet", 1:1\\\nSecurity: WPA')
