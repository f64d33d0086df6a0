"""Pictures through real HTTP: bytes leave the gateway as they are, and many of them are drawn by the job."""

import io
import json
import urllib.error
import urllib.request
from email.message import Message
from typing import Any
from zipfile import ZipFile

import zxingcpp
from PIL import Image

from infra.local import LocalStack
from tests.e2e.conftest import Client
from tests.e2e.observed import eventually
from tests.e2e.test_export import fetched

# Of this size they are more than an answer takes: the modules' round edges hardly compress.
MANY, LARGE = 32, 2048


def asked(client: Client, path: str, body: Any = None) -> tuple[int, Message, bytes]:
    """The status, headers and bytes of an answer."""
    raw = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {client.api_key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{client.url}{path}", raw, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.headers, answer.read()


def read(content: bytes) -> str:
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(content)).convert("L"))
    return found.text


def test_a_picture_of_any_text_is_drawn(client: Client) -> None:
    for body in (None, {"data": "a text & more", "format": "png", "size": 300}):
        path = "/v1/qr" if body else "/v1/qr?data=a%20text%20%26%20more&format=png&size=300"
        status, headers, content = asked(client, path, body)
        assert (status, headers["Content-Type"], headers["X-Scannability"]) == (200, "image/png", "100")
        assert read(content) == "a text & more"


def test_many_pictures_are_drawn_by_the_job(client: Client, stack: LocalStack) -> None:
    style = {"dotsType": "classy-rounded"}
    made = [
        client.api(
            "POST",
            "/v1/qrcodes",
            {"name": f"Poster {n}", "destination_url": "https://example.com/", "style": style},
        ).json
        for n in range(MANY)
    ]
    wanted = {"ids": [code["id"] for code in made], "format": "webp", "size": LARGE}
    status, headers, content = asked(client, "/v1/dynamic/images", wanted)
    assert status == 202, content[:200]
    path = headers["Location"].removeprefix(client.url)

    def is_done() -> bool:
        return client.api("GET", path).status != 200

    assert eventually(is_done, seconds=120)
    done = client.api("GET", path)
    assert (done.status, done.json["status"]) == (303, "done")
    sent, body = fetched(done.headers["location"])
    assert sent["Content-Disposition"] == 'attachment; filename="qr-codes.zip"'
    assert len(body) > 4_400_000
    zipped = ZipFile(io.BytesIO(body))
    assert zipped.namelist() == ["codes.csv", *(f"Poster-{n}.webp" for n in range(MANY))]
    assert read(zipped.read(f"Poster-{MANY - 1}.webp")) == made[-1]["short_url"]


def test_a_few_pictures_are_in_the_answer(client: Client) -> None:
    code = client.create("Menu")
    status, headers, content = asked(client, "/v1/dynamic/images", {"ids": [code["id"]]})
    assert (status, headers["Content-Type"]) == (200, "application/zip")
    assert read(ZipFile(io.BytesIO(content)).read("Menu.png")) == code["short_url"]
