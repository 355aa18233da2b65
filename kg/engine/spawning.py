"""Processes with an interpreter of their own: how they are started, with which environment, and what is left of them.

In come a module of ours and its arguments; out goes a process. :mod:`kg.engine.starting` uses it for query workers.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Final, Protocol

_PACKAGE_PARENT: Final = Path(__file__).resolve().parents[2]
_STDERR_BYTES: Final = 8192


class Process(Protocol):
    """A worker process as its user sees it."""

    @property
    def pid(self) -> int:
        """Process id."""

    def signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""

    async def wait(self) -> int:
        """Wait for the end: exit status, negative for a signal."""


class Spawned:
    """A process that :func:`spawn` started. Implements :class:`Process`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._end: asyncio.Future[int] | None = None

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        self._process.send_signal(number)

    async def wait(self) -> int:
        """Wait for the end."""
        if self._end is None:
            self._end = asyncio.ensure_future(asyncio.to_thread(self._process.wait))
        return await asyncio.shield(self._end)


async def spawn(module: str, arguments: list[str], descriptors: tuple[int, ...], stderr: int) -> Spawned:
    """Start a module.

    :param descriptors: what it has beside standard input and output, which are empty, and standard error
    :raises OSError: if the system has no process, descriptor or memory for it
    """
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-P", "-m", module, *arguments],  # -P: a json.py in the working directory is not ours
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        pass_fds=descriptors,
        env=_environment(),
        # An interrupt at the terminal is the parent's to handle. Not a session of its own: Linux gives each
        # session the same share of the processor (sched(7), autogroup), where priorities do not count.
        process_group=0,
    )
    return Spawned(process)


def scratch() -> IO[bytes]:
    """A file for messages, in memory where the system can: a server may have nowhere to write."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("policy-kg-worker"), "r+b", buffering=0)
    return tempfile.TemporaryFile(prefix="policy-kg-worker-")


def last_words(stderr: IO[bytes]) -> str:
    """The end of what a process wrote to such a file, which is closed."""
    with stderr as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _STDERR_BYTES))
        return file.read().decode(errors="replace")


def _environment() -> dict[str, str]:
    """Environment of a worker: where this package is, and nothing else of the parent's but its paths.

    The C library reads what is meant for malloc when an interpreter starts; what is forked from it has the same.
    One malloc arena: each further thread would reserve 64 MiB of the address space that the query may have.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    paths = [str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")]
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",
        # what a query frees is kept for the next one: giving it back to the kernel each time costs a tenth of a small query
        "MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024),
        "MALLOC_TOP_PAD_": str(1024 * 1024),
        "GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000",
    }
