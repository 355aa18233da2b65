"""The process that makes pages, as the serving process sees it. The process itself is :mod:`kg.web.making`.

In come requests from :class:`kg.web.bridge.Pages`, out go replies. If the process ends, or takes too long over a page, another one
takes its place; what was under way is made once more, as no page changes anything.
"""

import asyncio
import contextlib
import itertools
import logging
import signal
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Self

from kg.engine import frames
from kg.engine.errors import EngineFailureError
from kg.engine.limits import Limits
from kg.engine.spawning import Process, spawn
from kg.errors import ReleaseError
from kg.store import Release
from kg.web import wire
from kg.web.http import Reply, Request

_READY_S: Final = 60.0
_LONGEST_S: Final = 60.0
"""Seconds that a page may take; one that takes longer has come across a defect."""
_TRIES: Final = 2
_PAUSE_S: Final = 1.0
_STDERR: Final = 2

_log = logging.getLogger(__name__)


class GoneError(Exception):
    """The process that makes pages has ended."""


class PageProcess(asyncio.Protocol):
    """One such process. All methods belong to one event loop."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._transport: asyncio.Transport | None = None
        self._reader = frames.Reader()
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[Reply]] = {}
        self._opened: asyncio.Future[None] | None = None
        self.alive = True

    @classmethod
    async def start(cls) -> Self:
        """Start one; what it logs goes where this process's log goes.

        :raises OSError: if the system has no process, descriptor or memory for it
        """
        ours, theirs = socket.socketpair()
        with contextlib.ExitStack() as undo:
            undo.callback(ours.close)
            with theirs:
                process = await spawn("kg.web.making", [str(theirs.fileno())], (theirs.fileno(),), _STDERR)
            undo.pop_all()
        one = cls(process)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: one, ours)
        return one

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    async def open(self, message: dict[str, Any]) -> None:
        """Have it make pages of a release.

        :param message: what :data:`kg.web.wire.SERVE` says
        :raises ReleaseError: if it cannot open the release; it goes on with the one before
        :raises GoneError: if it has ended
        """
        self._opened = asyncio.get_running_loop().create_future()
        self._send(wire.pack(wire.SERVE, message))
        try:
            await asyncio.wait_for(self._opened, _READY_S)
        except TimeoutError:
            await self.end()
            raise GoneError from None

    async def make(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
        """Have it make a page.

        :raises GoneError: if it has ended
        :raises TimeoutError: if it takes too long
        """
        number = next(self._numbers)
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[number] = reply
        head = {
            "number": number,
            "method": request.method,
            "path": request.path,
            "query_string": request.query_string,
            "url": request.url,
            "client": request.client,
            "headers": headers,
        }
        self._send(wire.pack(wire.REQUEST, head, request.body))
        try:
            async with asyncio.timeout(_LONGEST_S):
                return await reply
        finally:
            self._asked.pop(number, None)

    async def end(self) -> None:
        """Kill it, and wait for its end."""
        self.alive = False
        if self._transport is not None:
            self._transport.close()
        self._process.signal(signal.SIGKILL)
        await self._process.wait()

    def _send(self, data: bytes) -> None:
        if not self.alive or self._transport is None:
            raise GoneError
        self._transport.write(data)

    # What asyncio calls (asyncio.Protocol):

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Take what it tells."""
        for kind, payload in self._reader.feed(data):
            head, body = wire.unpack(payload)
            if kind == wire.REPLY:
                asked = self._asked.get(head["number"])
                if asked is None or asked.done():
                    continue  # nobody waits any more
                if head.get("failed"):
                    asked.set_exception(
                        EngineFailureError("The page could not be made. This is a defect of the server; it was logged.")
                    )
                else:
                    asked.set_result(Reply(head["status"], head["headers"], body, head["file"], head["key"]))
            elif self._opened is not None and not self._opened.done():
                if kind == wire.READY:
                    self._opened.set_result(None)
                else:
                    self._opened.set_exception(ReleaseError(head["message"]))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason does not matter
        """Fail whoever waits."""
        self.alive = False
        for future in (self._opened, *self._asked.values()):
            if future is not None and not future.done():
                future.set_exception(GoneError())
                future.exception()  # nobody may be waiting, which is no defect


class PageMaker:
    """Keeps one such process. Implements :class:`kg.web.bridge.Maker`; all methods belong to one event loop.

    :ivar restarts: processes that took the place of one that ended
    """

    def __init__(self, release: Release, limits: Limits, *, federates: bool, sources: Path | None = None) -> None:
        """Start the process, in a task of the running loop."""
        self.restarts = 0
        self._message = {
            "release": str(release.path),
            "sources": str(sources or ""),
            "limits": asdict(limits),
            "federates": federates,
        }
        self._closed = False
        self._starting = asyncio.ensure_future(self._start(None))

    async def make(self, request: Request, headers: list[tuple[str, str]]) -> Reply:
        """Have a page made.

        :raises EngineFailureError: if it cannot be made
        """
        for _ in range(_TRIES):
            process = await self._running()
            try:
                return await process.make(request, headers)
            except GoneError:
                continue  # another one takes its place
            except TimeoutError:
                _log.error(
                    "%s %s took more than %g s; the process that makes pages is started again",
                    request.method,
                    request.path,
                    _LONGEST_S,
                )
                await process.end()
                break
        raise EngineFailureError("The page could not be made. Please report it with its address.")

    async def serve(self, release: Release) -> None:
        """Make pages of another release from now on.

        :raises ReleaseError: if it cannot be opened; pages are those of the one before
        """
        message = {**self._message, "release": str(release.path)}
        with contextlib.suppress(GoneError):  # the next process opens it
            await (await self._running()).open(message)
        self._message = message

    async def close(self) -> None:
        """End the process."""
        self._closed = True
        with contextlib.suppress(EngineFailureError):
            await (await asyncio.shield(self._starting)).end()

    @property
    def pid(self) -> int:
        """Process id; 0 while it starts."""
        done = self._starting.done() and not self._starting.exception()
        return self._starting.result().pid if done else 0

    async def _running(self) -> PageProcess:
        """The process; another one if it has ended.

        :raises EngineFailureError: if it cannot be started
        """
        started = self._starting
        if started.done() and (started.exception() or not started.result().alive) and not self._closed:
            old = None if started.exception() else started.result()
            if old is not None:
                self.restarts += 1
                _log.warning("the process that makes pages has ended, and is started again")
            self._starting = asyncio.ensure_future(self._start(old))
        return await asyncio.shield(self._starting)

    async def _start(self, old: PageProcess | None) -> PageProcess:
        """Start a process, and another one if somebody kills it before it is ready.

        :param old: the one that it replaces
        """
        if old is not None:
            await old.end()
        for left in reversed(range(_TRIES)):
            try:
                process = await PageProcess.start()
                try:
                    await process.open(self._message)
                except BaseException:
                    await process.end()
                    raise
            except GoneError:
                self.restarts += bool(left)
                if not left:
                    raise await self._failure("it ends at once") from None
            except (OSError, ReleaseError) as error:
                raise await self._failure(error) from error
            else:
                return process
        raise AssertionError

    async def _failure(self, reason: object) -> EngineFailureError:
        """What clients are told after a moment, as what is short, such as memory, may not be any more."""
        _log.error("the process that makes pages could not start: %s", reason)
        await asyncio.sleep(_PAUSE_S)
        return EngineFailureError("No page can be made now. The operator finds the reason in the log of the server.")
