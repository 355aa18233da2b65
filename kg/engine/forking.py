"""The process that forks workers, as the serving process sees it. The process itself is :mod:`kg.engine.zygote`.

In come the descriptors of a worker; out goes a :class:`Forked`, which is stopped by its own descriptor and of whose end the
zygote tells. If the zygote ends before its time, so do its workers.
"""

import asyncio
import contextlib
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO, Final, Self

from kg.engine import zygote
from kg.engine.spawning import Spawned, last_words, scratch, spawn
from kg.store import Release

_ANSWER_S: Final = 60.0
"""The first answer comes after the store was opened."""


class ZygoteGoneError(Exception):
    """The process that was to fork has ended; the message is what it wrote."""


class Forked:
    """A process that a zygote forked. Implements :class:`kg.engine.spawning.Process`.

    It is known by a descriptor (pidfd_open(2)): the zygote reaps it, and its id may be given to another process after that.
    """

    def __init__(self, pid: int, descriptor: int) -> None:
        self._pid = pid
        self._descriptor = descriptor
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._pid

    def signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if not self._end.done():
            with contextlib.suppress(ProcessLookupError):  # it has, which the zygote is about to tell
                signal.pidfd_send_signal(self._descriptor, number)

    async def wait(self) -> int:
        """Wait for the end."""
        return await asyncio.shield(self._end)

    def ended(self, status: int) -> None:
        """Note the end."""
        self._end.set_result(status)
        os.close(self._descriptor)

    def orphaned(self) -> None:
        """Watch for the end without the zygote. The status is lost with it: it passes for that of a process that was killed."""
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.remove_reader(self._descriptor)
            self.ended(-signal.SIGKILL)

        loop.add_reader(self._descriptor, gone)


class Zygote:
    """A process that forks workers. All methods belong to one event loop.

    :ivar alive: whether it can be asked
    :ivar proven: whether it has forked a worker
    :ivar on_change: called when a worker has ended, and when the zygote has
    """

    def __init__(self, process: Spawned, sock: socket.socket, stderr: IO[bytes]) -> None:
        self.alive = True
        self.proven = False
        self.on_change: Callable[[], None] = lambda: None
        self._process = process
        self._socket = sock
        self._stderr = stderr
        self._said = ""
        self._asked: deque[asyncio.Future[Forked]] = deque()
        self._children: dict[int, Forked] = {}
        self._end: asyncio.Task[None] | None = None
        asyncio.get_running_loop().add_reader(sock.fileno(), self._read)

    @classmethod
    async def start(cls, release: Release, memory_bytes: int) -> Self:
        """Start one on the store of ``release``. It may be asked at once.

        :raises OSError: if the system has no process, descriptor or memory for it
        """
        with contextlib.ExitStack() as undo:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            undo.callback(ours.close)
            ours.settimeout(0)
            with theirs:
                stderr = undo.enter_context(scratch())
                arguments = [str(release.store), str(theirs.fileno()), str(memory_bytes)]
                process = await spawn("kg.engine.zygote", arguments, (theirs.fileno(),), stderr.fileno())
            undo.pop_all()
        return cls(process, ours, stderr)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def has_children(self) -> bool:
        """Whether a worker of its is left."""
        return bool(self._children)

    async def fork(self, descriptors: Sequence[int]) -> Forked:
        """Have a worker with these descriptors: socket, lifeline and standard error.

        :raises ZygoteGoneError: if the zygote ends or has ended
        :raises OSError: if it cannot fork
        :raises TimeoutError: if it does not answer, and is killed
        """
        if not self.alive:
            await self.close()
            raise ZygoteGoneError(self._said)
        answer: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        with contextlib.suppress(ConnectionError):  # it has ended, which is noticed as the socket can be read
            socket.send_fds(self._socket, [zygote.REQUEST], descriptors)
        self._asked.append(answer)
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await answer
        except TimeoutError:
            self._process.signal(signal.SIGKILL)
            raise

    def part(self) -> None:
        """Ask nothing of it any more; it ends what it forked, and itself."""
        if self.alive:
            self.alive = False
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._end = asyncio.ensure_future(self._remains())

    async def close(self) -> None:
        """End it, and whatever it forked."""
        self.part()
        if self._end is not None:
            await asyncio.shield(self._end)

    def _read(self) -> None:
        """Take what it tells."""
        while self.alive:
            try:
                data, descriptors, *_ = socket.recv_fds(self._socket, zygote.MESSAGE.size, 1, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            if not data:
                self.part()
                return
            kind, number, status = zygote.MESSAGE.unpack(data)
            if kind == zygote.ENDED:
                child = self._children.pop(number, None)
                if child is not None:
                    child.ended(status)
                self.on_change()
            elif kind == zygote.STARTED and descriptors:
                self.proven = True
                self._children[number] = child = Forked(number, descriptors[0])
                self._answer(child)
            else:
                reason = os.strerror(number) if kind == zygote.FAILED else "no descriptor is left for it"
                self._answer(OSError(f"a query worker could not be forked: {reason}"))

    def _answer(self, answer: Forked | OSError) -> None:
        """Give an answer to who has waited longest. One who has given up has closed the worker's socket, so that it ends."""
        asked = self._asked.popleft()
        if asked.done():
            return
        if isinstance(answer, Forked):
            asked.set_result(answer)
        else:
            asked.set_exception(answer)

    async def _remains(self) -> None:
        """Wait for its end; then nobody is to wait for it any more."""
        await self._process.wait()
        self._said = last_words(self._stderr)
        while self._asked:
            asked = self._asked.popleft()
            if not asked.done():
                asked.set_exception(ZygoteGoneError(self._said))
        children, self._children = self._children, {}
        for child in children.values():
            child.orphaned()
        self.on_change()
