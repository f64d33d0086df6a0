"""The local stack over restarts, clean and not: same key, nothing counted lost, changes taken up."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra import aws
from infra.deploy import outputs
from infra.embedded.ministack import command_line, free_port
from infra.errors import StackError
from infra.local import STACK, LocalStack
from infra.package import ROOT, SOURCES

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, to change."""
    copy = tmp_path_factory.mktemp("root")
    for name in (*SOURCES, "infra"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state folder for the tests below: each goes on where the one before it stopped."""
    return tmp_path_factory.mktemp("state")


def ask(url: str, key: str = "") -> tuple[int, bytes]:
    parts = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as client:
        client.request("GET", parts.path, headers={"Authorization": f"Bearer {key}", "User-Agent": IPHONE})
        reply = client.getresponse()
        return reply.status, reply.read()


def scans(stack: LocalStack) -> int:
    """How many scans the demo link has, read over the API."""
    codes = json.loads(ask(f"{stack.url}/v1/dynamic", stack.api_key)[1])["codes"]
    (demo,) = (code for code in codes if code["short_url"] == stack.demo_link)
    report: dict[str, Any] = json.loads(ask(f"{stack.url}/v1/dynamic/{demo['id']}/scans", stack.api_key)[1])
    return int(report["scans"]["total"])


def test_a_restart_keeps_the_key_the_links_and_the_scans(folder: Path, root: Path) -> None:
    with LocalStack(folder, root=root) as first:
        assert ask(first.demo_link)[0] == 302
        assert scans(first) == 1
        key, organization = first.api_key, first.organization
    with LocalStack(folder, root=root) as again:
        assert (again.api_key, again.organization) == (key, organization)
        assert ask(again.demo_link)[0] == 302, "the door's port changed, and the demo link with it"
        assert scans(again) == 2


def test_the_stream_is_read_again_after_a_restart(folder: Path, root: Path) -> None:
    with LocalStack(folder, root=root) as stack:
        before = (folder / "engine.log").read_text().count("DynamoDB stream records")
        ask(stack.demo_link)
        for _ in range(600):
            if (folder / "engine.log").read_text().count("DynamoDB stream records") > before:
                break
            time.sleep(0.1)
        else:
            pytest.fail("the fold was not called")


def test_functions_log_into_the_engines_log(folder: Path) -> None:
    assert "quietzone-Redirect" in (folder / "engine.log").read_text()


def test_changed_code_settings_and_tables_are_taken_up_and_nothing_is_lost(folder: Path, root: Path) -> None:
    with (root / "chalicelib" / "redirect.py").open("a") as file:
        file.write("\ndef handler(event, context):\n    return {'statusCode': 299, 'headers': {}, 'body': ''}\n")
    edit(root, "functions.yaml", "MemorySize: 512", "MemorySize: 640")
    edit(root, "tables.yaml", "IndexName: by_day", "IndexName: by_week")
    with LocalStack(folder, root=root) as stack:
        assert ask(stack.demo_link)[0] == 299
        clients = aws.clients(stack.aws_endpoint)
        name = outputs(clients("cloudformation"), STACK)["ScansTable"]
        table = clients("dynamodb").describe_table(TableName=name)["Table"]
        assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by_week"]
        assert scans(stack) == 3
    shutil.copy(ROOT / "chalicelib/redirect.py", root / "chalicelib/redirect.py")
    undo(root)


def test_a_table_with_other_keys_is_refused_since_it_would_be_emptied(folder: Path, root: Path) -> None:
    edit(root, "tables.yaml", "{AttributeName: sk, KeyType: RANGE}", "{AttributeName: day, KeyType: RANGE}")
    with pytest.raises(StackError, match=r"ScansTable.* would be emptied.*FRESH=1"):
        LocalStack(folder, root=root).start()
    undo(root)


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Write something else into a file of the template."""
    path = root / "infra" / "template" / name
    path.write_text(path.read_text().replace(old, new))


def undo(root: Path) -> None:
    """Give a copy of the sources the template of the original."""
    shutil.copytree(ROOT / "infra" / "template", root / "infra" / "template", dirs_exist_ok=True)


@contextlib.contextmanager
def served(folder: Path, root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`make serve` as a process, ready to answer."""
    ready = folder / "serve.json"
    ready.unlink(missing_ok=True)
    environment = {**os.environ, "STATE_FOLDER": str(folder), "PORT": str(free_port())}
    with subprocess.Popen(
        [sys.executable, "-m", "infra.serve"], cwd=root, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(600):  # a minute, on a machine with much else to do
                if ready.exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            yield process
        finally:
            process.kill()


def test_ctrl_c_ends_it_well(folder: Path, root: Path) -> None:
    with served(folder, root) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_a_killed_run_leaves_an_orphan_that_the_next_start_ends_with_nothing_lost(folder: Path, root: Path) -> None:
    with served(folder, root) as process:
        running = json.loads((folder / "serve.json").read_text())
        orphan = int((folder / "engine.pid").read_text())
        assert ask(running["demo_link"])[0] == 302
        process.kill()
        process.wait()
    with LocalStack(folder, root=root) as stack:
        assert command_line(orphan) == ""
        assert stack.api_key == running["api_key"]
        assert scans(stack) == 4


def test_state_that_lost_a_part_is_refused(folder: Path, root: Path) -> None:
    (folder / "engine" / "dynamodb.json").unlink()
    with pytest.raises(StackError, match="broken"):
        LocalStack(folder, root=root).start()


def test_fresh_starts_over(folder: Path, root: Path) -> None:
    before = json.loads((folder / "record.json").read_text())["api_key"]
    with LocalStack(folder, fresh=True, root=root) as stack:
        assert stack.api_key != before
        assert scans(stack) == 0
