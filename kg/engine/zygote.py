"""The process that forks query workers: ``python -m kg.engine.zygote STORE SOCKET MEMORY_BYTES``. :mod:`kg.engine.starting` starts it.

It imports what a worker needs, opens the store, and then waits. For each request on SOCKET, which brings the descriptors of a
worker, it forks one that goes on in :mod:`kg.engine.worker`; nothing is imported or opened again, and memory that nobody
writes to is shared. As the parent it also learns how each of them ends, and says so. When SOCKET closes, which it does when
the serving process ends in any way, it kills those that are left and ends. If it is killed itself, the kernel ends them
(prctl(2), PR_SET_PDEATHSIG): one that stands still would not see that its lifeline has closed.

Only the thread that forks goes on in the new process. RocksDB has some that wait for work that a store opened for reading
never gives them; a lock that one of them held would stay locked for ever. So nothing is forked before they have come to rest,
nor when one of them has moved since. Nothing of the store is torn down in a worker, which ends by ``_exit``.
"""

import contextlib
import ctypes
import errno
import gc
import os
import select
import signal
import socket
import struct
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Final, NoReturn

import pyoxigraph as ox

from kg.engine import worker

REQUEST: Final = b"F"
"""Fork a worker. With the descriptors of its socket, its lifeline and its standard error."""
STARTED: Final = b"S"
"""Process id of the new worker, and 0. With a descriptor of the process (pidfd_open(2)), as its id may soon be another's."""
FAILED: Final = b"X"
"""Error number, and 0: no worker could be forked."""
ENDED: Final = b"E"
"""Process id of a worker, and its exit status; negative for a signal."""
MESSAGE: Final = struct.Struct("!cii")

DESCRIPTORS: Final = 3
_LIBC: Final = ctypes.CDLL(None)
_PR_SET_PDEATHSIG: Final = 1
_TASKS: Final = Path("/proc/self/task")
_REST_S: Final = 0.01
_RESTLESS_S: Final = 10.0
_NAME: Final = b"kg-query"


class RestlessError(Exception):
    """A thread of the store never comes to rest."""


class Threads:
    """The threads of this process but the one that asks."""

    def __init__(self) -> None:
        self._resting: dict[str, tuple[str, ...]] = {}

    def await_rest(self) -> None:
        """Wait until none of them has run for a while; return at once if none has since the last time.

        :raises RestlessError: if there is always one that runs
        """
        now = self._seen()
        if now == self._resting and _asleep(now):
            return
        deadline = time.monotonic() + _RESTLESS_S
        while time.monotonic() < deadline:
            before = now
            time.sleep(_REST_S)
            now = self._seen()
            if now == before and _asleep(now):
                self._resting = now
                return
        raise RestlessError("a thread of the store does not come to rest, so no worker can be forked")

    def _seen(self) -> dict[str, tuple[str, ...]]:
        """State of each thread, and how often it went to sleep and was put to sleep (proc(5))."""
        own = str(os.getpid())  # the main thread, which is this one
        seen = {}
        for name in os.listdir(_TASKS):  # noqa: PTH208 - a name is all that is needed, for each fork
            if name != own:
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    lines = (_TASKS / name / "status").read_text(encoding="utf-8").splitlines()
                    seen[name] = tuple(
                        line.split()[1] for line in lines if line.startswith(("State:", "voluntary", "nonvoluntary"))
                    )
        return seen


def _asleep(seen: dict[str, tuple[str, ...]]) -> bool:
    return all(state == "S" for state, *_ in seen.values())


class Zygote:
    """Forks workers and tells how they end."""

    def __init__(self, store: ox.Store, control: socket.socket, memory_bytes: int) -> None:
        self._pid = os.getpid()
        self._store = store
        self._control = control
        self._memory_bytes = memory_bytes
        self._threads = Threads()
        self._children: dict[int, int] = {}
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def run(self) -> None:
        """Serve until the socket closes."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor in self._children:
                    self._reap(descriptor)
                elif not self._answer():
                    for pid in self._children.values():
                        os.kill(pid, signal.SIGKILL)
                    return

    def _answer(self) -> bool:
        """Take a request and fork; false when the socket has closed."""
        try:
            data, descriptors, *_ = socket.recv_fds(self._control, 1, DESCRIPTORS)
        except ConnectionError:
            return False
        if not data:
            return False
        try:
            pid = self._fork(descriptors)
        except OSError as error:
            self._tell(FAILED, error.errno or errno.EAGAIN, 0)
        else:
            process = os.pidfd_open(pid)
            self._children[process] = pid
            self._poll.register(process, select.POLLIN)  # which it is when the process has ended
            self._tell(STARTED, pid, 0, process)
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _fork(self, descriptors: list[int]) -> int:
        if len(descriptors) < DESCRIPTORS:
            raise OSError(errno.EMFILE, "descriptors were lost")
        self._threads.await_rest()
        pid = os.fork()
        if not pid:
            self._become_worker(*descriptors)
        return pid

    def _become_worker(self, sock: int, lifeline: int, stderr: int) -> NoReturn:
        """Go on as a worker, of which nothing returns here."""
        try:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != self._pid:  # too late, it has ended
                os._exit(worker.BROKEN)
            os.setpgid(0, 0)
            os.dup2(stderr, 2)
            for descriptor in (stderr, self._control.detach(), *self._children):
                os.close(descriptor)
            with contextlib.suppress(OSError):  # so that ps and top tell it from this process
                Path("/proc/self/comm").write_bytes(_NAME)
            worker.serve(self._store, sock, lifeline, self._memory_bytes)
        except BaseException:  # noqa: BLE001 - the stack below is that of another process
            traceback.print_exc()
        finally:
            os._exit(worker.BROKEN)

    def _reap(self, process: int) -> None:
        """Tell of a worker that ended."""
        self._poll.unregister(process)
        os.close(process)
        pid, status = os.waitpid(self._children.pop(process), 0)
        self._tell(ENDED, pid, os.waitstatus_to_exitcode(status))

    def _tell(self, kind: bytes, number: int, status: int, *descriptors: int) -> None:
        with contextlib.suppress(ConnectionError):  # the serving process has ended, which the next turn finds
            socket.send_fds(self._control, [MESSAGE.pack(kind, number, status)], descriptors)


def main(store_path: str, descriptor: str, memory_bytes: str) -> None:
    """Open the store and fork workers until the parent is gone."""
    control = socket.socket(fileno=int(descriptor))
    control.settimeout(None)
    store = worker.opened(Path(store_path))
    gc.collect()
    gc.freeze()  # else each worker would copy what its first collection marks
    # Python 3.12 and later warn of a fork beside other threads, of which the module's text speaks
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork")
    Zygote(store, control, int(memory_bytes)).run()
    os._exit(0)  # as in a worker: nothing is to be torn down, and nobody waits for it


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    main(*sys.argv[1:])
