"""`make archive RELEASE=0.9.0 COMMIT=98e32db`: what a release is deployed from, for the test of the next one's upgrade.

Without the pages' fonts, scripts and pictures: they are half of it, and no data.
"""

import lzma
import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(__file__).resolve().parent
WHAT = ("app.py", "chalicelib", ".chalice", "infra", "requirements.txt", ":(exclude)chalicelib/pages/static")
ENDING = ".tar.xz"


def main() -> int:
    """Write the archive of a commit in the place of the one there was; return the exit code."""
    release, commit = os.environ["RELEASE"], os.environ.get("COMMIT") or "HEAD"
    done = subprocess.run(["git", "archive", "--format=tar", commit, *WHAT], cwd=ROOT, capture_output=True, check=False)
    if done.returncode or not release:
        print(f"quietzone: {done.stderr.decode().strip() or 'RELEASE is missing'}", file=sys.stderr)
        return 1
    packed = lzma.compress(done.stdout, preset=9 | lzma.PRESET_EXTREME)
    for old in FOLDER.glob(f"*{ENDING}"):
        old.unlink()
    (FOLDER / f"{release}{ENDING}").write_bytes(packed)
    return 0


def release() -> str:
    """The release that is kept."""
    (path,) = FOLDER.glob(f"*{ENDING}")
    return path.name.removesuffix(ENDING)


def unpack(into: Path) -> Path:
    """Put the sources of the kept release into a folder."""
    raw = (FOLDER / f"{release()}{ENDING}").read_bytes()
    with tarfile.open(fileobj=BytesIO(lzma.decompress(raw))) as archive:
        archive.extractall(into, filter="data")
    return into


if __name__ == "__main__":
    sys.exit(main())
