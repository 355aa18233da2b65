"""The worker processes: as many as are wanted, started ahead, replaced when they end.

:mod:`kg.engine.pool` takes one for each query and gives it back, or drops it, which kills it.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Final

from kg.engine.errors import EngineBusyError, EngineFailureError
from kg.engine.forking import ZygoteGoneError
from kg.engine.frames import PeerGoneError
from kg.engine.process import Death, Worker
from kg.engine.starting import Starter
from kg.store import Release

_READY_S: Final = 60.0
_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
_MOST_STARTS: Final = 3
_NO_START: Final = "A query worker could not start. The operator finds the reason in the log of the server."

_log = logging.getLogger(__name__)


class Crew:
    """Workers on the store of one release. All methods belong to one event loop."""

    def __init__(self, release: Release, size: int, memory_bytes: int, kept: int = 0) -> None:
        """Start ``size`` workers, in tasks of the running loop.

        :param kept: workers that are not ended for being too many, as starting one takes as long as some small queries
        """
        self._kept = kept
        self._starter = Starter(release, memory_bytes)
        self._starters = [self._starter]
        self._size = size
        self._memory_bytes = memory_bytes
        self._all: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._starting = 0
        self._failures = 0
        self._closed = False
        self._closing = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._fill()

    @property
    def workers(self) -> tuple[Worker, ...]:
        """All that are alive, in the order of their process ids."""
        return tuple(sorted(self._all, key=lambda worker: worker.pid))

    @property
    def idle(self) -> int:
        """Number that wait for a query."""
        return len(self._idle)

    @property
    def release(self) -> Release:
        """Release that new queries are answered from."""
        return self._starter.release

    def resize(self, size: int) -> None:
        """Have ``size`` workers from now on; surplus ones end when they are idle."""
        self._size = size
        while self._idle and len(self._all) > max(size, self._kept):
            self.drop_soon(self._idle.popleft())
        self._fill()

    async def take(self) -> Worker:
        """Wait for an idle worker.

        :raises EngineFailureError: if none can be started
        :raises EngineBusyError: if the crew is closed
        """
        if self._closed:
            raise EngineBusyError("The server is stopping.", retry_after_s=5)
        if self._idle:
            return self._idle.pop()  # the one that worked last: the processor has its memory at hand
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                self.give_back(turn.result())
            raise

    def give_back(self, worker: Worker) -> None:
        """Take back a worker that is well."""
        if worker.ready.done():
            self._hand_on(worker)
        else:
            self._spawn_task(self._when_ready(worker))

    async def drop(self, worker: Worker) -> Death:
        """End a worker and have another one in its place."""
        self._all.discard(worker)
        self._fill()
        return await worker.end()

    def drop_soon(self, worker: Worker) -> None:
        """End a worker in a task of its own."""
        self._all.discard(worker)
        self._spawn_task(self._drop(worker))

    async def reopen(self, release: Release) -> None:
        """Have workers on another release, and then no idle ones on the old one.

        :raises EngineFailureError: if they cannot be started; the old ones stay
        """
        starter = Starter(release, self._memory_bytes)
        self._starters = [*(one for one in self._starters if one is self._starter or not one.ended), starter]
        started = await asyncio.gather(*(self._start(starter) for _ in range(self._size)), return_exceptions=True)
        failed = [error for error in started if isinstance(error, BaseException)]
        fresh = [worker for worker in started if isinstance(worker, Worker)]
        if failed or self._closed:
            await asyncio.gather(*(worker.end() for worker in fresh))
            await starter.close()
            if failed:
                raise failed[0]
            return
        self._starter.retire()
        self._starter = starter
        old, self._idle = self._idle, deque()
        for worker in old:
            self.drop_soon(worker)
        for worker in fresh:
            self._join(worker)

    async def close(self) -> None:
        """End all workers, those that run a query too."""
        self._closed = True
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(EngineBusyError("The server is stopping.", retry_after_s=5))
        self._closing.set()
        workers, self._all = self._all, set()
        await asyncio.gather(*(worker.end() for worker in workers))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            # Those that are done leave in a callback, and from Python 3.12 on to gather them lets none run.
            await asyncio.sleep(0)
        await asyncio.gather(*(starter.close() for starter in self._starters))

    def _fill(self) -> None:
        while not self._closed and len(self._all) + self._starting < self._size:
            self._starting += 1
            self._spawn_task(self._add())

    async def _add(self) -> None:
        """Start one worker, after a pause if the last one failed."""
        try:
            if self._failures:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), min(_LONGEST_PAUSE_S, _PAUSE_S * 2**self._failures))
                    return
            worker = await self._start(self._starter)
        except EngineFailureError as error:
            self._failures += 1
            _log.error("%s %s", error, error.__cause__)
            while self._waiting:
                turn = self._waiting.popleft()
                if not turn.done():
                    turn.set_exception(error)
            self._starting -= 1
            self._fill()
            return
        self._failures = 0
        self._starting -= 1
        self._join(worker)

    def _join(self, worker: Worker) -> None:
        """Count a worker that is ready among the others."""
        self._all.add(worker)
        worker.on_end = self._ended
        self._hand_on(worker)

    def _ended(self, worker: Worker) -> None:
        """Replace a worker that ended while it was idle; of one at work its query tells."""
        if worker in self._idle:
            self._idle.remove(worker)
            self.drop_soon(worker)
            self._fill()

    async def _start(self, starter: Starter) -> Worker:
        """Start a worker and wait until it is ready; another one for one that somebody killed before it was."""
        for _ in range(_MOST_STARTS):
            try:
                worker = await Worker.start(starter)
            except (OSError, ZygoteGoneError) as error:  # no descriptors, processes or memory left, which passes; or no store
                raise EngineFailureError(_NO_START) from error
            try:
                await asyncio.wait_for(asyncio.shield(worker.ready), _READY_S)
            except (PeerGoneError, TimeoutError) as reason:
                death = await worker.end()
                if not death.killed or isinstance(reason, TimeoutError):
                    break
            else:
                return worker
        raise EngineFailureError(_NO_START) from RuntimeError(death.stderr)

    def _hand_on(self, worker: Worker) -> None:
        """Give a worker to who waits for one, if it is still wanted."""
        surplus = len(self._all) > max(self._size, self._kept) and not self._waiting
        if self._closed or surplus or worker.release is not self.release or not worker.alive:
            self.drop_soon(worker)
            self._fill()
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    async def _when_ready(self, worker: Worker) -> None:
        try:
            await worker.ready
        except PeerGoneError:
            await self.drop(worker)
        else:
            self._hand_on(worker)

    async def _drop(self, worker: Worker) -> None:
        await worker.end()

    def _spawn_task(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
