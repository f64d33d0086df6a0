"""Names of files: what somebody called a thing, as every system can store it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import filenames


@pytest.mark.parametrize(
    ("name", "safe", "plain"),
    [
        pytest.param("spring-sale", "spring-sale", "spring-sale", id="a slug"),
        pytest.param("Spring poster", "Spring-poster", "Spring-poster", id="blanks"),
        pytest.param("Café Größe", "Café-Größe", "Cafe-Groe", id="accents"),
        pytest.param("春のセール", "春のセール", "qr-code", id="another script"),
        pytest.param("qz.example/spring", "qz.example-spring", "qz.example-spring", id="an address"),
        pytest.param("../../etc/passwd", "etc-passwd", "etc-passwd", id="a path"),
        pytest.param(".htaccess", "htaccess", "htaccess", id="hidden"),
        pytest.param('a"b\\c;d%41', "a-b-c-d-41", "a-b-c-d-41", id="what ends a header's value"),
        pytest.param("a\r\nSet-Cookie: b", "a-Set-Cookie-b", "a-Set-Cookie-b", id="lines"),
        pytest.param("cod\u202egnp.exe", "codgnp.exe", "codgnp.exe", id="turned around"),
        pytest.param("\x00\u200b", "qr-code", "qr-code", id="nothing to see"),
        pytest.param("", "qr-code", "qr-code", id="empty"),
        pytest.param("CON", "CON-", "CON-", id="a device"),
        pytest.param("aux.old", "aux-.old", "aux-.old", id="a device with an ending"),
        pytest.param("Ñul", "Ñul", "Nul-", id="a device in ASCII"),
        pytest.param("console", "console", "console", id="what begins as a device does"),
        pytest.param("x" * 200, "x" * 80, "x" * 80, id="long"),
    ],
)
def test_a_name_becomes_one_of_a_file(name: str, safe: str, plain: str) -> None:
    assert (filenames.safe(name), filenames.plain(name)) == (safe, plain)


@given(st.text())
def test_any_text_becomes_a_name_that_is_none_of_a_folder_and_fits_into_a_header(name: str) -> None:
    safe, plain = filenames.safe(name), filenames.plain(name)
    for made in (safe, plain):
        assert 0 < len(made) <= filenames.LONGEST
        assert not set(made) & set('/\\:*?"<>|%;\r\n\x00 ')
        assert made[0] != "."
    assert plain.isascii()
    assert safe.encode()


def test_a_name_fits_what_file_systems_take() -> None:
    assert filenames.safe("🙂" * 100) == "🙂" * (filenames.LONGEST_BYTES // 4)
    assert len(filenames.safe("x" + "🙂" * 100).encode()) <= filenames.LONGEST_BYTES
