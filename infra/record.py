"""What one start of the local stack leaves for the next, in the state folder, and the lock on that folder."""

import dataclasses
import fcntl
import json
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from infra.errors import StackError

# All that a state folder holds; nothing else is ever removed from it.
ENTRIES = (
    "engine",
    "tmp",
    "build",
    "engine.log",
    "engine.log.old",
    "engine.pid",
    "calls.jsonl",
    "record.json",
    "serve.json",
)


@dataclass
class Record:
    """The embedded AWS's port, the secrets, and what was seeded; `deployed` once the stack was complete."""

    engine_port: int = 0
    origin_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    deployed: bool = False
    api_key: str = ""
    organization: str = ""
    demo_link: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Record":
        """The record in a state folder, a new one in an empty folder. Raises StackError when it is broken."""
        try:
            return cls(**json.loads((folder / "record.json").read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            if isinstance(error, FileNotFoundError) and not (folder / "engine").exists():
                return cls()
            raise StackError(broken(folder, "record.json")) from error

    @classmethod
    def prepare(cls, folder: Path, fresh: bool) -> "Record":
        """The record to start with, and the state folder made ready for it; `fresh` starts over.

        Raises StackError when the folder holds state that cannot be used.
        """
        try:
            record = cls() if fresh else cls.read(folder)
            if not record.deployed:
                wipe(folder)  # of what was there, or of a first start that did not come to its end
        except OSError as error:
            raise StackError(f"the state folder {folder} cannot be used: {error}") from error
        if name := unreadable(folder):
            raise StackError(broken(folder, name))
        return record

    def write(self, folder: Path) -> None:
        write_private(folder / "record.json", dataclasses.asdict(self))


def broken(folder: Path, name: str) -> str:
    """What to say of a state folder with a file that cannot be used."""
    return f"the state folder {folder} is broken ({name} cannot be read): start over with FRESH=1"


def unreadable(folder: Path) -> str:
    """The first unreadable file of the embedded AWS, or an empty string: it would start without it."""
    for path in sorted((folder / "engine").glob("*.json")):
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError):
            return f"{path.parent.name}/{path.name}"
    return ""


def write_private(path: Path, content: dict[str, object]) -> None:
    """Write JSON that only this user may read, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    draft.replace(path)


def wipe(folder: Path) -> None:
    """Remove all state from the folder, and nothing that is not ours."""
    for name in ENTRIES:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def lock(folder: Path) -> IO[str]:
    """Make the folder and hold it until the returned file is closed, or this process ends in whatever way.

    Raises StackError when it cannot be made or written, or another process holds it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise StackError(f"the state folder {folder} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StackError(f"Quietzone is running already with the state folder {folder}") from error
    return file
