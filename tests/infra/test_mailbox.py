"""Mails that are shown instead of being sent: at the door, to whoever sits at this machine, and in the output."""

import base64
import hashlib
import http.client
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra import mailbox
from infra.door import Door
from infra.mailbox import Inbox, Mail
from infra.serve import show_mails

HOST = "127.0.0.1"
URL = "http://127.0.0.1:8000"


class Ses(BaseHTTPRequestHandler):
    """Stands in for the embedded AWS: it lists `mails`, and knows nothing else."""

    protocol_version = "HTTP/1.1"
    mails: list[dict[str, Any]] = []  # noqa: RUF012 - one server, one list
    status = 200

    def answer(self) -> None:
        here = self.path == "/_ministack/ses/messages"
        said = json.dumps({"messages": {"000000000000": self.mails}} if here else {"path": self.path}).encode()
        self.send_response(self.status if here else 404)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_HEAD = do_POST = answer  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(Ses, "mails", [])
    ses, door = ThreadingHTTPServer((HOST, 0), Ses), Door((HOST, 0))
    ses.daemon_threads = True
    door.upstream, door.prefix, door.url = (HOST, ses.server_port), "/api", f"http://{HOST}:{door.server_port}"
    for server in (ses, door):
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield door
    door.close()
    ses.shutdown()
    ses.server_close()


def took(number: int, **given: Any) -> None:
    """Let SES have taken another mail."""
    mail = {"MessageId": f"m{number}", "To": ["ada@example.com"], "Subject": f"No. {number}", "BodyText": "Hello"}
    Ses.mails.append({**mail, "Timestamp": 1_780_000_000 + number, **given})


def ask(door: Door, method: str = "GET", path: str = "/mail", **headers: str) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(HOST, door.server_port, timeout=5)
    connection.request(method, path, headers=headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply, text


@pytest.mark.parametrize("path", ["/mail", "/mail?again=1"])
def test_the_door_shows_the_newest_mails_first(door: Door, path: str) -> None:
    for number in range(60):
        took(number)
    reply, text = ask(door, path=path)
    assert reply.status == 200
    assert re.findall(r"<h2>No\. (\d+)</h2>", text) == [str(number) for number in range(59, 9, -1)]


def test_without_mails_the_page_says_so(door: Door) -> None:
    reply, text = ask(door)
    assert (reply.status, "No mail yet." in text) == (200, True)
    reply, text = ask(door, "HEAD")
    assert (reply.status, text) == (200, "")


def test_the_page_runs_and_loads_nothing(door: Door) -> None:
    took(1)
    reply, text = ask(door)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = reply.headers["Content-Security-Policy"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert re.search(r"<script|<img|<link|\bstyle=|\bon\w+=", text) is None


def test_a_mail_says_to_whom_and_when() -> None:
    assert "<p>To a@example.com, 2026-05-28 20:26:40 UTC</p>" in mailbox.page(
        [Mail("1", "a@example.com", "S", "T", 1_780_000_000)], URL
    )


def test_what_is_in_a_mail_is_text() -> None:
    nasty = "</pre><script>alert(1)</script>\"'&"
    text = mailbox.page([Mail("1", nasty, nasty, nasty, 0)], URL)
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;") == 3


@pytest.mark.parametrize(
    ("text", "links"),
    [
        pytest.param(f"Open {URL}/sign-in/aB-_9.", [f"{URL}/sign-in/aB-_9."], id="ours"),
        pytest.param(f"<{URL}/a?b=1&c=2>", [f"{URL}/a?b=1&amp;c=2"], id="with a query"),
        pytest.param(f"{URL}/a {URL}/b", [f"{URL}/a", f"{URL}/b"], id="two"),
        pytest.param("https://example.com/x", [], id="another host"),
        pytest.param(f"{URL}.example.com/x", [], id="a host that begins like ours"),
        pytest.param(f"{URL}@example.com/x", [], id="a user like ours"),
        pytest.param("javascript:alert(1)", [], id="no address"),
        pytest.param(f'{URL}/"onclick="x', [f"{URL}/"], id="a quote ends it"),
    ],
)
def test_only_addresses_of_ours_are_links(text: str, links: list[str]) -> None:
    page = mailbox.page([Mail("1", "a@example.com", "S", text, 0)], URL)
    assert re.findall(r'<a href="([^"]*)">', page) == ["/mail", *links]


@pytest.mark.parametrize(
    ("label", "method", "path"),
    [("a form", "POST", "/mail"), ("below it", "GET", "/mail/1"), ("beside it", "GET", "/mails")],
)
def test_nothing_else_is_the_page(door: Door, label: str, method: str, path: str) -> None:
    _, text = ask(door, method, path)
    assert json.loads(text) == {"path": f"/api{path}"}, label


def test_a_name_that_was_pointed_here_sees_no_mails(door: Door) -> None:
    took(1)
    assert "No. 1" in ask(door, Host=f"localhost:{door.server_port}")[1]
    for host in (f"evil.example:{door.server_port}", HOST, "localhost"):
        assert json.loads(ask(door, Host=host)[1]) == {"path": "/api/mail"}


@pytest.mark.parametrize(
    ("peer", "here"),
    [pytest.param("192.168.1.5", True, id="this machine"), pytest.param("192.168.1.9", False, id="a phone")],
)
def test_only_this_machine_sees_mails_where_others_are_let_in(peer: str, here: bool) -> None:
    visit = SimpleNamespace(
        command="GET",
        path="/mail",
        client_address=(peer, 50_000),
        connection=SimpleNamespace(getsockname=lambda: ("192.168.1.5", 8000)),
        headers={"Host": "192.168.1.5:8000"},
    )
    assert mailbox.is_asked(cast("BaseHTTPRequestHandler", visit), "http://192.168.1.5:8000") is here


def test_an_embedded_aws_that_fails_is_a_bad_gateway(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ses, "status", 500)
    assert ask(door)[0].status == 502


def test_each_mail_is_printed_once_as_it_comes(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = Inbox(door.upstream)
    show_mails(inbox)
    assert capsys.readouterr().out == ""
    took(2, BodyText="\x1b[31mred\nnext\n")
    took(1)
    show_mails(inbox)
    show_mails(inbox)
    printed = capsys.readouterr().out
    assert re.findall(r"^Subject: (.*)$", printed, re.M) == ["No. 1", "No. 2"]
    assert "To: ada@example.com\n" in printed
    assert "\n [31mred\nnext\n---" in printed


def test_mails_that_cannot_be_read_are_told_of(
    door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = Inbox(door.upstream)
    took(1)
    with monkeypatch.context() as patch:
        patch.setattr(Ses, "status", 500)
        show_mails(inbox)
    assert capsys.readouterr().out == "  mails cannot be read just now: the embedded SES answers 500\n"
    show_mails(inbox)
    assert "No. 1" in capsys.readouterr().out
