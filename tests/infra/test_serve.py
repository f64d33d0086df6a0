"""`make serve` when it cannot: one clear line, exit code 1, no traceback."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import LocalStack
from infra.package import ROOT
from infra.record import Record, lock
from infra.serve import qr_code, welcome


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refusal(folder: Path, port: int | str) -> str:
    """The one line with which a start is refused."""
    environment = {**os.environ, "STATE_FOLDER": str(folder), "PORT": str(port)}
    done = subprocess.run(
        [sys.executable, "-m", "infra.serve"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("quietzone: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_port_in_use(folder: Path, taken: int) -> None:
    assert f"port {taken}: Address already in use; choose another, like PORT=9000" in refusal(folder, taken)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none(folder: Path, port: str) -> None:
    assert f"PORT={port} is not a port" in refusal(folder, port)


def test_a_second_start_beside_a_running_one(folder: Path, free: int) -> None:
    with lock(folder):
        assert "running already" in refusal(folder, free)


def test_a_broken_state_folder(folder: Path, free: int) -> None:
    folder.mkdir()
    (folder / "record.json").write_text("{")
    assert "record.json cannot be read): start over with FRESH=1" in refusal(folder, free)


def test_a_state_folder_that_is_a_file(folder: Path, free: int) -> None:
    folder.write_text("")
    assert "cannot be used" in refusal(folder, free)


def test_the_embedded_aws_port_in_use(folder: Path, free: int, taken: int) -> None:
    folder.mkdir()
    Record(engine_port=taken, deployed=True).write(folder)
    assert f"port {taken}, where the embedded AWS keeps" in refusal(folder, free)


def test_the_welcome_names_url_key_and_demo_link_and_draws_it(folder: Path) -> None:
    stack = LocalStack(folder)
    stack.url, stack.api_key, stack.demo_link = "http://127.0.0.1:8000", "qz_x", "http://127.0.0.1:8000/hello"
    text = welcome(stack, "http://127.0.0.1:8000/sign-in/t0ken", 1.25)
    assert "ready at http://127.0.0.1:8000 (after 1.2 s)" in text
    assert "curl -H 'Authorization: Bearer qz_x' http://127.0.0.1:8000/v1/me" in text
    assert "http://127.0.0.1:8000/hello" in text
    assert "http://127.0.0.1:8000/dashboard\n" in text
    assert "http://127.0.0.1:8000/sign-in/t0ken\n" in text
    assert "http://127.0.0.1:8000/mail" in text
    assert "\u2588" in text


def test_a_terminal_without_block_characters_gets_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, "w", encoding="ascii") as ascii_only:  # noqa: PTH123 - a device, not a path of ours
        monkeypatch.setattr(sys, "stdout", ascii_only)
        assert qr_code("http://127.0.0.1:8000/hello") == ""
