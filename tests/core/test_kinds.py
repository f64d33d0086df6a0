"""Kinds: what a payload is, as phones tell it."""

import time

import pytest

from chalicelib.core.kinds import KINDS, kind_of


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ("https://example.com/a?b#c", "url"),
        ("HTTP://EXAMPLE.COM", "url"),
        ("https://", "text"),
        ("https:///path", "text"),
        ("https://example.com/ and more", "text"),
        ("https://example.com\n", "text"),
        ("see https://example.com", "text"),
        ("ftp://example.com", "text"),
        ("hello", "text"),
        ("", "text"),
        ("mailto:a@example.com", "email"),
        ("MAILTO:a@example.com?subject=Hi", "email"),
        ("MATMSG:TO:a@example.com;SUB:Hi;BODY:a\nb;;", "email"),
        ("mailto: nobody", "text"),
        ("tel:+44-20-7946", "phone"),
        ("TEL:112", "phone"),
        ("tel: call me", "text"),
        ("tel:", "text"),
        ("SMSTO:+4420:Hello\nthere", "sms"),
        ("sms:+4420?body=Hello%20there", "sms"),
        ("sms:112", "sms"),
        ("sms: me", "text"),
        ("https://wa.me/4420?text=Hi", "whatsapp"),
        ("whatsapp://send?text=Hi", "whatsapp"),
        ("https://wa.me.example.com/4420", "url"),
        ("WIFI:T:WPA;S:Cafe;P:pw;;", "wifi"),
        ("WIFI:S:Cafe;;", "wifi"),
        ("WIFI: free here", "text"),
        ("geo:51.5,-0.12", "geo"),
        ("geo:51.5,-0.12,30?q=London", "geo"),
        ("geo:graphy", "text"),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Tosh\nEND:VCARD", "vcard"),
        ("begin:vcard\r\nFN:Tosh\r\nend:vcard\r\n", "vcard"),
        ("BEGIN:VCARDS", "text"),
        ("MECARD:N:Lovelace,Ada;TEL:+4420;;", "mecard"),
        ("MECARD:TEL:+4420;N:Ada;;", "mecard"),
        ("MECARD: a business card", "text"),
        ("BEGIN:VEVENT\r\nSUMMARY:A\r\nEND:VEVENT\r\n", "event"),
        ("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:A\nEND:VEVENT\nEND:VCALENDAR", "event"),
        ("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR", "text"),
    ],
)
def test_a_payload_is_of_the_kind_whose_sign_it_has(payload: str, kind: str) -> None:
    assert kind_of(payload) == kind
    assert kind in KINDS


@pytest.mark.parametrize(
    "sign", ["MECARD:N:", "WIFI:S:", "geo:1,1", "mailto:a", "tel:1", "sms:1", "BEGIN:VEVENT\n", "http://a"]
)
@pytest.mark.parametrize("filling", ["1", ";", ":", "N:", "S:;", "\n", " ", "BEGIN:VEVENT\n"])
def test_no_payload_takes_long_to_tell(sign: str, filling: str) -> None:
    started = time.process_time()
    kind_of((sign + filling * 2048)[:2047] + "\x00")
    assert time.process_time() - started < 2.5
