"""What a worker process takes from itself before the first query: memory, new descriptors, core dumps, endless time.

:mod:`kg.engine.worker` and :mod:`kg.engine.translator` call these in order. They are limits of the kernel (setrlimit(2), setitimer(2)), which hold
whatever Oxigraph or Python does.
"""

import os
import resource
import signal
from pathlib import Path
from typing import Final

STACK_BYTES: Final = 256 * 1024 * 1024
"""Stack of the thread that runs queries: 2,048 subselects or 8,192 parentheses overflow the usual 8 MiB."""

_PAGE: Final = resource.getpagesize()
_STDERR_BYTES: Final = 1024 * 1024
_ALARM_GRACE_S: Final = 2.0


class Memory:
    """Address space and resident memory of this process.

    The file is opened ahead, as no file can be opened once descriptors are forbidden.
    """

    def __init__(self) -> None:
        self._statm = os.open("/proc/self/statm", os.O_RDONLY) if Path("/proc/self/statm").exists() else -1

    def sizes(self) -> tuple[int, int]:
        """Address space and resident set, in bytes; zeros where there is no ``/proc``."""
        if self._statm < 0:
            return 0, 0
        total, resident, *_ = os.pread(self._statm, 256, 0).split()
        return int(total) * _PAGE, int(resident) * _PAGE


def limit_memory(memory: Memory, query_bytes: int) -> None:
    """Let the process grow by ``query_bytes`` beyond what it has now and the stack of one thread.

    Without ``/proc`` the address space in use is unknown, and 1 GiB is taken for it.
    """
    in_use = memory.sizes()[0] or 1024**3
    limit = in_use + STACK_BYTES + query_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def forbid_descriptors() -> None:
    """Let no further file or socket be opened, by any thread, for ever.

    The limit is on the number of a new descriptor, and descriptor 0 is taken; those that are open stay usable. It is
    1 and not 0 since poll(2) fails where it is asked for more descriptors than the limit.
    """
    os.fstat(0)  # were descriptor 0 free, the next socket would get it
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))


def forbid_traces() -> None:
    """No core dump, and no more than 1 MiB of messages: a query cannot fill the disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_STDERR_BYTES, _STDERR_BYTES))


def arm(seconds: float) -> None:
    """End this process by SIGALRM if it is not disarmed in time.

    The pool kills it earlier; this holds where the pool itself was killed or stopped.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds + _ALARM_GRACE_S)


def disarm() -> None:
    """Undo :func:`arm`."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def own_signals() -> None:
    """Take SIGALRM as the end, and leave an interrupt of the terminal to the parent, which closes the socket."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
