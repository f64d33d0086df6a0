import pytest

from chalicelib.errors import Forbidden
from chalicelib.pages.origins import check_own

BASE = "https://qz.example"


@pytest.mark.parametrize(
    "headers",
    [{"origin": BASE, "sec-fetch-site": "same-origin"}, {"origin": BASE}],
    ids=["a browser on a safe connection", "a browser that does not say more"],
)
def test_a_form_from_a_page_of_ours_is_taken(headers: dict[str, str]) -> None:
    check_own(headers, BASE)
    check_own(headers, f"{BASE}/api")
    check_own(headers, "https://QZ.example")
    check_own(headers, f"{BASE}:443")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://qz.example"},
        {"origin": "https://qz.example.evil.example"},
        {"origin": "https://qz.example:8443"},
        {"origin": BASE, "sec-fetch-site": "cross-site"},
        {"origin": BASE, "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-origin"},
    ],
    ids=lambda headers: " ".join(headers.values()) or "nothing",
)
def test_a_form_from_anywhere_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        check_own(headers, BASE)
