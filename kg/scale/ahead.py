"""Processes that are begun before it is known what they are to do, so that they have what they need when they are told.

In: a function and orders, pickled. Out: what it did, or its error. Next: :mod:`kg.scale.databases`, :mod:`kg.scale.tables`. They are copies of
this process, which have what it imported, if it has one thread. Else they are new ones: a copy of a process that had a store open waits for
threads that were not copied.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from kg.beside import has_one_thread
from kg.errors import ReleaseError

Main = Callable[[str, IO[bytes], Callable[[str], object]], int]
"""What a process runs: what it is to make, where it is told more, and what says what went wrong; it returns the exit status."""

_PROGRAM: Final = "import sys; from {} import {} as main; sys.exit(main(sys.argv[1], sys.stdin.buffer, sys.stderr.write))"


_FIRST: Final = 3
"""The first number of a file that is not one of the three that every process has."""


def _new(main: Main, what: str) -> subprocess.Popen[bytes]:
    """A new process."""
    program = _PROGRAM.format(main.__module__, main.__name__)
    return subprocess.Popen([sys.executable, "-c", program, what], stdin=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - our own module


class _Copy:
    """A copy of this process, with what :class:`Process` asks of a :class:`subprocess.Popen`."""

    def __init__(self, main: Main, what: str) -> None:
        given, stdin = os.pipe()
        stderr, said = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _run_copy(main, what, given, said)
        os.close(given)
        os.close(said)
        self.stdin: IO[bytes] | None = os.fdopen(stdin, "wb")
        self.stderr: IO[bytes] | None = os.fdopen(stderr, "rb")
        self.returncode: int | None = None

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait until it ends, and give what it said; it has no other output."""
        if self.stdin is not None:
            with suppress(BrokenPipeError):
                self.stdin.close()
        assert self.stderr is not None
        said = self.stderr.read()
        self.wait()
        return b"", said

    def poll(self) -> int | None:
        """Its status, if it ended."""
        if self.returncode is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self) -> int:
        """Its status, when it ended."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        if self.returncode is None:
            os.kill(self._pid, signal.SIGKILL)


def _run_copy(main: Main, what: str, given: int, said: int) -> None:  # pragma: no cover - measured in no copy
    """Be a copy: with no file open but what it is given and where it says what is wrong, and without going back to what this process was at."""
    status = 1
    try:
        gc.freeze()  # else collecting would copy the pages that it shares
        os.dup2(given, 0)
        os.dup2(said, 2)
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers; there may be no highest one
            if int(name) >= _FIRST:
                with suppress(OSError):  # that of the list itself is gone
                    os.close(int(name))
        with os.fdopen(0, "rb", closefd=False) as orders:
            status = main(what, orders, lambda text: os.write(2, text.encode()))
    except BaseException:  # noqa: BLE001 - the process that leads says it
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


class Process:
    """One process."""

    def __init__(self, main: Main, what: str) -> None:
        """Begin it.

        :param main: a function of a module
        """
        self._what = what
        self._process: _Copy | subprocess.Popen[bytes] = _Copy(main, what) if has_one_thread() else _new(main, what)

    def order(self, order: object) -> None:
        """Say what it is to do."""
        self.tell(pickle.dumps(order))

    def tell(self, data: bytes) -> None:
        """Say more; what is wrong with a process that takes nothing is said by :meth:`wait`."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(data)
            self._process.stdin.flush()

    def close(self) -> None:
        """Say that this was all."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.stdin = None

    def wait(self) -> None:
        """Wait until it is done.

        :raises ReleaseError: if it failed
        """
        _, said = self._process.communicate()
        if self._process.returncode:
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            raise ReleaseError(last or f"the process that made {self._what} ended with status {self._process.returncode}")

    def end(self) -> None:
        """Stop it, if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self.close()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._process.wait()


@contextmanager
def ended(*processes: Process) -> Iterator[None]:
    """Stop processes at the end of the body."""
    try:
        yield
    finally:
        for process in processes:
            process.end()
