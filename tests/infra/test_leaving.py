"""`make import`, `make export` and `make redirects`, on a stack in process."""

import csv
import functools
import io
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

import pytest

from chalicelib.store import links
from infra import exporting, importing, redirects
from infra.attached import Attached
from infra.begun import begun
from infra.errors import StackError
from tests.services.account import Account, new_account
from tests.world import World

EXPORTS = Path(__file__).parent.parent / "exports"
STACK = Attached("https://qz.example", "")


@pytest.fixture
def account(world: World) -> Account:
    return new_account()


@pytest.fixture
def map_of(account: Account, tmp_path: Path) -> Iterator[str]:
    """Where the pages of the map of what YOURLS had are served, by nothing but a server of static files."""
    importing.bring(STACK, str(EXPORTS / "yourls.csv"), dry=False)
    folder = redirects.lay(str(tmp_path / "map"))
    handler = functools.partial(Quiet, directory=str(folder / "pages"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_an_import_says_what_became_of_each_row(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    plan = importing.bring(STACK, str(EXPORTS / "bitly.csv"), dry=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("bitly.csv: 4 links, as bitly exports them, for Acme")
    assert said[1:] == [
        "  line 6: destination: leads back to this service",
        "  3 imported, with 12,415 visits; 0 there already",
        "  1 refused",
    ]
    assert plan.refused
    importing.bring(STACK, str(EXPORTS / "bitly.csv"), dry=False)
    assert "  0 imported, with 0 visits; 3 there already" in capsys.readouterr().out


def test_a_page_is_not_taken_for_all(account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.json"
    page.write_text('{"data": [{"address": "a", "target": "https://example.com/"}], "limit": 1, "total": 37}')
    importing.bring(STACK, str(page), dry=True)
    assert "  it is a page of 37 links: the others are in other answers" in capsys.readouterr().out


def test_a_dry_import_writes_nothing(account: Account, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = world.items("objects")
    importing.bring(STACK, str(EXPORTS / "shlink.json"), dry=True)
    said = capsys.readouterr().out
    assert "not kept, of 1: its most visits" in said
    assert "1 would be imported, with 96 visits; 0 there already" in said
    assert world.items("objects") == before


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "FROM= must name a file, like FROM=links.csv"),
        ("missing.csv", "FROM=missing.csv: No such file or directory"),
        (__file__, "FROM: is no export that is known, by its columns"),
    ],
)
def test_what_is_no_export_is_said_in_a_line(account: Account, path: str, problem: str) -> None:
    with pytest.raises(StackError) as refused:
        importing.bring(STACK, path, dry=False)
    assert str(refused.value).startswith(problem)
    assert "\n" not in str(refused.value)


def test_an_archive_can_be_imported_elsewhere(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    importing.bring(STACK, str(EXPORTS / "kutt.csv"), dry=False)
    monkeypatch.setenv("IMAGES", "none")
    path = exporting.export(STACK, str(tmp_path / "acme.zip"))
    with ZipFile(path) as zipped:
        (tmp_path / "links.json").write_bytes(zipped.read("links.json"))
        rows = list(csv.DictReader(io.StringIO(zipped.read("links.csv").decode(), newline="")))
    assert [row["slug"] for row in rows if row["imported_visits"] == "77"] == ["city-poster"]
    assert [each.name for each in tmp_path.iterdir() if ".part" in each.name] == []
    plan = importing.bring(STACK, str(tmp_path / "links.json"), dry=True)
    assert (plan.there, plan.refused) == (2, [])


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"TO": "acme.tar"}, "TO= must name a zip"),
        ({"FROM": "spring"}, "FROM=spring: must be a date"),
        ({"IMAGES": "bmp"}, "IMAGES=bmp: must be some of png,svg,webp,pdf,eps, or none"),
        ({"TO": "/nowhere/acme.zip"}, "TO=/nowhere/acme.zip: No such file or directory"),
    ],
)
def test_an_export_that_cannot_be_says_why(
    account: Account, variables: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StackError) as refused:
        exporting.export(STACK, variables.get("TO", str(tmp_path / "acme.zip")))
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize("path", ["/ozh", "/OZH", "/s/ozh", "/1"])
def test_printed_codes_lead_on_from_a_server_of_static_files(map_of: str, path: str) -> None:
    with urllib.request.urlopen(map_of + path) as answer:
        page = answer.read().decode()
    wanted = "https://ozh.example/blog/" if path != "/1" else "https://example.net/first"
    assert f'content="0;url={wanted}"' in page


def test_what_was_refused_is_not_in_the_map(map_of: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{map_of}/a")


def test_a_file_that_was_begun_never_stands_for_a_whole_one(account: Account, tmp_path: Path) -> None:
    target = tmp_path / "map.zip"
    target.write_bytes(b"older")
    with pytest.raises(OSError, match="full"), begun(target) as file:
        file.write(b"half")
        raise OSError("full")
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (b"older", [target])
    redirects.lay(str(target))
    assert (target.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o600, [target])


def test_a_map_goes_into_a_zip_or_an_empty_folder(account: Account, tmp_path: Path) -> None:
    with ZipFile(redirects.lay(str(tmp_path / "map.zip"))) as zipped:
        assert f"/{account.link.slug} https://example.com/ 302" in zipped.read("rules/_redirects").decode()
    assert [link.slug for link in links.newest_first(account.organization, None)] == [account.link.slug]
    with pytest.raises(StackError, match="is not empty"):
        redirects.lay(str(tmp_path))
    with pytest.raises(StackError, match="TO= must name a folder or a zip"):
        redirects.lay("")
