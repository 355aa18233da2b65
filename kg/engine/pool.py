"""Queries on the store of a release, each in a process of its own that is killed at the deadline.

In comes a :class:`~kg.engine.interface.Query`; out goes an :class:`~kg.engine.interface.Answer` with the whole body, so that
what :mod:`kg.web` sends with status 200 is complete, or an error of :mod:`kg.engine.errors`.

There are two lanes, as in a scheduler with feedback. Each query starts in the fast one. One that is not done after a tenth
of a second goes on in the long one with the lowest priority; where that is full, its process stands still until a place is
free. Where many stand still, or those that do hold much memory, it is ended and starts again later, which nobody sees, as
nothing was sent. So a short query never waits for long ones, and clients take turns.
"""

import asyncio
import logging
import math
import time
from collections import OrderedDict
from typing import Any, Final

from kg.engine import verdicts
from kg.engine.crew import Crew
from kg.engine.errors import (
    EngineBusyError,
    RefusalError,
    TooManyQueriesError,
)
from kg.engine.evaluate import PREVIEW
from kg.engine.federation import Federation
from kg.engine.frames import PeerGoneError
from kg.engine.interface import Answer, Query
from kg.engine.keeping import SHORT_S, Keeper
from kg.engine.lanes import Lane, Pace
from kg.engine.limits import ANY_LENGTH, MIB, Limits
from kg.engine.running import AgainError, Place, Run, fail
from kg.engine.scan import Scan, scan
from kg.store import Release

_PREVIEW_BYTES: Final = 4 * MIB
"""A page of more would keep the serving process from others while it is put together."""
_SPARE: Final = 1
"""Workers beyond those that may be in use, so that one that was killed is not missed while the next one starts."""
_REMEMBERED: Final = 4096
_MOST_KILLS: Final = 3
_MOST_RELEASES: Final = 3
"""Times that a query with a search is answered, where the release changes meanwhile."""

_log = logging.getLogger(__name__)


class LocalEngine:
    """Pool of query processes over the store of one release. Implements :class:`kg.engine.interface.Engine`.

    :ivar kills: workers that were ended or that ended on a query
    """

    def __init__(self, release: Release, limits: Limits | None = None, federation: Federation | None = None) -> None:
        """Start the workers, in tasks of the running loop.

        :param federation: what follows SERVICE; none refuses it
        """
        self.limits = limits or Limits()
        self._federation = federation or Federation(())
        self.federates = bool(self._federation.allowed.endpoints)
        self._fast = Lane(self.limits.workers)
        self._long = Lane(self.limits.long_queries, max(1, self.limits.long_queries - 1))
        self._known_long: OrderedDict[int, None] = OrderedDict()
        self._closed = False
        self._pace = Pace()
        self._keeper = Keeper()
        self._suspended = 0
        self._held = 0
        self.kills = 0
        size = self.limits.workers + _SPARE
        self.crew = Crew(release, size, self.limits.memory_bytes, kept=size + self.limits.long_queries)

    @property
    def long_queries(self) -> int:
        """Number of queries in the long lane."""
        return self._long.taken

    @property
    def suspended(self) -> int:
        """Number of queries that stand still."""
        return self._suspended

    def scan(self, text: str) -> Scan:
        """Check a query without running it; see :func:`kg.engine.scan.scan`."""
        return scan(text, self.limits, federated=True)

    async def answer(self, query: Query, form: str, *, timeout_s: float | None = None, client: str = "") -> Answer:
        """Run a query; see :meth:`kg.engine.interface.Engine.answer`."""
        checked = self.scan(query.text)
        limit_s = min(timeout_s or self.limits.timeout_s, self.limits.timeout_s)
        if not checked.services:
            return await self._run(self._request(checked, query, form, limit_s), client)
        deadline = time.monotonic() + limit_s

        async def local(part: Query) -> bytes:
            part_s = max(0.01, deadline - time.monotonic())
            request = self._request(scan(part.text, ANY_LENGTH), part, "json", part_s)
            return (await self._run(request, client)).body

        for _ in range(_MOST_RELEASES):
            release = self.crew.release
            text = await self._federation.resolve(checked, query, local, deadline, release)
            left_s = max(0.01, deadline - time.monotonic())
            answer = await self._run(self._request(checked.resolved(text), query, form, left_s), client)
            if checked.volatile or answer.version == release.version:
                return answer
        # a search in one release and an answer from another do not belong together
        raise EngineBusyError("The release is being replaced. Send the query again.", retry_after_s=1)

    async def reopen(self, release: Release) -> None:
        """Answer from another release from now on; queries that run end on the old one."""
        await self.crew.reopen(release)
        self._known_long.clear()

    async def close(self) -> None:
        """Stop all workers, those that run a query too."""
        self._closed = True
        await self._federation.close()
        await self.crew.close()

    async def _run(self, request: dict[str, Any], client: str) -> Answer:
        await self._keep_pace(client)
        key = hash(request["text"])
        place = Place(client, self._long if key in self._known_long else self._fast)
        kills = 0
        while True:
            await self._enter(place)
            try:
                return await self._attempt(request, place)
            except AgainError as again:
                if again.death is not None:
                    kills += 1
                    if kills == _MOST_KILLS:
                        raise verdicts.out_of_memory(
                            self.limits.memory_mib
                        ) from None  # so often it is the kernel, when memory is short
                    said = again.death.stderr.strip() or "nothing said"
                    _log.warning("a query process was killed (%s); its query runs again", said)
            finally:
                self._leave(place)
            place = Place(client, self._long)

    async def _keep_pace(self, client: str) -> None:
        """Wait, if a client had many processes ended."""
        pause_s = self._pace.pause_s(client)
        if pause_s > self.limits.queue_s:
            message = "Too many of your queries had to be stopped, or were given up by you. Send fewer, and later."
            raise TooManyQueriesError(message, retry_after_s=math.ceil(pause_s))
        if pause_s:
            await asyncio.sleep(pause_s)

    async def _attempt(self, request: dict[str, Any], place: Place) -> Answer:
        """Run a query in a worker, from the start to the end."""
        worker = await self.crew.take()
        started = time.monotonic()
        run = Run(place, worker, worker.ask(request), request["timeout_s"], request["timeout_s"])
        run.set_deadline()
        self._keeper.begin(run)
        quantum = None
        if place.lane is self._long:
            worker.slow_down()
        elif self.limits.quantum_s < run.left_s:
            loop = asyncio.get_running_loop()
            quantum = loop.call_later(self.limits.quantum_s, self._quantum_is_over, run, hash(request["text"]))
        healthy = False
        try:
            done = await run.reply
            healthy = not done.report["retires"]
        except TimeoutError:
            raise verdicts.timeout(request["timeout_s"]) from None
        except PeerGoneError:
            death = await self.crew.drop(worker)
            if death.killed and not self._closed:
                raise AgainError(death) from None
            raise verdicts.post_mortem(death, request, self.limits.memory_mib, closed=self._closed) from None
        finally:
            if quantum is not None:
                quantum.cancel()
            self._keeper.end(run)
            run.end()
            if healthy:
                self.crew.give_back(worker)
            else:
                self.kills += 1
                self._pace.spend(place.client)
                self.crew.drop_soon(worker)
            del run  # its reply has the error, whose traceback has this frame: a cycle, with the text of the query in it
        taken_s = time.monotonic() - started
        if taken_s < SHORT_S:
            self._keeper.short_one_came()
        if not done.ok:
            raise verdicts.reported(done.report, request)
        return Answer(done.body, taken_s, worker.release.version)

    def _quantum_is_over(self, run: Run, key: int) -> None:
        """Go on in the long lane; where it is full, stand still until there is a place, or start again then."""
        if run.reply.done():
            return
        self._remember(key)
        if self._long.try_enter(run.place.client):
            self._go_on(run)
            return
        held = run.worker.memory_bytes()
        if self._suspended < self.limits.suspended and self._held + held <= self.limits.suspended_mib * MIB:
            run.suspended = asyncio.ensure_future(self._suspend(run, held))
        else:
            run.reply.set_exception(AgainError(None))

    def _go_on(self, run: Run) -> None:
        """Take the place in the long lane that was got for a query."""
        if run.place.lane is not None:
            run.place.lane.leave(run.place.client)
        run.place.lane = self._long
        self._resize()
        run.worker.slow_down()

    async def _suspend(self, run: Run, held: int) -> None:
        """Stop a query until there is a place in the long lane. It loses none of its time.

        :param held: bytes of memory that it keeps
        """
        self._keeper.end(run)
        run.stand_still()
        waiting = Place(run.place.client, self._long)
        self._suspended += 1
        self._held += held
        try:
            if run.place.lane is not None:
                run.place.lane.leave(run.place.client)
                run.place.lane = None
            self._resize()
            await self._enter(waiting)
        except RefusalError as error:
            fail(run.reply, error)
            return
        finally:
            self._suspended -= 1
            self._held -= held
        if run.reply.done():  # it was killed meanwhile
            self._leave(waiting)
            return
        self._go_on(run)
        run.move_on()
        self._keeper.begin(run)

    async def _enter(self, place: Place) -> None:
        lane = place.lane
        assert lane is not None
        try:
            await lane.enter(place.client, self.limits.queue_s)
        except TimeoutError:
            if lane.held_by(place.client) >= lane.per_client:
                message = (
                    f"You have {lane.per_client} long queries running, which is as many as one client may have, and none "
                    f"ended within {self.limits.queue_s:g} s. Send the query again when one has ended."
                )
                raise TooManyQueriesError(message, retry_after_s=math.ceil(self.limits.timeout_s / 2)) from None
            message = (
                f"{lane.size} {'long ' if lane is self._long else ''}queries are running and none ended within "
                f"{self.limits.queue_s:g} s. Send the query again later."
            )
            raise EngineBusyError(message, retry_after_s=math.ceil(self.limits.timeout_s / 2)) from None
        if lane is self._long:
            self._resize()

    def _leave(self, place: Place) -> None:
        if place.lane is not None:
            place.lane.leave(place.client)
        self._resize()

    def _resize(self) -> None:
        """Have workers for all places in the fast lane, whatever the long lane holds."""
        self.crew.resize(self.limits.workers + _SPARE + self._long.taken + self._suspended)

    def _remember(self, key: int) -> None:
        """This query is a long one: the next time it does not start in the fast lane."""
        self._known_long[key] = None
        while len(self._known_long) > _REMEMBERED:
            self._known_long.popitem(last=False)

    def _request(self, checked: Scan, query: Query, form: str, timeout_s: float) -> dict[str, Any]:
        given = bool(query.default_graphs or query.named_graphs)
        return {
            "text": checked.text,
            "format": form,
            "default_graphs": list(query.default_graphs) if given else None,
            "named_graphs": list(query.named_graphs) if given else None,
            "has_dataset": checked.has_dataset,
            "star": checked.star,
            "variables": list(checked.variables),
            "preview_rows": self.limits.preview_rows,
            "result_bytes": min(self.limits.result_bytes, _PREVIEW_BYTES) if form == PREVIEW else self.limits.result_bytes,
            "timeout_s": timeout_s,
            "alarm_s": 2 * timeout_s + self.limits.queue_s,  # as long as it may run, be held back and wait for a place
        }
