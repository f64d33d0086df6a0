"""Room for a logo: what fits with one is what the limit says, whatever shape the logo has."""

import pytest

from chalicelib.errors import InvalidRequest
from chalicelib.qr.logo_boxes import room_for

SHAPES = (1 / 512, 0.1, 1.0, 3.0, 512.0)


@pytest.mark.parametrize(
    ("unit", "most", "said"),
    [
        pytest.param("a", 958, "958", id="bytes"),
        pytest.param("\u00e9", 478, "957", id="UTF-8"),
        pytest.param("A", 1394, "1,394", id="capitals"),
        pytest.param("1", 2301, "2,301", id="digits"),
    ],
)
def test_as_much_as_the_limit_says_fits_with_a_logo_of_any_shape(unit: str, most: int, said: str) -> None:
    for ratio in SHAPES:
        symbol, box = room_for(unit * most, ratio)
        assert (symbol.version, symbol.level) == (34, "H")
        assert box.width >= 3 <= box.height
        with pytest.raises(InvalidRequest, match=f"payload: .* a QR code with a logo holds at most {said};"):
            room_for(unit * (most + 1), ratio)
