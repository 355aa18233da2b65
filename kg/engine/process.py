"""One worker process as the serving process sees it: start, ask, slow down, kill, and read from its remains why it ended."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

from kg.engine import frames
from kg.engine.spawning import Process, last_words, scratch
from kg.engine.starting import Starter
from kg.store import Release

_OUT_OF_MEMORY_STATUS: Final = 4
_MEMORY_SIGNS: Final = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate memory")
_STACK_SIGN: Final = "has overflowed its stack"
_LONG_PRIORITY: Final = 15
_ENDING_S: Final = 1.0
_PAGE: Final = resource.getpagesize()
_PLAIN: Final = {"retires": False, "renews": False}


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
    def killed(self) -> bool:
        """Whether somebody killed it, and it had no reason of its own to end."""
        return self.status == -signal.SIGKILL

    @property
    def out_of_stack(self) -> bool:
        """Whether it ran out of stack: Rust says so, and a plain overflow is a segmentation fault."""
        return _STACK_SIGN in self.stderr or self.status == -signal.SIGSEGV

    @property
    def out_of_memory(self) -> bool:
        """Whether it ran out of memory: Rust aborts, and Python raises."""
        return (
            self.status == _OUT_OF_MEMORY_STATUS
            or any(sign in self.stderr for sign in _MEMORY_SIGNS)
            or (self.status == -signal.SIGABRT and _STACK_SIGN not in self.stderr)
        )


@dataclass(frozen=True)
class Reply:
    """What a worker answered.

    :ivar ok: whether ``body`` is a complete result; otherwise ``report`` says what went wrong
    :ivar body: the result
    :ivar report: kind and message of a failure, and whether the process ``retires`` or its thread ``renews``
    """

    ok: bool
    body: bytes
    report: dict[str, Any]


class Worker(asyncio.Protocol):
    """A process that is in :mod:`kg.engine.worker`, one query at a time. All methods belong to one event loop.

    :ivar release: release whose store it has open
    :ivar ready: done when it can take a query; fails if it ends before
    :ivar on_end: called with the worker when its socket closes
    """

    on_end: Callable[["Worker"], None]

    def __init__(self, release: Release, process: Process, lifeline: int, stderr: IO[bytes]) -> None:
        self.release = release
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_end = lambda _: None
        self._process = process
        self._lifeline = lifeline
        self._stderr = stderr
        self._transport: asyncio.Transport | None = None
        self._reader = frames.Reader()
        self._pieces: list[bytes] = []
        self._reply: asyncio.Future[Reply] | None = None
        self._thread = 0
        self._gone = False
        self._end: asyncio.Task[Death] | None = None

    @classmethod
    async def start(cls, starter: Starter) -> Self:
        """Start a worker; it is to be used when ``ready`` is done.

        :raises ZygoteGoneError: if the store cannot be opened
        :raises OSError: if the system has no process, descriptor or memory for it
        """
        with contextlib.ExitStack() as undo:
            ours, theirs = socket.socketpair()
            undo.callback(ours.close)
            with theirs:
                read_end, write_end = os.pipe()
                undo.callback(os.close, write_end)
                with os.fdopen(read_end, "rb", buffering=0):
                    stderr = undo.enter_context(scratch())
                    process = await starter.start((theirs.fileno(), read_end, stderr.fileno()))
            undo.pop_all()
        worker = cls(starter.release, process, write_end, stderr)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: worker, ours)
        return worker

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether its socket is open."""
        return not self._gone

    def memory_bytes(self) -> int:
        """Memory of its own that it has now, and what it shares with other workers (proc(5)); 0 if unknown."""
        try:
            _, resident, of_files, *_ = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            return 0
        return (int(resident) - int(of_files)) * _PAGE

    def processor_s(self) -> float:
        """Seconds of a processor that its queries took so far (proc(5)); where the system does not say, of the clock."""
        try:
            text = Path(f"/proc/{self.pid}/task/{self._thread or self.pid}/schedstat").read_text(encoding="ascii")
        except OSError:
            return time.monotonic()
        return int(text.split()[0]) / 1e9

    def ask(self, request: dict[str, Any]) -> "asyncio.Future[Reply]":
        """Send a request; the future fails with :class:`kg.engine.frames.PeerGoneError` if the process ends."""
        self._reply = asyncio.get_running_loop().create_future()
        self._pieces = []
        if self._gone or self._transport is None:
            self._reply.set_exception(frames.PeerGoneError())
        else:
            self._transport.write(frames.pack_json(frames.REQUEST, request))
        return self._reply

    def slow_down(self) -> None:
        """Let others go first, for the rest of this query."""
        with contextlib.suppress(OSError):  # it may have ended
            os.setpriority(os.PRIO_PROCESS, self._thread or self.pid, _LONG_PRIORITY)

    def give_way(self) -> None:
        """Let all others go first, and at once, for the rest of this query.

        Who wakes up takes the processor from a thread of low priority when its slice of some milliseconds is over, and from one with SCHED_IDLE
        immediately (sched(7); where the system has it). It cannot be undone, and where others always work, such a thread hardly gets on.
        """
        self.slow_down()  # by which the thread knows that it is to end after the query
        if hasattr(os, "SCHED_IDLE"):
            with contextlib.suppress(OSError):
                os.sched_setscheduler(self._thread or self.pid, os.SCHED_IDLE, os.sched_param(0))

    def suspend(self) -> None:
        """Let the process stand still: it keeps its memory and takes no time."""
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the process go on."""
        self._process.signal(signal.SIGCONT)

    async def end(self) -> Death:
        """Kill the process if it runs, and say how it ended. May be called again."""
        if self._end is None:
            if not self._gone:
                self._process.signal(signal.SIGKILL)
            self._end = asyncio.ensure_future(self._remains())
            if self._transport:
                self._transport.close()
        return await asyncio.shield(self._end)

    # What asyncio calls (asyncio.Protocol):

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Take what the worker sent."""
        for kind, payload in self._reader.feed(data):
            if kind == frames.DATA:
                self._pieces.append(payload)
                continue
            report = json.loads(payload) if payload else _PLAIN
            if kind == frames.READY:
                self._thread = report["thread"]
                if not self.ready.done():
                    self.ready.set_result(None)
                continue
            if report["renews"]:
                self.ready = asyncio.get_running_loop().create_future()
            ok, pieces, reply = kind == frames.END, self._pieces, self._reply
            self._pieces, self._reply = [], None  # a worker that is idle keeps no result
            if reply and not reply.done():
                reply.set_result(Reply(ok, b"".join(pieces) if ok else b"", report))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason does not matter
        """Fail whoever waits."""
        self._gone = True
        for future in (self.ready, self._reply):
            if future and not future.done():
                future.set_exception(frames.PeerGoneError())
                future.exception()  # nobody may be waiting, which is no defect
        # the error of its query leads back to it, so that it stays until Python looks for cycles, which it seldom does
        self._pieces, self._reader, self._reply = [], frames.Reader(), None
        self.on_end(self)

    async def _remains(self) -> Death:
        """Wait for the process and read what it wrote."""
        try:
            status = await asyncio.wait_for(self._process.wait(), _ENDING_S)  # one that closed its socket is ending by itself
        except TimeoutError:
            self._process.signal(signal.SIGKILL)
            status = await self._process.wait()
        os.close(self._lifeline)
        return Death(status, last_words(self._stderr))
