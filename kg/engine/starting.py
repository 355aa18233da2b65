"""How a worker comes to be: forked by a process that has the store open or, where that cannot be, with an interpreter of its own.

In comes a release; out go processes on its store, for :mod:`kg.engine.process`. Forking takes a small part of the time
of a new interpreter that opens the store. It needs what Linux has: pidfd_open(2) and ``/proc``.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kg.engine.forking import Zygote, ZygoteGoneError
from kg.engine.spawning import Process, spawn
from kg.store import Release

_log = logging.getLogger(__name__)


class Starter:
    """Starts workers on the store of one release. All methods belong to one event loop."""

    def __init__(self, release: Release, memory_bytes: int) -> None:
        self.release = release
        self._memory_bytes = memory_bytes
        self._zygote: Zygote | None = None
        self._opening: asyncio.Task[Zygote] | None = None
        self._under_way = 0
        self._retired = False

    @property
    def ended(self) -> bool:
        """Whether no zygote is left, nor wanted."""
        return self._retired and (self._zygote is None or not self._zygote.alive)

    async def start(self, descriptors: Sequence[int]) -> Process:
        """Start a worker with these descriptors: socket, lifeline and standard error.

        :raises ZygoteGoneError: if the store cannot be opened
        :raises OSError: if the system has no process, descriptor or memory for it
        """
        if not can_fork():
            sock, lifeline, stderr = descriptors
            arguments = [str(self.release.store), str(sock), str(lifeline), str(self._memory_bytes)]
            return await spawn("kg.engine.worker", arguments, (sock, lifeline), stderr)
        self._under_way += 1
        try:
            while True:
                parent = await self._open()
                try:
                    return await parent.fork(descriptors)
                except ZygoteGoneError:
                    if not parent.proven or self._retired:
                        raise
                    # it could fork, so somebody killed it: another one forks this worker
        finally:
            self._under_way -= 1
            self._changed()

    def retire(self) -> None:
        """End the zygote as soon as none of its workers is left. No further worker will be asked for."""
        self._retired = True
        self._changed()

    async def close(self) -> None:
        """End the zygote, and whatever it forked."""
        self._retired = True
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if self._zygote is not None:
            await self._zygote.close()

    async def _open(self) -> Zygote:
        """The zygote; another one if it has ended."""
        if self._zygote is not None and self._zygote.alive:
            return self._zygote
        return await asyncio.shield(self._opened())

    def _opened(self) -> asyncio.Task[Zygote]:
        """The task that starts a zygote."""
        if self._opening is None or self._opening.done():
            self._opening = asyncio.ensure_future(self._start())
            self._opening.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody may be waiting
        return self._opening

    async def _start(self) -> Zygote:
        if self._zygote is not None and self._zygote.proven:
            _log.warning("the process that forks query workers was killed, and is started again")
        self._zygote = await Zygote.start(self.release, self._memory_bytes)
        self._zygote.on_change = self._changed
        return self._zygote

    def _changed(self) -> None:
        """End a zygote that is needed no more, and start one in the place of one that was killed."""
        zygote = self._zygote
        if zygote is None:
            return
        if self._retired:
            if not self._under_way and not zygote.has_children:
                zygote.part()
        elif not zygote.alive and zygote.proven:
            self._opened()


@cache
def can_fork() -> bool:
    """Whether workers are forked on this system."""
    if sys.platform != "linux" or not Path("/proc/self/task").is_dir():
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # Linux before 5.3, or a container that forbids it
        return False
    return True
