"""One worker process as its parent sees it: start, ask, kill, and read from its remains why it ended."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from kg.engine import frames

_PACKAGE_PARENT: Final = Path(__file__).resolve().parents[2]
_OUT_OF_MEMORY_STATUS: Final = 4
_MEMORY_SIGNS: Final = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate memory")
_STACK_SIGN: Final = "has overflowed its stack"
_STDERR_BYTES: Final = 8192


@dataclass(frozen=True)
class Death:
    """How a worker ended.

    :ivar status: exit status; negative for a signal
    :ivar stderr: end of what it wrote there
    """

    status: int
    stderr: str

    @property
    def timed_out(self) -> bool:
        """Whether its own alarm ended it."""
        return self.status == -signal.SIGALRM

    @property
    def out_of_stack(self) -> bool:
        """Whether it ran out of stack: Rust says so, and a plain overflow is a segmentation fault."""
        return _STACK_SIGN in self.stderr or self.status == -signal.SIGSEGV

    @property
    def out_of_memory(self) -> bool:
        """Whether it ran out of memory: Rust aborts, Python raises, and the kernel kills."""
        return (
            self.status in {_OUT_OF_MEMORY_STATUS, -signal.SIGKILL}
            or any(sign in self.stderr for sign in _MEMORY_SIGNS)
            or (self.status == -signal.SIGABRT and _STACK_SIGN not in self.stderr)
        )


class Worker:
    """A process that runs ``kg.engine.worker``. One thread at a time asks; any thread may kill."""

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket, stderr: IO[bytes]) -> None:
        self._process = process
        self._sock = sock
        self._stderr = stderr
        self._lock = threading.Lock()
        self._ready = False
        self._death: Death | None = None
        self.outdated = False

    @classmethod
    def start(cls, store: Path, memory_bytes: int) -> "Worker":
        """Start a worker on the store in directory ``store``; :meth:`wait_ready` waits until it has opened it."""
        ours, theirs = socket.socketpair()
        stderr = tempfile.TemporaryFile(prefix="policy-kg-worker-")  # noqa: SIM115 - closed by kill
        with theirs:
            number = theirs.fileno()
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                # -P: a json.py in the working directory is not ours
                [sys.executable, "-P", "-m", "kg.engine.worker", str(store), str(number), str(memory_bytes)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=(number,),
                env=_environment(),
                start_new_session=True,  # an interrupt at the terminal is the parent's to handle
            )
        return cls(process, ours, stderr)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def wait_ready(self, deadline: float) -> None:
        """Wait until the store is open.

        :raises TimeoutError: if the deadline passes first
        :raises PeerGoneError: if the worker ended instead
        """
        if not self._ready:
            frames.receive(self._sock, deadline)
            self._ready = True

    def request(self, request: dict[str, Any], deadline: float) -> None:
        """Send a request."""
        self._sock.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            frames.send_json(self._sock, frames.REQUEST, request)
        except ConnectionError as error:
            raise frames.PeerGoneError from error

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """Receive one frame; see :func:`kg.engine.frames.receive`."""
        return frames.receive(self._sock, deadline)

    def kill(self) -> Death:
        """End the process if it runs, wait for it, and say how it ended. May be called again."""
        with self._lock:
            if self._death is None:
                self._death = self._end()
            return self._death

    def _end(self) -> Death:
        # one that closed the socket is ending by itself: how it does says why
        try:
            self._sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
            ending = self._sock.recv(1, socket.MSG_PEEK) == b""
        except OSError as error:
            ending = isinstance(error, ConnectionError)
        try:
            self._process.wait(1.0 if ending else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._sock.close()
        with self._stderr as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _STDERR_BYTES))
            text = file.read().decode(errors="replace")
        return Death(self._process.returncode, text)


def _environment() -> dict[str, str]:
    """Environment of a worker: where this package is, and nothing else of the parent's but its paths.

    One malloc arena: each further thread would reserve 64 MiB of the address space that the query may have.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    paths = [str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")]
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",
    }
