"""A query while it runs: its place in a lane, its worker, and its time. :mod:`kg.engine.pool` moves it on."""

import asyncio
import time
from dataclasses import dataclass

from kg.engine.lanes import Lane
from kg.engine.process import Death, Reply, Worker


class AgainError(Exception):
    """A query is to start again.

    :ivar death: end of its worker, where somebody else killed it, as an operator or the kernel may
    """

    def __init__(self, death: Death | None) -> None:
        super().__init__()
        self.death = death


@dataclass
class Place:
    """A place that a query holds in a lane; it may go on to another lane, and holds none while it stands still."""

    client: str
    lane: Lane | None


@dataclass(eq=False)
class Run:
    """A query in its worker.

    :ivar left_s: seconds that it may still run
    :ivar patience_s: seconds that it may still be held back
    :ivar suspended: what waits for a place in the long lane for it
    :ivar held: whether it is held back
    :ivar gives_way: whether all others go first
    """

    place: Place
    worker: Worker
    reply: "asyncio.Future[Reply]"
    left_s: float
    patience_s: float = 0.0
    suspended: "asyncio.Task[None] | None" = None
    held: bool = False
    gives_way: bool = False
    _deadline: asyncio.TimerHandle | None = None
    _since: float = 0.0

    def set_deadline(self) -> None:
        """Let the time run."""
        self._since = time.monotonic()
        self._deadline = asyncio.get_running_loop().call_later(self.left_s, fail, self.reply, TimeoutError())

    def stand_still(self) -> None:
        """Stop its worker and its time."""
        self.worker.suspend()
        if self._deadline is not None:
            self._deadline.cancel()
        self.left_s -= time.monotonic() - self._since

    def move_on(self) -> None:
        """Undo :meth:`stand_still`."""
        self.worker.resume()
        self.set_deadline()

    def give_way(self) -> None:
        """Let all others go first, from now on."""
        if not self.gives_way:
            self.gives_way = True
            self.worker.give_way()

    def hold(self) -> None:
        """Hold it back, unless that has been done for long enough: it stands still, and so does its time."""
        if not self.held and self.patience_s > 0:
            self.held = True
            self.stand_still()
            self._since = time.monotonic()
        elif self.held and time.monotonic() - self._since > self.patience_s:
            self.go_on()

    def go_on(self) -> None:
        """Let it go on, if it is held back."""
        if self.held:
            self.held = False
            self.patience_s -= time.monotonic() - self._since
            self.move_on()

    def end(self) -> None:
        """Wait for nothing any more."""
        if self._deadline is not None:
            self._deadline.cancel()
        if self.suspended is not None:
            self.suspended.cancel()


def fail(reply: "asyncio.Future[Reply]", error: Exception) -> None:
    if not reply.done():
        reply.set_exception(error)
