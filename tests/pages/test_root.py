"""The root of the host: where `/` leads, what crawlers may read, the icon."""

from io import BytesIO
from urllib.robotparser import RobotFileParser

import pytest
from PIL import Image

from chalicelib.pages import assets
from tests.pages.browsing import BASE, Browser


@pytest.mark.parametrize(
    ("accept", "path"),
    [
        pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", "/dashboard", id="a browser"),
        pytest.param("TEXT/HTML", "/dashboard", id="in capitals"),
        pytest.param("*/*", "/docs", id="curl"),
        pytest.param("application/json", "/docs", id="a program"),
        pytest.param("", "/docs", id="nothing said"),
    ],
)
def test_the_root_leads_people_to_the_dashboard_and_programs_to_the_docs(
    stranger: Browser, accept: str, path: str
) -> None:
    answer = stranger.get("/", Accept=accept)
    assert (answer.status, answer.location, answer.headers["vary"]) == (302, path, "Accept")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/docs", True),
        ("/docs/dynamic", True),
        ("/static/abc/docs.css", True),
        ("/spring-sale", True),
        ("/s/v1-launch", True),
        ("/report/abc", False),
        ("/v1/dynamic", False),
        ("/dashboard/links", False),
        ("/qr/qr_1", True),
    ],
)
def test_crawlers_may_follow_links_and_read_the_docs_and_nothing_else(
    stranger: Browser, path: str, allowed: bool
) -> None:
    answer = stranger.get("/robots.txt")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.can_fetch("anybot", f"{BASE}{path}") == allowed


def test_the_icon_is_a_finder_pattern_in_its_quiet_zone(stranger: Browser) -> None:
    answer = stranger.get("/favicon.ico")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/x-icon")
    with Image.open(BytesIO(answer.body)) as icon:
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
        grey = icon.convert("L")
    # The middle row of the pattern: quiet zone, then 1:1:3:1:1 modules (ISO/IEC 18004, 6.3.3).
    row = "".join("1" if grey.getpixel((x, 24)) < 128 else "0" for x in range(48))  # type: ignore[operator]
    runs = [len(run) for run in row.replace("01", "0 1").replace("10", "1 0").split()]
    assert runs == [3, 6, 6, 18, 6, 6, 3]
    assert len(answer.body) < 2_000


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/dynamic", "/robots.txt", "/favicon.ico"])
def test_head_has_the_headers_without_the_body(stranger: Browser, path: str) -> None:
    for accepted in ("gzip", "identity"):
        whole, head = (stranger.request(method, path, Accept_Encoding=accepted) for method in ("GET", "HEAD"))
        assert (head.status, head.body) == (whole.status, b"")
        assert head.headers.get("content-type") == whole.headers.get("content-type")


def test_the_pages_own_icon_is_small_and_asks_nobody() -> None:
    icon = assets.read("favicon.svg").body.decode()
    assert len(icon) < 500
    assert "href" not in icon
