import gzip
import re

import pytest

from chalicelib.pages import assets
from tests.pages.browsing import Browser


def test_a_file_by_its_present_version_is_kept_for_good(stranger: Browser) -> None:
    seen = stranger.get(assets.address("app.css", ""))
    assert (seen.status, seen.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in seen.headers["cache-control"]


def test_a_file_by_an_older_version_is_todays_and_kept_for_a_while(stranger: Browser) -> None:
    seen = stranger.get("/static/0123456789ab/app.css")
    assert seen.status == 200
    assert seen.headers["cache-control"] == assets.A_WHILE


def test_texts_are_sent_in_gzip_to_who_takes_it(stranger: Browser) -> None:
    seen = stranger.get(assets.address("app.css", ""), Accept_Encoding="gzip, br")
    assert seen.headers["content-encoding"] == "gzip"
    assert gzip.decompress(seen.body) == assets.read("app.css").body


@pytest.mark.parametrize("name", ["app.py", "..%2Fassets.py", "nothing.css", "README.md"])
def test_no_other_file_is_given_out(stranger: Browser, name: str) -> None:
    assert stranger.get(f"/static/x/{name}").status == 404


def test_styles_and_scripts_ask_no_other_host() -> None:
    for path in (assets.FOLDER).glob("*.[cj]s*"):
        assert not re.search(r"(?:https?:)?//[a-z]", re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.S))
