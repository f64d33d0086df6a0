"""Makes the virtual environment and installs what the project needs, when that has changed.

Runs with the system's Python, which may be too old for the rest of the project: it imports nothing of ours,
and its syntax is Python 3.6's.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")


def main() -> int:
    """Return the exit code; every failure is one line."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one is told
        found = ".".join(str(number) for number in sys.version_info[:3])
        return refuse(f"Python 3.11 or newer is needed, this is {found}; try PYTHON=python3.12")
    wanted = digest()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    if not is_usable() and not make_environment():
        return refuse("python3 cannot make .venv: install its venv module (Debian, Ubuntu: apt install python3-venv)")
    failure = install()
    if failure:
        return refuse("the packages cannot be installed: " + failure)
    STAMP.write_text(wanted)
    return 0


def digest() -> str:
    """What the environment is made of."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in REQUIREMENTS)).hexdigest()


def is_usable() -> bool:
    """Whether there is an environment, of a Python that still exists and is new enough."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and subprocess.run([str(PYTHON), "-c", check], stderr=subprocess.DEVNULL).returncode == 0


def make_environment() -> bool:
    say("making the virtual environment .venv")
    shutil.rmtree(str(VENV), ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL)
    return done.returncode == 0


def install() -> str:
    """Run pip and show what it is at; return its error, or an empty string."""
    say("installing the packages (a minute or so, once)")
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
    command += ["-r", str(ROOT / "requirements-dev.txt")]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    error = "pip failed"
    for line in pip.stdout or ():
        words = line.split()
        if words and words[0] in ("Collecting", "Downloading", "Installing"):
            progress(" ".join(words[:2]))
        if line.startswith("ERROR"):
            error = line.strip()
    progress("")
    return error if pip.wait() else ""


def progress(text: str) -> None:
    """One line of a terminal, written over and over; nothing in a log."""
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K" + ("    " + text[:70] if text else ""))
        sys.stdout.flush()


def say(text: str) -> None:
    print(f"  {text} ...")
    sys.stdout.flush()


def refuse(reason: str) -> int:
    sys.stderr.write(f"quietzone: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
