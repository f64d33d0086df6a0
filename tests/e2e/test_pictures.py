"""Pictures through the door: bytes as they were drawn, copies, counts under load, and the page."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import requests
import zxingcpp
from PIL import Image

from infra.local import LocalStack
from tests.e2e.conftest import Client

AT_ONCE: Final = 8
ROUNDS: Final = 5


def test_a_qr_code_is_downloaded_by_anybody_and_each_download_counts_once(client: Client, stack: LocalStack) -> None:
    made: dict[str, Any] = client.api("POST", "/api/v1/qr", {"data": "grüezi", "size": 320}).json["data"]
    address = stack.url + made["downloadUrl"]
    got = requests.get(address, headers={"Accept": "text/html"}, timeout=30)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "image/png")
    picture = Image.open(io.BytesIO(got.content))
    (found,) = zxingcpp.read_barcodes(picture.convert("RGB"))
    assert (found.text, picture.size) == ("grüezi", (320, 320))
    again = requests.get(address, headers={"If-None-Match": got.headers["ETag"]}, timeout=30)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", got.headers["ETag"])
    assert requests.head(address, timeout=30).status_code == 200
    assert _downloads(client, made) == 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: requests.get(address, timeout=30), range(AT_ONCE * ROUNDS)))
    assert {(it.status_code, it.content) for it in answers} == {(200, got.content)}
    assert _downloads(client, made) == 1 + AT_ONCE * ROUNDS


def test_every_format_and_the_page_come_through_as_they_are(client: Client, stack: LocalStack) -> None:
    code = client.create("Größe")
    address = f"{stack.url}/api/qr/{code['id']}/download"
    for form, beginning in (("svg", b"<svg"), ("webp", b"RIFF"), ("pdf", b"%PDF"), ("eps", b"%!PS")):
        got = requests.get(address, {"format": form, "download": "1"}, timeout=30)
        assert got.status_code == 200
        assert got.content.startswith(beginning)
        assert got.headers["Content-Disposition"].startswith('attachment; filename="Groe.')
    page = client.request("GET", f"/qr/{code['id']}")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>Größe</h1>" in page.text
    assert client.request("GET", "/qr/5").status == 404
    assert client.request("HEAD", f"/qr/{code['id']}").status == 200


def _downloads(client: Client, made: dict[str, Any]) -> int:
    count: int = client.api("GET", f"/api/v1/qr/{made['id']}").json["data"]["downloadCount"]
    return count
