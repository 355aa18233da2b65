"""Processes that are begun before it is known what they are to do, so that they have what they need when they are told.

In: a function and orders, pickled. Out: what it did, or its error. Next: :mod:`kg.scale.databases`, :mod:`kg.scale.tables`. They are new
processes and no copies of this one: a copy of a process that had a store open waits for threads that were not copied.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from kg.errors import ReleaseError

Main = Callable[[str, IO[bytes], Callable[[str], object]], int]
"""What a process runs: what it is to make, where it is told more, and what says what went wrong; it returns the exit status."""

_PROGRAM: Final = "import sys; from {} import {} as main; sys.exit(main(sys.argv[1], sys.stdin.buffer, sys.stderr.write))"


class Process:
    """One process."""

    def __init__(self, main: Main, what: str) -> None:
        """Begin it.

        :param main: a function of a module
        """
        self._what = what
        program = _PROGRAM.format(main.__module__, main.__name__)
        self._process = subprocess.Popen([sys.executable, "-c", program, what], stdin=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - our own module

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
