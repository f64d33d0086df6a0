"""The state folder: what it tells the next start, and when it is refused."""

import json
from pathlib import Path

import pytest

from infra.errors import StackError
from infra.record import Record, lock, wipe, write_private


def stored(folder: Path, **fields: object) -> Record:
    """The record that a start which came to its end left, with an embedded AWS's state beside it."""
    (folder / "engine").mkdir(parents=True)
    (folder / "engine" / "dynamodb.json").write_text("{}")
    record = Record(engine_port=4566, deployed=True, api_key="qz_x")
    for name, value in fields.items():
        setattr(record, name, value)
    record.write(folder)
    return record


def test_a_new_folder_has_a_new_record_with_a_secret_of_its_own(folder: Path) -> None:
    folder.mkdir()
    first, second = Record.prepare(folder, fresh=False), Record.prepare(folder, fresh=False)
    assert (first.deployed, first.api_key, first.engine_port) == (False, "", 0)
    assert len(first.origin_secret) >= 32
    assert first.origin_secret != second.origin_secret


def test_the_next_start_goes_on_from_the_last(folder: Path) -> None:
    record = stored(folder)
    assert Record.prepare(folder, fresh=False) == record
    assert (folder / "engine" / "dynamodb.json").exists()


def test_fresh_starts_over_and_leaves_what_is_not_ours(folder: Path) -> None:
    record = stored(folder)
    (folder / "notes.txt").write_text("mine")
    assert Record.prepare(folder, fresh=True).origin_secret != record.origin_secret
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_first_start_that_was_interrupted_is_forgotten(folder: Path) -> None:
    stored(folder, deployed=False)
    Record.prepare(folder, fresh=False)
    assert not (folder / "engine").exists()


@pytest.mark.parametrize("name", ["record.json", "engine/dynamodb.json"])
@pytest.mark.parametrize("content", [b"", b'{"cut', b"\xff\xfe", b'{"unknown": 1}', None])
def test_a_broken_file_is_refused_by_name_and_nothing_is_lost(folder: Path, name: str, content: bytes | None) -> None:
    stored(folder)
    path = folder / name
    if content is None:
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(content)
    if (name, content) == ("engine/dynamodb.json", b'{"unknown": 1}'):
        Record.prepare(folder, fresh=False)  # is JSON; what it means is the embedded AWS's business
        return
    with pytest.raises(StackError, match=f"{name} cannot be read.*FRESH=1"):
        Record.prepare(folder, fresh=False)
    assert (folder / "engine").exists()


def test_state_without_its_record_is_refused(folder: Path) -> None:
    stored(folder)
    (folder / "record.json").unlink()
    with pytest.raises(StackError, match=r"record\.json"):
        Record.prepare(folder, fresh=False)


def test_a_folder_is_held_by_one_at_a_time(folder: Path) -> None:
    held = lock(folder)
    with pytest.raises(StackError, match="running already"):
        lock(folder)
    held.close()
    lock(folder).close()


def test_a_file_where_the_folder_should_be_is_refused(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(StackError, match="cannot be used"):
        lock(folder)


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "serve.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, {"api_key": "qz_x"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {"api_key": "qz_x"}


def test_wiping_follows_no_link_out_of_the_folder(folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("")
    folder.mkdir()
    (folder / "engine").symlink_to(precious)
    wipe(folder)
    assert (precious / "file").exists()
    assert list(folder.iterdir()) == []
