"""Starts and stops the embedded AWS, one process on one loopback port with its state in a folder."""

import contextlib
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from infra.errors import StackError

HOST = "127.0.0.1"
SCRIPT = Path(__file__).with_name("engine.py")
LOG_LIMIT = 10_000_000


class MiniStack:
    """One embedded AWS; `folder` holds its state, its log and its temporary files, `script` is what it runs."""

    def __init__(self, folder: Path, script: Path = SCRIPT) -> None:
        self._script = script
        self.state = folder / "engine"
        self.log = folder / "engine.log"
        self._folder = folder
        self._pid_file = folder / "engine.pid"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self, port: int) -> None:
        """Begin to start on `port`, or on a free one if it is 0; `wait` returns when it is ready.

        Functions and queues carry the port, so it must stay the same as long as the state lives.
        Raises StackError when something else holds it.
        """
        self.port = port or free_port()
        if not is_free(self.port):
            raise StackError(
                f"port {self.port}, where the embedded AWS keeps its state's address, is in use:"
                " free it, or start over with FRESH=1"
            )
        temporary = self._folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)  # of a run that was killed
        temporary.mkdir(exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("ab") as log, self._pid_file.open("w") as pid_file:
            # The engine inherits this lock: it is held as long as it lives, whatever becomes of this process.
            fcntl.flock(pid_file, fcntl.LOCK_EX)
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(self._script), str(self._folder)],
                cwd=self._folder,
                env=self._environment(temporary),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C in the terminal stops the door first, and this afterwards.
                start_new_session=True,
                pass_fds=[pid_file.fileno()],
            )
            pid_file.write(str(self._process.pid))

    def _environment(self, temporary: Path) -> dict[str, str]:
        """A clean one: nothing of the user's AWS settings or proxies reaches the functions."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(temporary),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": "us-east-1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state),
            "S3_DATA_DIR": str(self.state / "s3"),
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_STATE_TRANSITION_SECONDS": "0",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        }

    def wait(self, seconds: float = 30) -> None:
        """Return when it answers. Raises StackError, naming the log, when it does not within `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise StackError(f"the embedded AWS does not start: see {self.log}")
            with contextlib.suppress(OSError), _direct.open(f"{self.endpoint}/_ministack/health", timeout=5):
                return
            time.sleep(0.05)
        raise StackError(f"the embedded AWS does not answer after {seconds:.0f} s: see {self.log}")

    def has_state(self) -> bool:
        """Whether it ever saved its state in this folder."""
        return any(self.state.glob("*.json"))

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self, seconds: float = 120) -> None:
        """Ask it to save its state and end, and wait for that."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def end_orphan(self, seconds: float = 60) -> bool:
        """End the engine that a killed run left behind, if there is one; tell whether there was.

        Raises StackError when one does not end.
        """
        deadline = time.monotonic() + seconds
        found = False
        while self._is_held():
            if time.monotonic() > deadline + 5:
                raise StackError(f"an earlier run's embedded AWS does not end: see {self._pid_file} for its process")
            # SIGTERM saves the state; an engine that does not heed it in time has nothing to save.
            self._signal(signal.SIGKILL if time.monotonic() > deadline else signal.SIGTERM)
            found = True
            time.sleep(0.2)
        return found

    def _is_held(self) -> bool:
        """Whether an engine of this folder is alive."""
        with self._pid_file.open("a") as pid_file:
            try:
                fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the engine whose number is on file, and to no stranger who got the number after it."""
        with contextlib.suppress(OSError, ValueError):
            pid = int(self._pid_file.read_text())
            arguments = command_line(pid)
            if self._script.name in arguments and arguments.rstrip().endswith(f" {self._folder}"):
                os.kill(pid, number)


# Without the user's proxies: a loopback address has no business there.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def command_line(pid: int) -> str:
    """The command line of a process, empty when there is none (or only its zombie)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    done = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout


def free_port() -> int:
    """A port nobody listens on now, below those that systems give to outgoing connections: it is to be kept."""
    return next(port for port in random.sample(range(20_000, 32_000), 100) if is_free(port))


def is_free(port: int) -> bool:
    """Whether `port` can be listened on at loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
