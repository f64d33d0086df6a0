"""Secrets that webhooks are signed with."""

from base64 import b64decode, b64encode

import pytest

from chalicelib.core import endpoint_secrets
from chalicelib.core.endpoints import FORMATS, QPR, STANDARD
from chalicelib.errors import InvalidRequest


def _encoded(length: int) -> str:
    return "whsec_" + b64encode(bytes(length)).decode()


def test_a_new_secret_is_32_random_bytes_and_good_for_every_format() -> None:
    made = {endpoint_secrets.new() for _ in range(100)}
    assert len(made) == 100
    for text in made:
        assert len(b64decode(text.removeprefix("whsec_"), validate=True)) == 32
        assert [endpoint_secrets.check(text, format) for format in FORMATS] == [text] * len(FORMATS)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 15, id="too short"),
        pytest.param("a" * 201, id="too long"),
        pytest.param("a b" * 10, id="a space"),
        pytest.param("ä" * 20, id="not ASCII"),
        pytest.param("a" * 20 + "\n", id="a line break"),
        pytest.param("a" * 20 + "\x7f", id="a control character"),
    ],
)
def test_a_secret_that_is_brought_along_is_printable_ascii(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        endpoint_secrets.check(text, QPR)
    assert refused.value.field == "secret"
    assert text.strip() not in refused.value.message


@pytest.mark.parametrize(
    ("text", "good"),
    [
        pytest.param(_encoded(24), True, id="24 bytes"),
        pytest.param(_encoded(64), True, id="64 bytes"),
        pytest.param(_encoded(23), False, id="23 bytes"),
        pytest.param(_encoded(65), False, id="65 bytes"),
        pytest.param(_encoded(32).removeprefix("whsec_"), False, id="no prefix"),
        pytest.param("whsec_" + "not base64!" * 4, False, id="no base64"),
        pytest.param("an-old-services-own-secret", False, id="something else"),
    ],
)
def test_standard_webhooks_want_bytes_in_base64(text: str, good: bool) -> None:
    assert endpoint_secrets.fits(text, STANDARD) is good
    assert endpoint_secrets.fits(text, QPR)
    if not good:
        with pytest.raises(InvalidRequest) as refused:
            endpoint_secrets.check(text, STANDARD)
        assert (refused.value.field, text in refused.value.message) == ("secret", False)
