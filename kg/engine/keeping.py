"""Keep a processor free for short queries while they come and go.

In: queries that run (:mod:`kg.engine.running`). Out: signals to their workers. Next: :mod:`kg.engine.pool`. A low priority is not enough: where every
processor is busy, a short query that becomes able to run may wait for the next tick of the kernel (4 ms), several times from its arrival to its
answer. So those that take long give way to all others from then on, and all but as many as there are processors less one stand still, in turns,
as long as short ones are answered; they lose none of their time. What takes long is told by the time of a processor that it took, and not by the clock: beside
others a query of 10 ms may be under way for a tenth of a second.
"""

import asyncio
from typing import Final

from kg.engine.running import Run
from kg.processors import processors

SHORT_S: Final = 0.02
"""What is answered after this time was a short query."""
_LONG_S: Final = 0.03
"""What took more time of a processor, since it was first looked at, is a long query."""
_LINGER_S: Final = 0.2
"""After the last short query was answered."""
_TICK_S: Final = 0.02
_TURN_S: Final = 0.5
"""For which the same ones run."""


class Keeper:
    """Lets queries stand still. All methods belong to one event loop."""

    def __init__(self) -> None:
        self._most = max(1, processors() - 1)
        self._runs: dict[Run, float | None] = {}
        self._last_short = -_LINGER_S
        self._turned = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, run: Run) -> None:
        """Take notice of a query that runs."""
        self._runs[run] = None

    def end(self, run: Run) -> None:
        """Forget a query, which goes on if it stands still."""
        self._runs.pop(run, None)
        run.go_on()

    def short_one_came(self) -> None:
        """A short query was answered."""
        self._last_short = asyncio.get_running_loop().time()
        if self._timer is None and self._runs:
            self._tick()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now - self._last_short > _LINGER_S or not self._runs:
            self._timer = None
            for run in self._runs:
                run.go_on()
            return
        long = [run for run in self._runs if self._is_long(run)]
        if now - self._turned > _TURN_S and len(long) > self._most:
            self._turned = now
            first = long.pop(0)
            self._runs[first] = self._runs.pop(first)  # the last in the next turn
            long.append(first)
        for place, run in enumerate(long):
            run.give_way()
            if place < self._most:
                run.go_on()
            else:
                run.hold()
        self._timer = loop.call_later(_TICK_S, self._tick)

    def _is_long(self, run: Run) -> bool:
        """Whether a query that is not done took much time of a processor since it was first looked at."""
        if run.reply.done():
            return False
        taken_s, first_s = run.worker.processor_s(), self._runs[run]
        if first_s is None:
            self._runs[run] = taken_s
            return False
        return taken_s - first_s > _LONG_S
